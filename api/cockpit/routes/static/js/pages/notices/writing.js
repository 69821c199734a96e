/** Writing a notice: words, whom it is for, and what it would cost, before anybody's telephone rings. */
import {
  Problem, api, complain, debounce, facts, fmt, form, guard, h, labels, linkButton, panel, replace, t, tag, toast,
} from "../../lib.js";
import { Outline } from "../../map/draw.js";
import { makeMap } from "../../map/frame.js";
import { fetchGround } from "../../map/ground.js";
import { vocabulary } from "../people/vocabulary.js";

const DAY_MS = 86_400_000;

/** Fill the page with the form and the map; `seen`: the draft that is edited, or null. */
export async function write(head, body, seen, me) {
  const words = await vocabulary();
  const draft = seen?.item ?? null;
  const outcome = h("div", { class: "stack", id: "preview", "aria-live": "polite" });
  const look = debounce(() => preview(outcome, made, outline), 400);
  const made = form({ fields: fieldsOf(draft, words), submit: t("notices.save"), onSubmit: () => save() });
  const ground = h("div", { class: "notice-map", id: "map" });
  replace(head, h("div", { class: "bar" }, linkButton("←", "notices"), h("h1", {}, t(draft ? "notices.edit" : "notices.write"))));
  const drawn = h("div", { class: "bar" },
    h("button", { type: "button", class: "btn", onclick: () => outline.clear() }, t("notices.draw")),
    h("button", { type: "button", class: "btn", onclick: () => outline.undo() }, t("common.undo")),
    h("span", { class: "dim small" }, t("notices.draw_hint")));
  replace(body, h("div", { class: "grid-2" },
    h("div", { class: "stack" }, made.el, draft ? submitRow(seen) : null),
    h("div", { class: "stack" }, panel(t("notices.area"), drawn, ground), panel(t("notices.preview"), outcome))));
  const map = await makeMap(ground);
  const outline = new Outline(map, { onChange: look });
  // Reading the ground needs a permission of its own; without it the map is empty and still draws.
  if (me.permissions.includes("coverage.read")) {
    map.ground.draw(await fetchGround());
    map.fit();
  }
  made.el.addEventListener("input", look);
  made.el.addEventListener("change", look);
  if (draft?.has_area) toast(t("notices.area_kept"), "info");
  if (draft) look();
  else replace(outcome, h("p", { class: "dim" }, t("notices.preview_hint")));

  async function save() {
    const order = orderOf(made.values(), outline);
    const kept = seen
      ? await api.put(`/v1/station/notices/${draft.id}`, order, { version: seen.version })
      : await api.post("/v1/station/notices", order);
    toast(t("notices.saved"), "good");
    location.assign(`notice?id=${kept.id}`);
  }
}

function fieldsOf(draft, words) {
  return [
    { name: "category", label: t("common.kind"), type: "select", required: true, value: draft?.category ?? "general", options: labels("notice_category") },
    { name: "severity", label: t("notices.severity"), type: "select", required: true, value: draft?.severity ?? "blue", options: labels("notice_severity") },
    { name: "zh.title", label: t("notices.title_zh"), required: true, maxlength: 60, value: draft?.zh.title },
    { name: "zh.body", label: t("notices.body_zh"), type: "textarea", required: true, rows: 4, value: draft?.zh.body },
    { name: "en.title", label: t("notices.title_en"), maxlength: 60, value: draft?.en?.title },
    { name: "en.body", label: t("notices.body_en"), type: "textarea", rows: 3, value: draft?.en?.body },
    { name: "open_text", label: t("notices.open_text"), type: "checkbox", value: draft?.open_text, hint: t("notices.open_text_hint") },
    { name: "whole_station", label: t("notices.whole_station"), type: "checkbox", value: draft?.whole_station },
    { name: "unit_ids", label: t("notices.grids"), type: "checks", options: words.grids, value: draft?.unit_ids, class: "field-long" },
    { name: "forces", label: t("notices.forces"), type: "checks", options: words.forces, value: draft?.forces },
    { name: "on_duty_only", label: t("notices.on_duty_only"), type: "checkbox", value: draft?.on_duty_only },
    { name: "expires_at", label: t("notices.expires"), type: "datetime", required: true, value: draft?.expires_at ?? new Date(Date.now() + DAY_MS).toISOString() },
  ];
}

function orderOf(values, outline) {
  const english = values["en.title"] || values["en.body"] ? { title: values["en.title"] ?? "", body: values["en.body"] ?? "" } : null;
  const { category, severity, open_text, whole_station, unit_ids, forces, on_duty_only, expires_at } = values;
  const area = whole_station ? null : outline.geometry();
  return {
    category, severity, open_text, expires_at, en: english,
    zh: { title: values["zh.title"] ?? "", body: values["zh.body"] ?? "" },
    target: { whole_station, unit_ids: whole_station ? [] : unit_ids, area, forces, on_duty_only },
  };
}

async function preview(box, made, outline) {
  const order = orderOf(made.values(), outline);
  const isMeant = order.target.whole_station || order.target.unit_ids.length || order.target.area;
  if (!isMeant || !order.zh.title || !order.zh.body) return;
  try {
    const told = await api.post("/v1/station/notices/preview", order);
    replace(box,
      h("p", { class: "big num" }, t("notices.people", { n: fmt.number(told.people) })),
      told.needs_approval ? tag(t("notices.needs_approval"), "warn") : null,
      facts([
        [t("notices.by_push"), t("notices.on_phones", { people: told.by_push, phones: told.phones })],
        [t("notices.by_sms"), t("notices.in_segments", { people: told.by_sms, segments: told.sms_segments })],
        [t("notices.cost"), fmt.money(told.cost_milliyuan / 1000, "CNY")],
        [t("notices.held"), told.held ? fmt.number(told.held) : null],
        [t("notices.unreachable"), told.unreachable ? fmt.number(told.unreachable) : null],
      ]));
  } catch (error) {
    if (error instanceof Problem) replace(box, h("p", { class: "problem" }, error.message, " ", error.issues.map((issue) => issue.text).join(" ")));
    else complain(error);
  }
}

function submitRow({ item, version, reload }) {
  const send = guard(async () => {
    const sent = await api.post(`/v1/station/notices/${item.id}/submit`, undefined, { version });
    toast(t(sent.state === "awaiting" ? "notices.awaits" : "notices.goes_out"), "good");
    await reload();
  });
  return h("div", { class: "bar" }, h("button", { type: "button", class: "btn btn-primary", onclick: send }, t("notices.submit")), h("span", { class: "dim small" }, t("notices.submit_hint")));
}
