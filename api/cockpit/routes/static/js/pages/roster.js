import {
  $, api, askFor, can, dialog, emptyState, facts, fmt, guard, h, inLanguage, label, labels, load, panel, ready, replace,
  stationToday, table, tabs, tag, t, toast,
} from "../lib.js";
import { importPanel } from "./people/importing.js";
import { vocabulary } from "./people/vocabulary.js";

await ready();
const words = await vocabulary();
let list = null;
const STANDINGS = { active: "good", pending: "info", suspended: "warn", left: "plain" };
const REACHED = { proved: "good", lost: "warn", never: "bad", untested: "plain" };

replace(
  $("#roster"),
  tabs([
    ["members", t("roster.members"), members],
    can("report.read") && ["reach", t("roster.reach"), reach],
    can("roster.import") && ["imports", t("roster.imports"), imports],
  ].filter(Boolean)),
);
replace(
  $("#actions"),
  can("member.manage") && h("button", { type: "button", class: "btn btn-primary", onclick: guard(enrol) }, t("roster.enrol")),
  can("roster.export") && h("button", { type: "button", class: "btn", onclick: guard(take) }, t("roster.export")),
);

function members() {
  const filter = { status: "active", force: "", grid_id: "" };
  list = table({
    caption: t("roster.members"),
    filter: true,
    empty: t("roster.empty"),
    load: (cursor) => api.get("/v1/members", { ...filter, cursor, limit: 200 }),
    onRow: guard(edit),
    columns: [
      { key: "name", title: t("common.name"), sort: true },
      { key: "phone", title: t("common.phone"), class: "mono" },
      { key: "force", title: t("roster.force"), sort: true, text: (row) => words.force(row.force) },
      { key: "grid", title: t("common.grid"), text: (row) => (row.grid ? `${row.grid.code} ${row.grid.name}` : "–"), sort: (row) => row.grid?.code },
      { key: "skills", title: t("roster.skills"), text: (row) => row.skills.map((one) => words.skill(one.skill)).join(" "), cell: skills },
      { key: "status", title: t("common.state"), cell: (row) => tag(label("member_status", row.status), STANDINGS[row.status]), text: (row) => label("member_status", row.status) },
      { key: "joined_on", title: t("roster.joined"), sort: true, text: (row) => fmt.day(row.joined_on) },
    ],
  });
  const pick = (name, options, none) =>
    h("select", { class: "input", "aria-label": none, onchange: (event) => { filter[name] = event.target.value; list.reload(); }, value: filter[name] },
      h("option", { value: "" }, none), options.map(([value, word]) => h("option", { value }, word)));
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "bar" },
      pick("status", labels("member_status"), t("roster.any_state")),
      pick("force", words.forces, t("roster.any_force")),
      pick("grid_id", words.grids, t("roster.any_grid"))),
    list.el,
  );
}

function skills(row) {
  return h("span", { class: "row" }, row.skills.map((one) => tag(words.skill(one.skill), one.valid ? "plain" : "warn")));
}

const fields = (row) => [
  { name: "name", label: t("common.name"), required: true },
  { name: "phone", label: t("common.phone"), type: "tel", required: true, inputmode: "tel", hint: t("roster.phone_hint") },
  ...placeFields(row),
];
const placeFields = (row) => [
  { name: "force", label: t("roster.force"), type: "select", required: true, options: words.forces, value: row?.force },
  { name: "grid_id", label: t("common.grid"), type: "select", options: words.grids, value: row?.grid?.id, empty: null, none: t("roster.no_grid") },
  { name: "skills", label: t("roster.skills"), type: "checks", options: words.skills, value: row?.skills.map((one) => one.skill) },
];

async function enrol() {
  const made = await askFor({
    title: t("roster.enrol"),
    fields: fields(null),
    submit: t("roster.enrol"),
    onSubmit: ({ skills: held, ...rest }) => api.post("/v1/members", { ...rest, skills: held.map((skill) => ({ skill })) }),
  });
  if (!made) return;
  toast(t("roster.enrolled", { name: made.name }), "good");
  list?.upsert(made);
}

async function edit(row) {
  const { body, version } = await api.tagged(`/v1/members/${row.id}`);
  const kept = new Map(body.skills.map((one) => [one.skill, one]));
  const about = h("div", { class: "stack" }, facts([
    [t("common.phone"), body.phone],
    [t("common.state"), label("member_status", body.status)],
    [t("roster.joined"), fmt.day(body.joined_on)],
    [t("roster.expiring"), body.skills.filter((one) => one.expires_on).map((one) => `${words.skill(one.skill)} ${fmt.day(one.expires_on)}`).join("; ")],
  ]), can("member.manage") ? standing(body) : null);
  if (!can("member.manage")) return dialog({ title: body.name, body: about });
  const changed = await askFor({
    title: body.name,
    fields: placeFields(body),
    before: about,
    onSubmit: ({ skills: held, ...rest }) =>
      api.patch(`/v1/members/${row.id}`, { ...rest, skills: held.map((skill) => ({ skill, expires_on: kept.get(skill)?.expires_on ?? null })) }, { version }),
  });
  if (changed?.id) {
    list.upsert(changed);
    toast(t("common.saved"), "good");
  }
  return undefined;
}

const NEXT = { pending: ["activate", "leave"], active: ["suspend", "leave"], suspended: ["resume", "leave"], left: ["rejoin"] };

function standing(row) {
  const move = (event) => guard(async () => {
    const found = await api.tagged(`/v1/members/${row.id}`);
    const changed = await api.post(`/v1/members/${row.id}/standing`, { event }, { version: found.version });
    list.upsert(changed);
    toast(t("roster.now", { name: changed.name, state: label("member_status", changed.status) }), "good");
    $("dialog[open]")?.close();
  });
  return h("div", { class: "row" }, (NEXT[row.status] ?? []).map((event) =>
    h("button", { type: "button", class: event === "leave" ? "btn btn-small btn-danger" : "btn btn-small", onclick: move(event) }, label("member_event", event))));
}

async function take() {
  const wanted = await askFor({
    title: t("roster.export"),
    submit: t("common.download"),
    fields: [
      { name: "format", label: t("roster.format"), type: "select", required: true, value: "xlsx", options: [["xlsx", "Excel (.xlsx)"], ["csv", "CSV"]] },
      { name: "include_left", label: t("roster.include_left"), type: "checkbox" },
      can("people.contact") && { name: "full_numbers", label: t("roster.full_numbers"), type: "checkbox", hint: t("roster.audited") },
    ].filter(Boolean),
  });
  if (wanted) await api.download("/v1/roster/export", wanted, `roster-${stationToday()}.${wanted.format}`);
}

function reach() {
  const el = h("div", { class: "stack" });
  load(el, async () => {
    const report = await api.get("/v1/reports/reachability");
    const line = (one) => ({ ...one, key: one.grid_id ?? "none", name: one.grid_name ? `${one.grid_code} ${one.grid_name}` : t("roster.no_grid") });
    const total = report.total;
    if (!total.members) return emptyState(t("roster.empty"));
    const people = table({
      caption: t("roster.reach_people"),
      filter: true,
      empty: t("roster.all_reached"),
      load: (cursor) => api.get("/v1/reports/reachability/members", { cursor, limit: 200 }),
      rowKey: (row) => row.member_id,
      columns: [
        { key: "name", title: t("common.name"), sort: true },
        { key: "force", title: t("roster.force"), text: (row) => words.force(row.force) },
        { key: "grid_code", title: t("common.grid"), sort: true },
        { key: "standing", title: t("roster.reach"), sort: true, text: (row) => label("reach_standing", row.standing), cell: (row) => tag(label("reach_standing", row.standing), REACHED[row.standing]) },
        { key: "push", title: t("roster.push"), text: (row) => channel(row, "push") },
        { key: "sms", title: t("roster.sms"), text: (row) => channel(row, "sms") },
        { key: "phones", title: t("roster.phones"), class: "num", sort: true },
      ],
    });
    return [
      h("p", {}, t("roster.reach_sum", { proved: total.proved, members: total.members, share: fmt.percent(total.share) })),
      table({
        caption: t("roster.reach_grids"),
        rows: report.grids.map(line),
        rowKey: (row) => row.key,
        order: { key: "share", down: false },
        columns: [
          { key: "name", title: t("common.grid"), sort: true },
          { key: "members", title: t("roster.members"), class: "num", sort: true },
          ...["proved", "lost", "never", "untested"].map((key) => ({ key, title: label("reach_standing", key), class: "num", sort: true })),
          { key: "share", title: t("roster.share"), class: "num", sort: true, text: (row) => fmt.percent(row.share) },
        ],
      }).el,
      panel(t("roster.reach_people"), h("div", { class: "bar" }, h("button", { type: "button", class: "btn", onclick: guard(() => api.download("/v1/reports/reachability/members.csv", {}, "reachability.csv")) }, t("common.download"))), people.el),
    ];
  });
  return el;
}

function channel(row, name) {
  const since = row[`${name}_proved_at`];
  const failure = row[`${name}_failure`];
  return [label("reach_standing", row[name]), since && fmt.day(since), failure].filter(Boolean).join(" · ");
}

function imports() {
  return importPanel({
    path: "/v1/roster/imports",
    template: "/v1/roster/template",
    templateName: "roster-template.xlsx",
    accept: ".xlsx,.csv",
    keepGood: true,
    done: () => list?.reload(),
    faultText: (fault) => inLanguage(fault),
  });
}
