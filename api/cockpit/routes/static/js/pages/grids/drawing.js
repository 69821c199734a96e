/** Drawing an outline: a new unit, or another outline for one; a refusal is shown where it lies on the map. */
import * as L from "../../../vendor/leaflet.js";
import { $, Problem, api, fmt, form, h, label, replace, t, toast } from "../../lib.js";
import { Outline } from "../../map/draw.js";

/** Add a community or a grid: choose the kind and parent, draw, save. */
export function addUnit(page) {
  const station = page.units.find((unit) => unit.kind === "station");
  const parents = page.units.filter((unit) => unit.kind === "community" || unit.kind === "village");
  const first = parents[0] ?? station;
  const kinds = ["grid", "community", "village"].map((kind) => [kind, label("unit_kind", kind)]);
  const fields = [
    { name: "kind", label: t("common.kind"), type: "select", required: true, options: kinds, value: "grid", onChange: () => suggest() },
    { name: "parent_id", label: t("grids.parent"), type: "select", required: true, options: [station, ...parents].map((unit) => [unit.id, unit.name]), value: first.id, onChange: () => suggest() },
    { name: "code", label: t("grids.code"), required: true, hint: t("grids.code_hint"), value: nextCode(page.units, first) },
    { name: "name", label: t("grids.name"), required: true, maxlength: 60 },
  ];
  const drawing = draw(page, {
    title: t("grids.add"),
    fields,
    corners: [],
    save: (values, area) => api.post("/v1/units", { ...values, ...(area && { area }) }),
    done: (made) => toast(t("grids.added", { name: made.unit.name }), "good"),
  });
  function suggest() {
    const { kind, parent_id: parentId } = drawing.values();
    const parent = page.units.find((unit) => unit.id === parentId);
    if (kind === "grid" && parent && parent.kind !== "station") drawing.set({ code: nextCode(page.units, parent) });
  }
}

/** Draw an existing unit anew, from the outline it has. */
export function redrawUnit(page, { unit, area }, version) {
  draw(page, {
    title: t("grids.draw_of", { name: unit.name }),
    fields: [],
    corners: cornersOf(area),
    back: () => page.openUnit(unit.id),
    save: (_, outline) => api.patch(`/v1/units/${unit.id}`, { area: outline, source: "drawn" }, { version }),
    done: () => toast(t("common.saved"), "good"),
  });
}

function draw(page, { title, fields, corners, save, done, back = page.openList }) {
  page.busy = true;
  page.mark(null);
  replace($("#actions"));
  const marks = L.layerGroup().addTo(page.map.map);
  const refused = h("div", { role: "alert" });
  const count = h("p", { class: "dim small", "aria-live": "polite" });
  const outline = new Outline(page.map, { corners, onChange: tell });
  const leave = () => {
    outline.remove();
    marks.remove();
    page.busy = false;
    return back();
  };
  const made = form({
    fields,
    cancel: leave,
    extra: [
      h("p", {}, t("grids.how")),
      count,
      h("div", { class: "row" }, tool(t("grids.undo_corner"), () => outline.undo()), tool(t("grids.clear"), () => outline.clear())),
      refused,
    ],
    onSubmit: async (values) => {
      replace(refused);
      marks.clearLayers();
      try {
        const saved = await save(values, outline.geometry());
        outline.remove();
        marks.remove();
        page.busy = false;
        done(saved);
        await page.redraw();
        await page.openUnit(saved.unit.id);
      } catch (error) {
        if (!(error instanceof Problem) || !error.facts.places) throw error;
        replace(refused, showOverlaps(page, marks, error));
      }
    },
  });
  replace(page.panel, h("h2", {}, title), made.el);
  tell(outline.corners);
  function tell(list) {
    count.textContent = t("grids.corners", { n: list.length });
  }
  return made;
}

/** The refusal with every place: on the map as a numbered ring, in the list as a button that goes there. */
function showOverlaps(page, marks, problem) {
  problem.facts.places.forEach((place, index) => {
    const icon = L.divIcon({ className: "overlap-mark", html: String(index + 1), iconSize: [30, 30] });
    const title = t("grids.overlap_at", { code: place.code });
    marks.addLayer(L.marker(page.map.toMap(place.lat, place.lon), { icon, pane: "drawing", title, alt: title, keyboard: false }));
  });
  const [worst] = problem.facts.places;
  if (worst) page.map.lookAt(worst.lat, worst.lon);
  const name = (code) => page.units.find((unit) => unit.code === code)?.name ?? code;
  const line = (place) =>
    h("li", {}, t("grids.overlap", { name: name(place.code), area: fmt.number(place.area_m2) }), " ", tool(t("grids.look"), () => page.map.lookAt(place.lat, place.lon, 17)));
  return h("div", { class: "problem" }, h("p", {}, problem.message), h("ol", { class: "overlap-places" }, problem.facts.places.map(line)));
}

function tool(words, fn) {
  return h("button", { type: "button", class: "btn btn-small", onclick: fn }, words);
}

/** The first ring of an outline; one of several pieces is drawn anew instead. */
function cornersOf(area) {
  if (!area) return [];
  const ring = area.type === "Polygon" ? area.coordinates[0] : area.coordinates.length === 1 ? area.coordinates[0][0] : [];
  return ring.slice(0, -1).map(([lon, lat]) => [lat, lon]);
}

/** The next free code of a grid below a community: its twelve digits and the next number. */
function nextCode(units, parent) {
  if (!/^\d{12}$/.test(parent.code) || parent.kind === "station") return "";
  const taken = units.filter((unit) => unit.parent_id === parent.id && /^\d{15}$/.test(unit.code)).map((unit) => Number(unit.code.slice(12)));
  return parent.code + String(Math.max(0, ...taken) + 1).padStart(3, "0");
}

