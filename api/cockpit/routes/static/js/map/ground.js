/** The station's ground: border, communities, grids with their owners, and what no grid covers or two do. */
import * as L from "../../vendor/leaflet.js";
import { api, t } from "../lib.js";
import { cssColour } from "./points.js";

const LABEL_ZOOM = 14.5;

/** GeoJSON kept with its ETag: asked again, it comes only when something has changed. */
export async function fetchGround() {
  return api.get("/v1/ground");
}

/** The layers of the ground on one map. */
export class Ground {
  constructor(owner) {
    this.owner = owner;
    this.features = [];
    this.layer = null;
    this.labels = L.layerGroup().addTo(owner.map);
    owner.map.on("zoomend", () => this.label());
  }

  /** Draw a feature collection of GET /v1/ground. */
  draw(collection) {
    this.features = collection.features;
    this.layer?.remove();
    const renderer = (this.renderer ??= L.canvas({ pane: "ground", padding: 0.3 }));
    this.layer = L.geoJSON(collection, {
      renderer,
      pane: "ground",
      interactive: false,
      coordsToLatLng: ([lon, lat]) => this.owner.toMap(lat, lon),
      style: (feature) => styleOf(feature.properties),
      pointToLayer: (feature, at) => L.circleMarker(at, { renderer, pane: "ground", interactive: false, radius: 6 }),
    }).addTo(this.owner.map);
    this.label();
  }

  repaint() {
    this.layer?.setStyle((feature) => styleOf(feature.properties));
  }

  bounds() {
    return this.layer?.getBounds();
  }

  /** Names on the map, once they can be read: grids with whoever answers for them. */
  label() {
    this.labels.clearLayers();
    if (this.owner.map.getZoom() < LABEL_ZOOM || !this.layer) return;
    this.layer.eachLayer((shape) => {
      const { kind, name, owners } = shape.feature.properties;
      if (kind !== "grid") return;
      const text = document.createElement("span");
      text.textContent = name;
      const who = document.createElement("small");
      who.textContent = owners.length ? owners.map((one) => one.name).join(" ") : t("map.no_owner");
      if (!owners.length) who.className = "map-no-owner";
      text.append(who);
      const icon = L.divIcon({ className: "map-label", html: text, iconSize: [0, 0] });
      this.labels.addLayer(L.marker(shape.getBounds().getCenter(), { icon, interactive: false, keyboard: false, pane: "ground" }));
    });
  }

  /** The pieces of ground under a WGS-84 place, the smallest kind first. */
  at(lat, lon) {
    const order = ["gap", "grid", "community", "village", "station", "district"];
    return this.features
      .filter((feature) => feature.geometry.type !== "Point" && holds(feature.geometry, lat, lon))
      .map((feature) => feature.properties)
      .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  }
}

function styleOf({ kind, owners }) {
  const line = (color, weight, more = {}) => ({ color, weight, fill: false, opacity: 0.9, ...more });
  switch (kind) {
    case "station":
      return line(cssColour("--accent"), 3);
    case "grid":
      return line(cssColour("--line"), 1.5, {
        fill: true,
        fillColor: owners.length ? cssColour("--panel-2") : cssColour("--warn"),
        fillOpacity: owners.length ? 0.25 : 0.16,
      });
    case "gap":
      return line(cssColour("--bad"), 1, { dashArray: "4 4", fill: true, fillColor: cssColour("--bad"), fillOpacity: 0.09 });
    case "overlap":
      return line(cssColour("--bad"), 2, { fill: true, fillColor: cssColour("--bad"), fillOpacity: 0.5 });
    default:
      return line(cssColour("--text-dim"), 1.5, { dashArray: "8 5", opacity: 0.6 });
  }
}

function holds(geometry, lat, lon) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.some(([border, ...holes]) => inside(border, lat, lon) && !holes.some((hole) => inside(hole, lat, lon)));
}

function inside(ring, lat, lon) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[x1, y1], [x2, y2]] = [ring[i], ring[j]];
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) odd = !odd;
  }
  return odd;
}
