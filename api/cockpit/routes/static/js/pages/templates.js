/** Wordings as providers of texts have registered them: drafts, registrations, versions. */
import { $, api, askFor, emptyState, facts, fmt, guard, h, label, labels, load, ready, replace, showDetail, t, table, tag, toast } from "../lib.js";
import { diff } from "./policies/diff.js";

await ready();
const KIND = { approved: "good", rejected: "bad", submitted: "info", draft: "warn" };
const detail = h("div", { class: "panel" }, emptyState(t("templates.pick")));
const state = choice("state", labels("template_state"));
const list = table({
  caption: t("templates.title"),
  filter: true,
  load: () => api.get("/v1/sms-templates", { state: state.value }),
  onRow: open,
  columns: [
    { key: "template", title: t("templates.template"), sort: true, class: "mono" },
    { key: "language", title: t("templates.language"), text: (row) => label("language", row.language) },
    { key: "provider", title: t("templates.provider"), sort: true, text: (row) => label("provider", row.provider) },
    { key: "wording", title: t("templates.wording"), sort: true, cell: (row) => [String(row.wording), row.current ? null : [" ", tag(t("templates.old"))]] },
    { key: "state", title: t("common.state"), cell: (row) => tag(label("template_state", row.state), KIND[row.state] ?? "plain") },
  ],
});
replace($("#templates"), h("div", { class: "stack" }, h("p", { class: "notice" }, t("templates.hint")), h("div", { class: "bar" }, state), h("div", { class: "split" }, list.el, detail)));
$("#actions").append(h("button", { type: "button", class: "btn btn-primary", onclick: guard(draft) }, t("templates.draft")));

function choice(name, options) {
  const words = t(`templates.filter.${name}`);
  return h("select", { class: "input filter", "aria-label": words, onchange: () => list.reload() }, h("option", { value: "" }, words), options.map(([value, word]) => h("option", { value }, word)));
}

async function draft() {
  const fields = [{ name: "provider", label: t("templates.provider"), type: "select", required: true, options: labels("provider").filter(([value]) => ["twilio", "aliyun"].includes(value)) }];
  const made = await askFor({ title: t("templates.draft"), fields, submit: t("templates.draft"), onSubmit: (values) => api.post("/v1/sms-templates/drafts", values) });
  if (!made) return;
  toast(t("templates.drafted", { n: made.items.length }), "good");
  list.reload();
}

async function open(row) {
  list.select(row.id);
  await load(detail, async () => {
    const { items } = await api.get("/v1/sms-templates", { provider: row.provider });
    const others = items.filter((one) => one.template === row.template && one.language === row.language && one.linked === row.linked && one.id !== row.id);
    return card(row, others.sort((a, b) => b.wording - a.wording));
  });
  showDetail(detail);
}

function card(row, others) {
  const button = (words, fn, kind = "plain") => h("button", { type: "button", class: `btn btn-small btn-${kind}`, onclick: guard(fn) }, words);
  return [
    h("div", { class: "spread" }, h("h2", { class: "mono" }, row.template), tag(label("template_state", row.state), KIND[row.state] ?? "plain")),
    h("blockquote", { class: "card pre" }, row.body),
    h("div", { class: "row" }, button(t("common.copy"), () => copy(row.body)), button(t("templates.decide"), () => decide(row), "primary"), row.current ? button(t("templates.edit"), () => rewrite(row)) : null),
    facts([
      [t("templates.provider"), label("provider", row.provider)],
      [t("templates.language"), label("language", row.language)],
      [t("templates.linked"), t(row.linked ? "common.yes" : "common.no")],
      [t("templates.signature"), row.signature],
      [t("templates.code"), row.code],
      [t("templates.mapping"), Object.entries(row.mapping).map(([theirs, ours]) => `${theirs} = ${ours}`).join(", ")],
      [t("templates.reason"), row.reason],
      [t("templates.changed"), fmt.time(row.changed_at)],
    ]),
    h("h3", {}, t("templates.before")),
    others.length ? others.map((other) => h("div", { class: "card" }, h("p", { class: "dim small" }, `${t("templates.wording")} ${other.wording}`), diff(other.body === row.body ? [] : [[t("templates.body"), other.body, row.body]]))) : h("p", { class: "dim" }, t("templates.same")),
  ];
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("common.copied"), "good");
  } catch {
    toast(t("templates.copy_failed"), "bad");
  }
}

async function decide(row) {
  const fields = [
    { name: "event", label: t("templates.event"), type: "select", required: true, options: labels("template_event") },
    { name: "code", label: t("templates.code"), value: row.code },
    { name: "reason", label: t("templates.reason"), type: "textarea", rows: 2 },
  ];
  const made = await askFor({ title: t("templates.decide"), fields, onSubmit: (values) => api.post("/v1/sms-templates/decisions", { id: row.id, ...values }) });
  if (made) after(made);
}

async function rewrite(row) {
  const fields = [
    { name: "signature", label: t("templates.signature"), required: true, value: row.signature },
    { name: "body", label: t("templates.body"), type: "textarea", rows: 4, required: true, value: row.body },
  ];
  const onSubmit = (values) => {
    const { provider, template, language, linked, mapping } = row;
    return api.post("/v1/sms-templates", { provider, template, language, linked, mapping, ...values });
  };
  const made = await askFor({ title: t("templates.edit"), fields, before: h("p", { class: "notice" }, t("templates.edit_hint")), onSubmit });
  if (made) after(made);
}

function after(row) {
  toast(t("templates.saved"), "good");
  list.upsert(row);
  open(row);
}
