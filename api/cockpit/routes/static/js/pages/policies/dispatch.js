/** Dispatch policies: per kind and colour, what is in force, who changed what when, and the next version. */
import { api, askFor, can, colourMark, emptyState, facts, fmt, guard, h, label, labels, load, personName, rowsField, showDetail, t, table, tag, toast } from "../../lib.js";
import { diff } from "./diff.js";

const STEPS = { ladder: "channel", next_rungs: "next_rung" };
const COLUMN = { ladder: "channel", next_rungs: "rung" };
const SWITCHES = new Set(["grid_first", "caps_bind", "allow_engaged"]);
// Fields that hold parts of one another are edited as a whole.
const SHOWN_LAST = ["ladder", "next_rungs", "overdue_s"];

/** The tab. */
export function dispatchPolicies() {
  const detail = h("div", { class: "panel" }, emptyState(t("policies.pick")));
  const list = table({
    caption: t("policies.dispatch"),
    load: () => api.get("/v1/dispatch-policies"),
    rowKey: keyOf,
    onRow: open,
    columns: [
      { key: "kind", title: t("policies.kind"), sort: true, text: (row) => label("incident_kind", row.kind) },
      { key: "colour", title: t("policies.colour"), cell: (row) => (row.colour ? colourMark(row.colour) : t("policies.other_colours")) },
      { key: "version", title: t("common.version"), class: "nowrap", cell: (row) => versionTag(row.version) },
      { key: "silence", title: word("silence_s"), class: "num", cell: (row) => shown("silence_s", row.rules.silence_s) },
      { key: "radius", title: word("radius_m"), class: "num", cell: (row) => shown("radius_m", row.rules.radius_m) },
    ],
  });

  async function open(policy) {
    list.select(keyOf(policy));
    await load(detail, async () => {
      const { items: versions } = await api.get("/v1/dispatch-policies/versions", { kind: policy.kind, colour: policy.colour });
      return card(policy, versions, (made) => {
        toast(t("policies.written", { n: made.version }), "good");
        list.upsert(made);
        open(made);
      });
    });
    showDetail(detail);
  }
  return h("div", { class: "split" }, list.el, detail);
}

function keyOf(policy) {
  return `${policy.kind} ${policy.colour ?? ""}`;
}

function versionTag(version) {
  return version ? tag(t("policies.own", { n: version }), "info") : tag(t("policies.built_in"));
}

function word(name) {
  return t(`policies.rule.${name}`);
}

function card(policy, versions, done) {
  const button = (text, fn, kind) => h("button", { type: "button", class: `btn btn-small btn-${kind}`, onclick: guard(fn) }, text);
  const newest = versions[0]?.version ?? 0;
  return [
    h("div", { class: "spread" }, h("h2", {}, label("incident_kind", policy.kind)), versionTag(policy.version)),
    h("p", {}, policy.colour ? colourMark(policy.colour) : t("policies.other_colours")),
    can("policy.manage")
      ? h(
          "div",
          { class: "row" },
          button(t("common.edit"), () => edit(policy, newest, done), "primary"),
          policy.version ? button(t("policies.withdraw"), () => withdraw(policy, newest, done), "plain") : null,
        )
      : null,
    facts(names(policy.rules).map((name) => [word(name), shown(name, policy.rules[name])])),
    h("h3", {}, t("policies.versions")),
    versions.length ? h("ol", { class: "list" }, versions.map(versionLine)) : h("p", { class: "dim" }, t("policies.no_versions")),
  ];
}

function versionLine(version) {
  const author = h("span", {}, "…");
  if (version.written_by) personName(version.written_by).then((name) => (author.textContent = name ?? t("common.unknown")));
  else author.textContent = t("policies.system");
  return h(
    "li",
    { class: "card" },
    h("div", { class: "row" }, versionTag(version.version), version.rules ? null : tag(t("policies.withdrawn"), "warn"), fmt.time(version.written_at), author),
    version.note ? h("p", { class: "pre" }, version.note) : null,
    diff(version.changes.map((change) => [word(change.field), shown(change.field, change.before), shown(change.field, change.after)])),
  );
}

function names(rules) {
  const all = Object.keys(rules);
  return [...all.filter((name) => !SHOWN_LAST.includes(name)), ...SHOWN_LAST.filter((name) => all.includes(name))];
}

/** A rule's value in words. */
function shown(name, value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (name === "travel") return label("travel_mode", value);
  if (name in STEPS) return value.map((step) => t("policies.step", { what: label(STEPS[name], step[COLUMN[name]]), time: fmt.duration(step.after_s) })).join(" → ") || "–";
  if (name === "overdue_s") return Object.entries(value).map(([state, s]) => `${label("incident_state", state)} ${fmt.duration(s)}`).join("，");
  if (name.endsWith("_s")) return fmt.duration(value);
  if (name.endsWith("_m")) return fmt.distance(value);
  return name === "hope" ? fmt.percent(value) : fmt.number(value, 2);
}

function fieldOf(name, value) {
  const common = { name, label: word(name), value };
  if (name in STEPS) {
    const columns = [
      { name: COLUMN[name], label: t("policies.what"), type: "select", options: labels(STEPS[name]) },
      { name: "after_s", label: t("policies.after_s"), type: "number", min: 0, value: 60 },
    ];
    return rowsField({ ...common, columns, most: 10 });
  }
  if (name === "overdue_s") {
    const columns = [
      { name: "state", label: t("common.state"), type: "select", options: labels("incident_state") },
      { name: "after_s", label: t("policies.after_s"), type: "number", min: 0, value: 3600 },
    ];
    return rowsField({ ...common, columns, value: Object.entries(value).map(([state, s]) => ({ state, after_s: s })) });
  }
  if (name === "travel") return { ...common, type: "select", required: true, options: labels("travel_mode") };
  if (SWITCHES.has(name)) return { ...common, type: "checkbox" };
  const unit = name.endsWith("_s") ? t("policies.seconds") : name.endsWith("_m") ? t("policies.metres") : undefined;
  return { ...common, type: "number", step: "any", min: 0, required: true, hint: unit };
}

async function edit(policy, newest, done) {
  const fields = names(policy.rules).map((name) => fieldOf(name, policy.rules[name]));
  const made = await askFor({
    title: t("policies.edit", { kind: label("incident_kind", policy.kind) }),
    wide: true,
    fields: [{ name: "note", label: t("policies.note"), type: "textarea", rows: 2, maxlength: 500 }, ...fields],
    before: h("p", { class: "notice" }, t("policies.edit_hint")),
    onSubmit: ({ note, ...values }) => write(policy, newest, { note, changes: changed(policy.rules, values) }),
  });
  if (made) done(made);
}

function changed(rules, values) {
  const now = { ...values, overdue_s: Object.fromEntries(values.overdue_s.map((row) => [row.state, row.after_s])) };
  const differs = Object.entries(now).filter(([name, value]) => JSON.stringify(sorted(value)) !== JSON.stringify(sorted(rules[name])));
  return Object.fromEntries(differs);
}

/** Keys in their order, so that two equal records read equal. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

function write(policy, replaces, more) {
  return api.post("/v1/dispatch-policies", { kind: policy.kind, colour: policy.colour, replaces, ...more });
}

async function withdraw(policy, newest, done) {
  const made = await askFor({
    title: t("policies.withdraw"),
    fields: [{ name: "note", label: t("policies.note"), type: "textarea", rows: 2, maxlength: 500 }],
    before: h("p", {}, t("policies.withdraw_hint")),
    submit: t("policies.withdraw"),
    kind: "danger",
    onSubmit: ({ note }) => write(policy, newest, { note, withdraw: true }),
  });
  if (made) done(made);
}
