/** The trail: who did or saw what, searched by action, person and subject. */
import { $, api, fmt, form, h, param, personName, ready, replace, setParam, t, table } from "../lib.js";

const FILTERS = ["action", "actor_id", "subject_id"];
await ready();

const search = form({
  submit: t("audit.search"),
  fields: [
    { name: "action", label: t("audit.what"), hint: t("audit.what_hint"), value: param("action") },
    { name: "actor_id", label: t("audit.actor"), value: param("actor_id"), pattern: "[0-9a-fA-F\\-]{36}" },
    { name: "subject_id", label: t("audit.subject"), value: param("subject_id"), pattern: "[0-9a-fA-F\\-]{36}" },
  ],
  onSubmit: look,
});
search.el.classList.add("form-grid");
const list = table({
  caption: t("audit.title"),
  empty: t("audit.empty"),
  load: (cursor) => api.get("/v1/audit/entries", { cursor, limit: 100, ...given() }),
  columns: [
    { key: "at", title: t("audit.at"), class: "nowrap", cell: (row) => h("time", { datetime: row.at, title: fmt.second(row.at) }, fmt.time(row.at)) },
    { key: "action", title: t("audit.what"), class: "mono", cell: (row) => only("action", row.action, row.action) },
    { key: "actor", title: t("audit.who"), cell: who },
    { key: "subject", title: t("audit.on"), cell: (row) => [row.subject_kind, " ", row.subject_id ? only("subject_id", row.subject_id, short(row.subject_id)) : null] },
    { key: "details", title: t("audit.details"), class: "mono small wrap", cell: (row) => Object.entries(row.details).map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`).join(" ") },
  ],
});
replace($("#search"), h("div", { class: "panel" }, search.el, h("p", { class: "dim small" }, t("audit.look_hint"))));
replace($("#entries"), list.el);

function given() {
  return Object.fromEntries(FILTERS.map((name) => [name, param(name)]));
}

function look(values) {
  FILTERS.forEach((name) => setParam(name, values[name]));
  return list.reload();
}

/** A value that narrows the search to itself. */
function only(name, value, shown) {
  const words = t(name === "actor_id" ? "audit.only_this_actor" : "audit.only_this_subject");
  const press = () => {
    search.set({ [name]: value });
    look(search.values());
  };
  return h("button", { type: "button", class: "sort-plain mono", title: name === "action" ? undefined : words, onclick: press }, shown);
}

function who(row) {
  if (!row.actor_id) return t(`audit.kind.${row.actor_kind}`);
  const name = h("span", {}, short(row.actor_id));
  personName(row.actor_id).then((found) => found && (name.textContent = found));
  return only("actor_id", row.actor_id, name);
}

function short(id) {
  return `…${id.slice(-8)}`;
}
