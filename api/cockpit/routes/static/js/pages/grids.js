/** The ground: communities and grids as a list and on the map, added, drawn, edited, closed. */
import { $, api, can, guard, h, load, param, ready, replace, setParam, t, tag } from "../lib.js";
import * as L from "../../vendor/leaflet.js";
import { makeMap } from "../map/frame.js";
import { cssColour } from "../map/points.js";
import { fetchGround } from "../map/ground.js";
import { showUnit } from "./grids/unit.js";
import { addUnit } from "./grids/drawing.js";

await ready();
const panel = $("#panel");
const map = await makeMap($("#map"));
// Whoever drives the page from outside (a test, the browser's console) asks here where a place is drawn.
$("#map").stationMap = map;
/** What the parts of this page share. */
const page = { map, panel, openList, openUnit, redraw, mark, units: [], busy: false };
let chosen = null;

await redraw();
map.fit();
await (param("id") ? openUnit(param("id")) : openList());
map.onClick((place) => {
  const [found] = page.busy ? [] : map.ground.at(place.lat, place.lon).filter((one) => one.id && one.kind === "grid");
  if (found) openUnit(found.id);
});

async function redraw() {
  map.ground.draw(await fetchGround());
}

/** Mark one unit's outline on the map. */
function mark(area) {
  chosen?.remove();
  const style = { pane: "drawing", interactive: false, color: cssColour("--accent"), weight: 3, fillOpacity: 0.12 };
  chosen = area && L.geoJSON(area, { ...style, coordsToLatLng: ([lon, lat]) => map.toMap(lat, lon) }).addTo(map.map);
}

async function openList() {
  setParam("id", null);
  mark(null);
  page.busy = false;
  replace($("#actions"), can("unit.manage") ? h("button", { type: "button", class: "btn btn-primary", onclick: guard(() => addUnit(page)) }, t("grids.add")) : null);
  await load(panel, async () => {
    const tree = await api.get("/v1/units/tree");
    page.units = flat(tree);
    return h("ul", { class: "unit-tree" }, tree.children.map(branch));
  });
}

function openUnit(id) {
  setParam("id", id);
  return showUnit(page, id);
}

function flat(node) {
  return [node.unit, ...node.children.flatMap(flat)];
}

function branch(node) {
  const { unit } = node;
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", onclick: () => openUnit(unit.id) },
      h("span", { class: "grow truncate" }, unit.name),
      h("span", { class: "dim mono small" }, unit.kind === "grid" ? unit.code.slice(-3) : unit.code),
      unit.has_area || unit.kind !== "grid" ? null : tag(t("grids.no_outline"), "warn"),
    ),
    node.children.length ? h("ul", {}, node.children.map(branch)) : null,
  );
}
