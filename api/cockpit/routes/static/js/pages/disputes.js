import {
  $, api, askFor, can, colourMark, debounce, fmt, guard, h, inLanguage, label, labels, live, ready, replace, table, tabs, tag, t, toast,
} from "../lib.js";
import { codes, stateTag } from "./dispute/words.js";
import { importPanel } from "./people/importing.js";

await ready();
const code = await codes();

replace(
  $("#disputes"),
  tabs([
    ["late", t("disputes.late"), () => cases({ overdue: true }, t("disputes.none_late"))],
    ["mine", t("disputes.mine"), () => cases({ mine: true }, t("disputes.none_mine"))],
    ["all", t("disputes.all"), everything],
    ["owed", t("disputes.owed"), owed],
    ["workload", t("disputes.workload"), workload],
    can("dispute.search") && ["search", t("disputes.search"), search],
    can("dispute.import") && ["imports", t("disputes.imports"), imports],
  ].filter(Boolean)),
);
replace(
  $("#actions"),
  can("dispute.file") && h("button", { type: "button", class: "btn btn-primary", onclick: guard(file) }, t("disputes.file")),
  can("dispute.export") && h("button", { type: "button", class: "btn", onclick: guard(() => api.download("/v1/disputes/export", {}, "disputes.xlsx")) }, t("disputes.export")),
);

function list(filter, empty) {
  return table({
    caption: t("disputes.title"),
    filter: true,
    empty,
    load: (cursor) => api.get("/v1/disputes", { ...filter, cursor, limit: 100 }),
    onRow: (row) => location.assign(`dispute?id=${row.id}`),
    rowClass: (row) => row.overdue && "late",
    columns: [
      { key: "ref", title: t("disputes.ref"), class: "mono", cell: (row) => h("a", { href: `dispute?id=${row.id}` }, row.ref) },
      { key: "colour", title: t("disputes.colour"), sort: (row) => -row.score, text: (row) => label("dispute_colour", row.colour), cell: (row) => colourMark(row.colour, "dispute_colour") },
      { key: "state", title: t("common.state"), sort: true, text: (row) => label("case_state", row.state), cell: (row) => stateTag(row.state) },
      { key: "category", title: t("disputes.category"), sort: true, text: (row) => code("category", row.category) },
      { key: "parties", title: t("disputes.parties"), text: (row) => (row.strict ? t("disputes.strict") : row.parties.map((one) => one.name).join("、")) },
      { key: "unit_name", title: t("common.grid"), sort: true },
      { key: "due_at", title: t("disputes.due"), sort: true, text: (row) => fmt.short(row.due_at), cell: due },
      { key: "reported_at", title: t("disputes.reported"), sort: true, text: (row) => fmt.day(row.reported_at) },
    ],
  });
}

function due(row) {
  if (!row.due_at) return "–";
  return h("span", { class: "row" }, fmt.ago(row.due_at), row.overdue ? tag(t("disputes.is_late", { n: row.level }), "bad") : null);
}

function cases(filter, empty) {
  const made = list(filter, empty);
  live.on(["cases"], debounce(() => made.reload(), 800));
  return made.el;
}

function everything() {
  const filter = {};
  const made = list(filter, t("disputes.none"));
  live.on(["cases"], debounce(() => made.reload(), 800));
  const pick = (name, options, none) =>
    h("select", { class: "input", "aria-label": none, onchange: (event) => { filter[name] = event.target.value; made.reload(); } },
      h("option", { value: "" }, none), options.map(([value, word]) => h("option", { value }, word)));
  return h("div", { class: "stack" },
    h("div", { class: "bar" }, pick("state", labels("case_state"), t("disputes.any_state")), pick("colour", labels("dispute_colour"), t("disputes.any_colour"))),
    made.el);
}

function owed() {
  return table({
    caption: t("disputes.owed"),
    empty: t("disputes.none_owed"),
    load: (cursor) => api.get("/v1/obligations", { cursor, limit: 100 }),
    onRow: (row) => location.assign(`dispute?id=${row.dispute_id}&tab=work`),
    rowClass: (row) => row.state === "overdue" && "late",
    columns: [
      { key: "due_on", title: t("disputes.due"), sort: true, text: (row) => fmt.day(row.due_on) },
      { key: "state", title: t("common.state"), text: (row) => label("obligation_state", row.state), cell: (row) => tag(label("obligation_state", row.state), row.state === "overdue" ? "bad" : "plain") },
      { key: "kind", title: t("common.kind"), text: (row) => label("obligation_kind", row.kind) },
      { key: "what", title: t("disputes.what") },
      { key: "amount", title: t("disputes.amount"), class: "num", text: (row) => (row.amount ? fmt.number(Number(row.amount), 2) : "–") },
    ],
  }).el;
}

function workload() {
  return table({
    caption: t("disputes.workload"),
    empty: t("disputes.nobody_leads"),
    rowKey: (row) => row.person_id,
    load: () => api.get("/v1/disputes/workload"),
    columns: [
      { key: "name", title: t("common.name"), sort: true },
      ...["leads", "open_cases", "overdue_cases", "sessions_ahead", "obligations_overdue"].map((key) => ({ key, title: t(`disputes.${key}`), class: "num", sort: true })),
    ],
  }).el;
}

function search() {
  const found = h("div", { "aria-live": "polite" });
  const look = guard(async () => {
    const values = await askFor({
      title: t("disputes.search"),
      submit: t("common.search"),
      before: h("p", { class: "dim" }, t("disputes.search_audited")),
      fields: [
        { name: "name", label: t("common.name") },
        { name: "phone", label: t("common.phone"), type: "tel" },
        { name: "document_number", label: t("disputes.document") },
      ],
      onSubmit: (given) => api.post("/v1/disputes/search", given),
    });
    if (!values) return;
    replace(found, table({
      caption: t("disputes.search"),
      rows: values.items,
      empty: t("disputes.none_found"),
      rowKey: (row) => row.party_id,
      onRow: (row) => location.assign(`dispute?id=${row.dispute_id}`),
      columns: [
        { key: "ref", title: t("disputes.ref"), class: "mono", cell: (row) => h("a", { href: `dispute?id=${row.dispute_id}` }, row.ref) },
        { key: "role", title: t("disputes.role"), text: (row) => label("party_role", row.role) },
        { key: "state", title: t("common.state"), cell: (row) => stateTag(row.state), text: (row) => row.state },
        { key: "category", title: t("disputes.category"), text: (row) => code("category", row.category) },
      ],
    }).el);
  });
  return h("div", { class: "stack" }, h("div", {}, h("button", { type: "button", class: "btn btn-primary", onclick: look }, t("disputes.search"))), found);
}

function imports() {
  return importPanel({
    path: "/v1/disputes/imports",
    template: "/v1/disputes/imports/template",
    templateName: "disputes-template.xlsx",
    accept: ".xlsx,.csv",
    keepGood: true,
    faultText: (fault) => inLanguage(fault),
  });
}

async function file() {
  const person = (role, required) => [
    { name: `${role}.name`, label: t(`disputes.${role}_name`), required },
    { name: `${role}.phone`, label: t(`disputes.${role}_phone`), type: "tel" },
  ];
  const made = await askFor({
    title: t("disputes.file"),
    submit: t("disputes.file"),
    wide: true,
    fields: [
      { name: "summary", label: t("disputes.summary"), type: "textarea", required: true, rows: 3, maxlength: 4000 },
      { name: "category", label: t("disputes.category"), type: "select", required: true, options: code.list("category") },
      { name: "source", label: t("disputes.source"), type: "select", required: true, options: code.list("source") },
      { name: "scale", label: t("disputes.scale"), type: "select", required: true, options: code.list("scale") },
      { name: "address", label: t("common.place") },
      ...person("applicant", true),
      ...person("respondent", false),
      { name: "signs", label: t("disputes.signs"), type: "checks", options: labels("risk_sign") },
    ],
    onSubmit: (values) => api.post("/v1/disputes", filed(values)),
  });
  if (!made) return;
  toast(t("disputes.filed", { ref: made.ref }), "good");
  location.assign(`dispute?id=${made.id}`);
}

function filed(values) {
  const party = (role) => {
    const name = values[`${role}.name`];
    return name ? [{ role, name, phone: values[`${role}.phone`] }] : [];
  };
  const { summary, category, source, scale, address, signs } = values;
  return { summary, category, source, scale, address, signs, parties: [...party("applicant"), ...party("respondent")] };
}
