/** One unit: what it is called, who answers for it, its outline; and what an administrator changes. */
import { $, api, ask, askFor, can, facts, fmt, guard, h, label, load, replace, stationToday, t, tag, toast } from "../../lib.js";
import { redrawUnit } from "./drawing.js";

/** Fill the page's panel with the unit. */
export async function showUnit(page, id) {
  replace($("#actions"), h("button", { type: "button", class: "btn", onclick: page.openList }, t("grids.back")));
  await load(page.panel, async () => {
    const { body, version } = await api.tagged(`/v1/units/${id}`);
    page.mark(body.area);
    if (body.area) page.map.fit(placesOf(body.area));
    return card(page, body, version);
  });
}

function card(page, view, version) {
  const { unit, owners, area_m2: size } = view;
  const manages = can("unit.manage") && unit.kind !== "station";
  const again = () => page.openUnit(unit.id);
  return [
    h("h2", {}, unit.name),
    facts([
      [t("common.kind"), label("unit_kind", unit.kind)],
      [t("grids.code"), h("span", { class: "mono" }, unit.code)],
      [t("grids.size"), size ? t("grids.square_km", { n: fmt.number(size / 1e6, 3) }) : tag(t("grids.no_outline"), "warn")],
      [t("grids.source"), label("unit_source", unit.source)],
      [t("grids.valid_from"), fmt.day(unit.valid_from)],
      [t("grids.valid_to"), unit.valid_to ? fmt.day(unit.valid_to) : null],
    ]),
    h("h3", {}, t("grids.owners")),
    owners.length
      ? h("ul", { class: "list" }, owners.map((owner) => ownerLine(unit, owner, manages, after)))
      : h("p", { class: "dim" }, t("grids.no_owner")),
    manages
      ? h(
          "div",
          { class: "row" },
          button(t("grids.draw"), () => redrawUnit(page, view, version), "primary"),
          button(t("grids.name_owner"), () => nameOwner(unit, after)),
          button(t("grids.rename"), () => rename(unit, version, after)),
          button(t("grids.close"), () => close(page, unit, version), "danger"),
        )
      : null,
  ];

  async function after(text) {
    toast(text, "good");
    await page.redraw();
    await again();
  }
}

function button(words, fn, kind = "plain") {
  return h("button", { type: "button", class: `btn btn-small btn-${kind}`, onclick: guard(fn) }, words);
}

function ownerLine(unit, owner, manages, after) {
  const end = async () => {
    if (!(await ask(t("grids.end_owner_sure", { name: owner.name })))) return;
    await api.post(`/v1/units/${unit.id}/owners/${owner.id}/end`, {});
    await after(t("common.saved"));
  };
  return h("li", { class: "row" }, h("span", { class: "grow" }, owner.name, " ", h("small", { class: "dim" }, t("grids.since", { day: fmt.day(owner.since) }))), manages ? button(t("grids.end_owner"), end) : null);
}

async function nameOwner(unit, after) {
  const members = await api.all("/v1/members", { status: "active" }, 2000);
  const options = members.map((member) => [member.id, member.name]).sort((a, b) => a[1].localeCompare(b[1], "zh-CN"));
  const fields = [
    { name: "member_id", label: t("grids.member"), type: "select", required: true, options },
    { name: "since", label: t("grids.from_day"), type: "date", value: stationToday() },
  ];
  const done = await askFor({ title: t("grids.name_owner"), fields, onSubmit: (values) => api.post(`/v1/units/${unit.id}/owners`, values) });
  if (done) await after(t("common.saved"));
}

async function rename(unit, version, after) {
  const fields = [{ name: "name", label: t("grids.name"), required: true, value: unit.name, maxlength: 60 }];
  const done = await askFor({ title: t("grids.rename"), fields, onSubmit: (values) => api.patch(`/v1/units/${unit.id}`, values, { version }) });
  if (done) await after(t("common.saved"));
}

async function close(page, unit, version) {
  if (!(await ask(t("grids.close_sure", { name: unit.name }), { danger: true, yes: t("grids.close") }))) return;
  const closed = await api.post(`/v1/units/${unit.id}/close`, {}, { headers: { "If-Match": `"${version}"` } });
  const undo = guard(async () => {
    await api.post(`/v1/units/${unit.id}/reopen`, {}, { headers: { "If-Match": `"${closed.unit.version}"` } });
    await page.redraw();
    await page.openUnit(unit.id);
  });
  toast(t("grids.closed", { name: unit.name }), "good", { undo });
  await page.redraw();
  await page.openList();
}

function placesOf(area) {
  const polygons = area.type === "Polygon" ? [area.coordinates] : area.coordinates;
  return polygons.flatMap(([ring]) => ring.map(([lon, lat]) => [lat, lon]));
}
