/** Drawing and editing one outline on a map: click to set corners, drag them, right-click or Delete takes one away. */
import * as L from "../../vendor/leaflet.js";
import { t } from "../lib.js";
import { cssColour } from "./points.js";

/**
 * An outline on a StationMap. `onChange(corners)` gets [[lat, lon], ...] in WGS-84, without the closing one.
 * `place()`/`geometry()` give what the API takes.
 */
export class Outline {
  constructor(owner, { corners = [], onChange = () => {} } = {}) {
    this.owner = owner;
    this.corners = corners.map(([lat, lon]) => [lat, lon]);
    this.onChange = onChange;
    this.drawing = this.corners.length < 3;
    this.shape = L.polygon([], { pane: "drawing", interactive: false, color: cssColour("--accent"), weight: 2.5 }).addTo(owner.map);
    this.handles = L.layerGroup().addTo(owner.map);
    this.click = (event) => this.drawing && this.add(event.latlng);
    owner.map.on("click", this.click);
    owner.map.getContainer().classList.toggle("map-drawing", this.drawing);
    this.show();
  }

  add(position) {
    const { lat, lon } = this.owner.fromMap(position);
    this.corners.push([lat, lon]);
    this.changed();
  }

  /** No more corners by clicking; those there can still be moved. */
  finish() {
    this.drawing = false;
    this.owner.map.getContainer().classList.remove("map-drawing");
  }

  /** Start anew. */
  clear() {
    this.corners = [];
    this.drawing = true;
    this.owner.map.getContainer().classList.add("map-drawing");
    this.changed();
  }

  undo() {
    this.corners.pop();
    this.changed();
  }

  changed() {
    this.show();
    this.onChange(this.corners);
  }

  show() {
    const positions = this.corners.map(([lat, lon]) => this.owner.toMap(lat, lon));
    this.shape.setLatLngs(positions);
    this.handles.clearLayers();
    positions.forEach((at, index) => this.handles.addLayer(this.handle(at, index)));
  }

  handle(at, index) {
    const icon = L.divIcon({ className: "map-handle", iconSize: [16, 16] });
    const marker = L.marker(at, { icon, draggable: true, pane: "drawing", title: t("map.corner", { n: index + 1 }), alt: t("map.corner", { n: index + 1 }) });
    const drop = () => {
      this.corners.splice(index, 1);
      this.changed();
    };
    marker.on("drag", (event) => {
      const { lat, lon } = this.owner.fromMap(event.latlng);
      this.corners[index] = [lat, lon];
      this.shape.setLatLngs(this.corners.map((corner) => this.owner.toMap(...corner)));
    });
    marker.on("dragend", () => this.changed());
    marker.on("contextmenu", drop);
    marker.on("keydown", (event) => ["Delete", "Backspace"].includes(event.originalEvent.key) && drop());
    // A click on the first corner closes the outline, as people expect from other maps.
    marker.on("click", () => index === 0 && this.corners.length > 2 && this.finish());
    return marker;
  }

  /** The outline as the API takes it, or null with fewer than three corners. */
  geometry() {
    if (this.corners.length < 3) return null;
    const ring = [...this.corners, this.corners[0]].map(([lat, lon]) => [lon, lat]);
    return { type: "Polygon", coordinates: [ring], datum: "wgs84" };
  }

  remove() {
    this.owner.map.off("click", this.click);
    this.owner.map.getContainer().classList.remove("map-drawing");
    this.shape.remove();
    this.handles.remove();
  }
}
