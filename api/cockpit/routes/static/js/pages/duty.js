import {
  $, api, ask, askFor, can, debounce, emptyState, fmt, fromStationTime, guard, h, live, load, memberName, param, ready, replace, setParam,
  stationToday, table, tabs, t, tag, toast,
} from "../lib.js";
import { vocabulary } from "./people/vocabulary.js";

await ready();
const words = await vocabulary();
const DAY_MS = 86_400_000;

counts();
replace($("#actions"), can("duty.manage") && h("button", { type: "button", class: "btn btn-primary", onclick: guard(plan) }, t("duty.plan")));
replace($("#duty"), tabs([["now", t("duty.now"), present], ["coverage", t("duty.coverage"), coverage], ["shifts", t("duty.shifts"), shifts]]));

async function counts() {
  const { items } = await api.get("/v1/duty/ready");
  replace($("#ready"), items.length ? items.map(card) : emptyState(t("duty.nobody")));
}

function card(count) {
  return h(
    "div",
    { class: "card" },
    h("h2", { class: "small dim" }, words.force(count.force)),
    h("p", { class: "big num" }, fmt.number(count.ready)),
    h("p", { class: "small dim" }, t("duty.of", { on_duty: count.on_duty, engaged: count.engaged })),
  );
}

function present() {
  const list = table({
    caption: t("duty.now"),
    filter: true,
    empty: t("duty.nobody"),
    rowKey: (row) => row.member_id,
    load: async (cursor) => named(await api.get("/v1/duty/live", { cursor, limit: 200 })),
    order: { key: "since", down: true },
    columns: [
      { key: "name", title: t("common.name"), sort: true },
      { key: "force", title: t("duty.force"), sort: true, text: (row) => words.force(row.force) },
      { key: "skills", title: t("duty.skills"), text: (row) => row.skills.map(words.skill).join(", ") },
      { key: "state", title: t("common.state"), text: (row) => t(row.engaged_with ? "duty.engaged" : "duty.free"), cell: state },
      { key: "since", title: t("duty.since"), sort: true, text: (row) => row.since, cell: (row) => fmt.ago(row.since) },
      { key: "until", title: t("duty.until"), sort: true, text: (row) => (row.until ? fmt.short(row.until) : "–") },
      { key: "fix_at", title: t("duty.seen"), sort: true, text: (row) => row.fix_at ?? "", cell: (row) => (row.fix_at ? fmt.ago(row.fix_at) : t("duty.never_seen")) },
    ],
  });
  const again = debounce(counts, 1000);
  live.on(["duty"], async (change) => {
    again();
    if (change.op === "list") list.reload();
    else if (change.op === "remove") list.remove(change.id);
    else if (change.row) list.upsert({ ...change.row, name: await memberName(change.id) });
  });
  return list.el;
}

function state(row) {
  if (!row.engaged_with) return tag(t("duty.free"), "good");
  return h("a", { href: `board?id=${row.engaged_with}` }, tag(t("duty.engaged"), "warn"));
}

async function named(page) {
  const names = await Promise.all(page.items.map((row) => memberName(row.member_id)));
  return { ...page, items: page.items.map((row, index) => ({ ...row, name: names[index] ?? "–" })) };
}

function coverage() {
  const box = h("div", { id: "coverage" });
  const day = h("input", { type: "date", class: "input", "aria-label": t("duty.day"), value: param("day") ?? stationToday(), onchange: () => { setParam("day", day.value === stationToday() ? null : day.value); show(); } });
  const step = (days) => () => {
    if (!day.value) return;
    day.value = new Date(new Date(`${day.value}T00:00:00Z`).getTime() + days * DAY_MS).toISOString().slice(0, 10);
    day.dispatchEvent(new Event("change"));
  };
  const show = () => day.value && load(box, async () => grid(await api.get("/v1/reports/coverage", { day: day.value })));
  show();
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "bar" },
      h("button", { type: "button", class: "btn", "aria-label": t("duty.day_before"), onclick: step(-1) }, "‹"), day,
      h("button", { type: "button", class: "btn", "aria-label": t("duty.day_after"), onclick: step(1) }, "›"),
      h("span", { class: "dim small" }, t("duty.coverage_hint"))),
    box,
  );
}

/** A line for each grid, a cell for each hour; an empty hour is marked by more than its colour. */
function grid(report) {
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const lines = report.grids.filter((line) => line.grid_id || line.members || line.hours.some(Boolean));
  if (!lines.length) return emptyState(t("duty.no_grids"));
  const sum = hours.map((hour) => lines.reduce((all, line) => all + line.hours[hour], 0));
  const cell = (count, hour) =>
    h("td", { class: ["num", "hour", hour === report.present_hour && "present"], dataset: { level: Math.min(count, 5) }, title: t("duty.people_at", { n: count, hour }) }, count || "·");
  return h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("duty.coverage") },
    h("table", { class: "table hours" },
      h("caption", { class: "visually-hidden" }, t("duty.coverage")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("common.grid")), h("th", { scope: "col", class: "num" }, t("duty.members")), hours.map((hour) => h("th", { scope: "col", class: ["num", hour === report.present_hour && "present"] }, hour)))),
      h("tbody", {}, lines.map((line) =>
        h("tr", {}, h("th", { scope: "row" }, line.grid_id ? `${line.grid_code} ${line.grid_name}` : t("duty.no_grid")), h("td", { class: "num" }, line.members), line.hours.map(cell)))),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, t("duty.sum")), h("td"), sum.map(cell)))),
  );
}

function shifts() {
  const from = fromStationTime(`${stationToday()}T00:00`);
  const to = fromStationTime(`${stationToday(14)}T00:00`);
  const list = table({
    caption: t("duty.shifts"),
    filter: true,
    empty: t("duty.no_shifts"),
    load: async (cursor) => named(await api.get("/v1/shifts", { from, to, cursor, limit: 200 })),
    columns: [
      { key: "name", title: t("common.name"), sort: true },
      { key: "starts_at", title: t("common.from"), sort: true, text: (row) => fmt.short(row.starts_at) },
      { key: "ends_at", title: t("common.until"), sort: true, text: (row) => fmt.short(row.ends_at) },
      { key: "state", title: t("common.state"), text: (row) => (row.cancelled_at ? t("duty.cancelled") : "") },
      can("duty.manage") && { key: "actions", title: t("common.actions"), text: () => "", cell: (row) => shiftActions(row, list) },
    ].filter(Boolean),
  });
  live.on(["shifts"], debounce(() => list.reload(), 500));
  addEventListener("shift-planned", () => list.reload());
  return list.el;
}

function shiftActions(row, list) {
  if (row.cancelled_at || new Date(row.ends_at) < new Date()) return null;
  const cancel = guard(async () => {
    if (!(await ask(t("duty.cancel_sure", { name: row.name, time: fmt.short(row.starts_at) }), { danger: true, yes: t("duty.cancel") }))) return;
    const found = await api.tagged(`/v1/shifts/${row.id}`);
    list.upsert({ ...(await api.post(`/v1/shifts/${row.id}/cancel`, undefined, { version: found.version })), name: row.name });
    toast(t("duty.cancelled"), "good");
  });
  return h("button", { type: "button", class: "btn btn-small btn-danger", onclick: cancel }, t("duty.cancel"));
}

async function plan() {
  const people = await api.all("/v1/members", { status: "active" });
  const made = await askFor({
    title: t("duty.plan"),
    submit: t("duty.plan"),
    fields: [
      { name: "member_id", label: t("common.person"), type: "select", required: true, options: people.map((one) => [one.id, `${one.name} · ${words.force(one.force)}`]) },
      { name: "starts_at", label: t("common.from"), type: "datetime", required: true, value: fromStationTime(`${stationToday(1)}T08:00`) },
      { name: "ends_at", label: t("common.until"), type: "datetime", required: true, value: fromStationTime(`${stationToday(1)}T17:00`) },
    ],
    onSubmit: (values) => api.post("/v1/shifts", values),
  });
  if (!made) return;
  toast(t("duty.planned"), "good");
  dispatchEvent(new Event("shift-planned"));
}
