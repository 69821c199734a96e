/** Filing an incident at a place: from a click on the map, or typed in any datum; possible duplicates are shown first. */
import { api, fmt, form, h, label, labels, t, toast } from "../../lib.js";
import { forceOptions, learnWords } from "./people.js";

const DATUMS = ["wgs84", "gcj02", "bd09"];

/** The form in the side panel. `onFiled(incident)`, `onOpen(id)` for a duplicate, `onPlace(place)` when it is typed. */
export async function reportForm({ place, onFiled, onOpen, onPlace, onCancel }) {
  await learnWords();
  const duplicates = h("div", { class: "stack-small" });
  const made = form({
    fields: [
      { name: "kind", class: "half", label: t("board.kind"), type: "select", required: true, value: "urgent_help", options: labels("incident_kind") },
      { name: "colour", class: "half", label: t("board.colour"), type: "select", required: true, value: "orange", options: labels("incident_colour") },
      { name: "description", label: t("board.what"), type: "textarea", required: true, rows: 3, maxlength: 2000 },
      { name: "address", label: t("board.address"), maxlength: 200 },
      { name: "name", class: "half", label: t("board.requester"), maxlength: 50, autocomplete: "off" },
      { name: "phone", class: "half", label: t("board.requester_phone"), type: "tel", maxlength: 32, autocomplete: "off" },
      { name: "wanted", class: "half", label: t("board.wanted"), type: "number", value: 2, min: 1, max: 100, hint: t("board.wanted_hint") },
      { name: "force", class: "half", label: t("board.force"), type: "select", none: t("board.any_force"), options: forceOptions() },
      { name: "category", class: "half", label: t("board.category"), type: "select", required: true, value: "urgent_help", options: labels("incident_category") },
      { name: "source", class: "half", label: t("board.source"), type: "select", required: true, value: "call", options: labels("incident_source") },
      { name: "lat", class: "half", label: t("board.lat"), type: "number", step: "any", min: -90, max: 90, value: place?.lat, hint: t("board.place_hint") },
      { name: "lon", class: "half", label: t("board.lon"), type: "number", step: "any", min: -180, max: 180, value: place?.lon },
      { name: "datum", label: t("board.datum"), type: "select", required: true, value: "wgs84", options: DATUMS.map((one) => [one, one.toUpperCase()]) },
      { name: "drill", label: t("board.drill"), type: "checkbox" },
    ],
    submit: t("board.file"),
    cancel: onCancel,
    onSubmit: (values) => file(values, false),
  });
  for (const name of ["lat", "lon"]) made.field(name).input.addEventListener("change", () => typed());

  function typed() {
    const { lat, lon, datum } = made.values();
    if (datum === "wgs84" && Number.isFinite(lat) && Number.isFinite(lon)) onPlace({ lat, lon });
  }

  async function file(values, checked) {
    const { lat, lon, datum, name, phone, wanted, force, ...rest } = values;
    if (lat === undefined || lon === undefined) {
      made.field("lat").fault(t("board.no_place"));
      made.field("lat").focus();
      return;
    }
    const needs = wanted ? [{ wanted, ...(force && { force }) }] : [];
    const requester = { ...(name && { name }), ...(phone && { phone }) };
    const body = { ...rest, place: { lat, lon, datum }, requester, needs, duplicate_checked: checked };
    try {
      const filed = await api.post("/v1/incidents", body);
      toast(t("board.filed", { ref: filed.ref }), "good");
      onFiled(filed);
    } catch (error) {
      if (error.code !== "possible_duplicate") throw error;
      showDuplicates(error.facts.candidates ?? [], () => file(values, true));
    }
  }

  function showDuplicates(candidates, goOn) {
    const rows = candidates.map((one) =>
      h(
        "li",
        {},
        h("button", { type: "button", class: "btn btn-small", onclick: () => onOpen(one.id) }, `${label("incident_kind", one.kind)} ${one.ref}`),
        ` ${fmt.distance(one.distance_m)} · ${fmt.clock(one.reported_at)}`,
      ),
    );
    duplicates.replaceChildren(
      h(
        "div",
        { class: "notice", role: "alert" },
        h("p", {}, t("board.duplicates")),
        h("ul", { class: "list" }, rows),
        h("button", { type: "button", class: "btn", onclick: () => goOn().catch(made.problem) }, t("board.file_anyway")),
      ),
    );
    duplicates.scrollIntoView({ block: "nearest" });
  }

  const el = h("div", { class: "stack-small" }, h("h2", {}, t("board.report")), duplicates, made.el);
  return {
    el,
    setPlace: ({ lat, lon }) => made.set({ lat, lon, datum: "wgs84" }),
    focus: () => made.field("description").focus(),
  };
}
