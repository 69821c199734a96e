/** The board's map: ground, people, incidents; what is under a click. */
import * as L from "../../../vendor/leaflet.js";
import { can, fmt, h, label, memberName, t } from "../../lib.js";
import { makeMap } from "../../map/frame.js";
import { fetchGround } from "../../map/ground.js";
import { People, peopleLayer } from "../../map/people.js";
import { PointsLayer, cssColour, makeSprite, worldOf } from "../../map/points.js";
import { needsAttention } from "./store.js";

const COLOURS = { red: "--red", orange: "--orange", yellow: "--yellow", blue: "--blue", white: "--text" };
// As corners of the marks of the list: the five colours differ in shape as well.
const SHAPES = { red: 8, orange: 3, yellow: 4, blue: 0, white: 0 };

/** The incidents as points: gravest on top. */
class IncidentPoints {
  constructor(datum) {
    this.datum = datum;
    this.rows = [];
    this.count = 0;
    this.x = new Float64Array(0);
    this.y = new Float64Array(0);
    this.cache = new Map();
  }

  load(rows, now) {
    this.rows = rows.slice().reverse();
    this.count = rows.length;
    this.now = now;
    this.x = new Float64Array(this.count);
    this.y = new Float64Array(this.count);
    this.rows.forEach((row, i) => ([this.x[i], this.y[i]] = worldOf(...this.datum.to(row.lat, row.lon))));
  }

  sprite(i) {
    const row = this.rows[i];
    const key = `${row.colour} ${needsAttention(row, this.now)} ${row.dispatches > 0}`;
    if (!this.cache.has(key)) this.cache.set(key, incidentSprite(row.colour, needsAttention(row, this.now), row.dispatches > 0));
    return this.cache.get(key);
  }
}

function incidentSprite(colour, attention, sent) {
  return makeSprite(16, (c) => {
    const fill = cssColour(COLOURS[colour]);
    if (attention) {
      c.beginPath();
      c.arc(0, 0, 14, 0, 7);
      c.lineWidth = 2.5;
      c.strokeStyle = cssColour("--bad");
      c.stroke();
    }
    outline(c, SHAPES[colour], 10);
    c.fillStyle = colour === "white" ? cssColour("--panel") : fill;
    c.fill();
    c.lineWidth = 2;
    c.strokeStyle = colour === "white" ? fill : cssColour("--bg");
    c.stroke();
    // A dot in the middle: people have been sent.
    if (sent) {
      c.beginPath();
      c.arc(0, colour === "orange" ? 2 : 0, 3, 0, 7);
      c.fillStyle = colour === "white" ? fill : cssColour("--bg");
      c.fill();
    }
  });
}

function outline(c, corners, radius) {
  c.beginPath();
  if (!corners) return c.arc(0, 0, radius - 1, 0, 7);
  const turn = corners === 8 ? Math.PI / 8 : -Math.PI / 2;
  for (let i = 0; i < corners; i += 1) {
    const angle = turn + (i * 2 * Math.PI) / corners;
    c.lineTo(Math.cos(angle) * radius, Math.sin(angle) * radius);
  }
  return c.closePath();
}

export class Scene {
  constructor(map, incidents, { onOpen, onReport }) {
    this.map = map;
    this.incidents = incidents;
    this.onOpen = onOpen;
    this.onReport = onReport;
    this.people = new People(map.datum);
    this.peopleLayer = peopleLayer(this.people, "people").addTo(map.map);
    this.points = new IncidentPoints(map.datum);
    this.layer = new PointsLayer(this.points, { pane: "incidents", reach: 16 }).addTo(map.map);
    this.ring = null;
    this.pin = null;
    this.picking = null;
    this.tally = map.place("topleft", h("div", { class: "board-tally num", role: "status" })).getContainer();
    incidents.on("change", () => this.showIncidents());
    map.onRepaint(() => this.repaint());
    map.map.on("click", (event) => this.click(event));
    map.map.on("mousemove", (event) => this.hover(event));
  }

  showIncidents() {
    this.points.load(this.incidents.sorted(), this.incidents.now());
    this.layer.redraw();
    this.showRing();
  }

  showPeople() {
    this.peopleLayer.redraw();
    this.tally.textContent = t("board.tally", this.people.tally());
  }

  /** Everything there is: the ground, else the incidents and the people. */
  frameAll() {
    if (this.map.ground.bounds()?.isValid()) return this.map.fit();
    const places = [...this.incidents.rows.values()].map((row) => [row.lat, row.lon]);
    for (let i = 0; i < this.people.count; i += 1) {
      const { place } = this.people.at(i);
      if (place) places.push([place.lat, place.lon]);
    }
    return places.length ? this.map.fit(places) : undefined;
  }

  repaint() {
    this.people.repaint();
    this.points.cache.clear();
    this.layer.redraw();
    this.peopleLayer.redraw();
  }

  click(event) {
    // While something is being reported, a click says where.
    if (this.picking) return this.picking(this.map.fromMap(event.latlng));
    const hit = this.layer.hit(event.containerPoint);
    if (hit >= 0) return this.onOpen(this.points.rows[hit].id);
    const person = this.peopleLayer.hit(event.containerPoint);
    if (person >= 0) return this.showPerson(this.people.at(person), event.latlng);
    return this.showPlace(this.map.fromMap(event.latlng), event.latlng);
  }

  hover(event) {
    const over = this.layer.hit(event.containerPoint) >= 0 || this.peopleLayer.hit(event.containerPoint) >= 0;
    this.map.map.getContainer().classList.toggle("map-over", over);
  }

  popup(at, ...content) {
    L.popup({ closeButton: false, className: "board-popup", minWidth: 180 }).setLatLng(at).setContent(h("div", { class: "stack-small" }, content)).openOn(this.map.map);
  }

  async showPerson(person, at) {
    const name = await memberName(person.id);
    const seen = Number.isNaN(person.seenAt) ? t("board.never_seen") : fmt.ago(new Date(person.seenAt).toISOString());
    this.popup(
      at,
      h("b", {}, name ?? t("board.member")),
      h("span", {}, this.forceWord?.(person.force) ?? person.force),
      h("span", { class: "dim small" }, t("board.seen"), " ", seen),
      person.task && h("button", { type: "button", class: "btn btn-small", onclick: () => (this.map.map.closePopup(), this.onOpen(person.task)) }, t("board.to_task")),
    );
  }

  /** What ground this is, and the way to report something here. */
  showPlace(place, at) {
    const [piece] = this.map.ground.at(place.lat, place.lon);
    const owners = piece?.owners?.map((one) => one.name).join(" ");
    this.popup(
      at,
      piece && h("b", {}, piece.name ?? label("ground_kind", piece.kind)),
      piece?.kind === "grid" && h("span", {}, owners ? t("board.owners", { names: owners }) : t("map.no_owner")),
      piece?.people !== null && piece?.kind === "grid" && h("span", { class: "dim small" }, t("board.enrolled", { n: piece.people })),
      h("span", { class: "mono small dim" }, `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`),
      can("incident.report") &&
        h("button", { type: "button", class: "btn btn-primary", onclick: () => (this.map.map.closePopup(), this.onReport(place)) }, t("board.report_here")),
    );
  }

  /** A ring around the open incident, and the map moved there. */
  select(id, { move = true } = {}) {
    this.selected = id;
    const row = this.incidents.rows.get(id);
    if (row && move) this.map.lookAt(row.lat, row.lon);
    this.showRing();
  }

  showRing() {
    this.ring?.remove();
    this.ring = null;
    const row = this.incidents.rows.get(this.selected);
    if (!row) return;
    const icon = L.divIcon({ className: "board-ring", iconSize: [44, 44] });
    this.ring = L.marker(this.map.toMap(row.lat, row.lon), { icon, interactive: false, keyboard: false, pane: "incidents" }).addTo(this.map.map);
  }

  /** Where something is being reported. */
  showPin(place) {
    this.pin?.remove();
    this.pin = null;
    if (!place) return;
    const icon = L.divIcon({ className: "board-pin", iconSize: [22, 22] });
    this.pin = L.marker(this.map.toMap(place.lat, place.lon), { icon, interactive: false, keyboard: false, pane: "incidents" }).addTo(this.map.map);
  }

  async loadGround() {
    if (!can("coverage.read")) return;
    this.map.ground.draw(await fetchGround());
  }
}

export async function makeScene(element, incidents, handlers) {
  const map = await makeMap(element, { label: t("board.map") });
  return new Scene(map, incidents, handlers);
}
