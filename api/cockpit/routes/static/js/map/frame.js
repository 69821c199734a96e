/**
 * A map of the station: base tiles when the installation has some, else a clean outline map with scale and north.
 * Everything goes in and comes out in WGS-84; what datum the tiles are drawn in is nobody else's business.
 */
import * as L from "../../vendor/leaflet.js";
import { h, settings, t } from "../lib.js";
import { base } from "../lib/facts.js";
import { datumOf } from "./datum.js";
import { Ground } from "./ground.js";

// Where the map looks before it knows better: China.
const SOMEWHERE = [[18, 74], [53, 135]];
const PANES = { ground: 350, people: 420, incidents: 450, drawing: 470 };
const OUTLINE_ZOOM = 19;

let styled = null;

/** The map's own style sheets, fetched by the first map of a page. */
function style() {
  styled ??= Promise.all(
    ["vendor/leaflet.css", "css/map.css"].map(
      (name) =>
        new Promise((done) => {
          document.head.append(h("link", { rel: "stylesheet", href: `${base}/${name}`, onload: done, onerror: done }));
        }),
    ),
  );
  return styled;
}

/** One map in an element. */
export class StationMap {
  constructor(element, { tiles = settings.tiles, label = t("map.title") } = {}) {
    this.datum = datumOf(tiles?.datum);
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      preferCanvas: true,
      maxZoom: tiles?.max_zoom ?? OUTLINE_ZOOM,
      minZoom: 4,
      zoomSnap: 0.5,
      wheelPxPerZoomLevel: 90,
      // A click that follows a double click would open a report where somebody only wanted to see more.
      doubleClickZoom: false,
    });
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", label);
    for (const [name, level] of Object.entries(PANES)) this.map.createPane(name).style.setProperty("z-index", level);
    for (const name of ["people", "incidents"]) this.map.getPane(name).style.setProperty("pointer-events", "none");
    this.addBase(tiles);
    this.addFurniture();
    this.map.fitBounds(SOMEWHERE);
    this.ground = new Ground(this);
    this.tell(element);
    this.map.on("moveend", () => this.tell(element));
    this.watchSize(element);
    this.watchTheme();
  }

  addBase(tiles) {
    this.map.getContainer().dataset.base = tiles ? tiles.datum : "outline";
    if (!tiles) return;
    L.tileLayer(tiles.url, { maxZoom: tiles.max_zoom ?? 18, crossOrigin: false }).addTo(this.map);
    if (tiles.attribution) this.place("bottomright", h("div", { class: "map-credit" }, tiles.attribution));
  }

  addFurniture() {
    L.control.zoom({ zoomInTitle: t("map.zoom_in"), zoomOutTitle: t("map.zoom_out") }).addTo(this.map);
    L.control.scale({ imperial: false, maxWidth: 140, position: "bottomleft" }).addTo(this.map);
    this.place("topright", h("div", { class: "map-north", role: "img", "aria-label": t("map.north") }, t("map.north_letter")));
  }

  /** Put an element into a corner of the map; clicks on it stay its own. */
  place(position, element) {
    const control = L.control({ position });
    control.onAdd = () => {
      L.DomEvent.disableClickPropagation(element);
      L.DomEvent.disableScrollPropagation(element);
      return element;
    };
    return control.addTo(this.map);
  }

  /** What the map shows now, for whatever reads the page: its middle in WGS-84 and its zoom. */
  tell(element) {
    const { lat, lon } = this.fromMap(this.map.getCenter());
    Object.assign(element.dataset, { lat, lon, zoom: this.map.getZoom() });
  }

  watchSize(element) {
    // The middle stays the middle: what somebody looks at must not slide under a panel that opens.
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(element);
  }

  watchTheme() {
    this.repainted = new Set();
    new MutationObserver(() => {
      this.ground.repaint();
      for (const fn of this.repainted) fn();
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }

  /** Call `fn` when the colours have changed. */
  onRepaint(fn) {
    this.repainted.add(fn);
  }

  /** Where a WGS-84 place is drawn. */
  toMap(lat, lon) {
    return L.latLng(this.datum.to(lat, lon));
  }

  /** The WGS-84 place of a position on the map: {lat, lon, datum}, to seven decimals (a centimetre). */
  fromMap(position) {
    const [lat, lon] = this.datum.from(position.lat, position.lng);
    return { lat: Number(lat.toFixed(7)), lon: Number(lon.toFixed(7)), datum: "wgs84" };
  }

  /** Call `fn({lat, lon, datum}, event)` when somebody clicks on the map itself. */
  onClick(fn) {
    this.map.on("click", (event) => fn(this.fromMap(event.latlng), event));
  }

  /** Show a place; `zoom` is the least. */
  lookAt(lat, lon, zoom = 15) {
    this.map.setView(this.toMap(lat, lon), Math.max(this.map.getZoom(), zoom), { animate: true });
  }

  /** Show all of the ground, or all of these [lat, lon] places. */
  fit(places = null) {
    const bounds = places ? L.latLngBounds(places.map(([lat, lon]) => this.toMap(lat, lon))) : this.ground.bounds();
    if (bounds?.isValid()) this.map.fitBounds(bounds, { padding: [24, 24], maxZoom: 17, animate: false });
  }

  remove() {
    this.map.remove();
  }
}

/** A map in `element`, ready to be drawn on. */
export async function makeMap(element, options = {}) {
  await style();
  return new StationMap(element, options);
}
