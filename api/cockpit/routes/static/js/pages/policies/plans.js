/** Plans of visits: per kind of subject and colour, their steps, versions, and the next version. */
import { api, askFor, can, colourMark, emptyState, guard, h, hasText, inLanguage, label, labels, load, rowsField, showDetail, t, table, tag, toast } from "../../lib.js";
import { diff } from "./diff.js";

const ANY = "*";

/** The tab. */
export function visitPlans() {
  const detail = h("div", { class: "panel" }, emptyState(t("policies.pick")));
  const list = table({
    caption: t("policies.plans"),
    load: () => api.get("/v1/visit-plans/templates"),
    onRow: open,
    columns: [
      { key: "name", title: t("policies.plan_name"), cell: inLanguage },
      { key: "subject_kind", title: t("policies.subject"), cell: (row) => subject(row.subject_kind) },
      { key: "colour", title: t("policies.colour"), cell: (row) => colour(row.colour) },
      { key: "version", title: t("common.version"), cell: versionTag },
      { key: "steps", title: t("policies.steps"), class: "num", cell: (row) => String(row.steps.length) },
    ],
  });

  async function open(plan) {
    list.select(plan.id);
    await load(detail, async () => {
      const { items } = await api.get("/v1/visit-plans/templates/versions", { subject_kind: plan.subject_kind, colour: plan.colour });
      return card(plan, items, async (made) => {
        toast(t("policies.written", { n: made.version }), "good");
        await list.reload();
        open(made);
      });
    });
    showDetail(detail);
  }
  return h("div", { class: "split" }, list.el, detail);
}

function subject(kind) {
  const key = `policies.subject.${kind}`;
  return kind === ANY ? t("policies.any") : hasText(key) ? t(key) : kind;
}

function colour(name) {
  return name === ANY ? t("policies.any") : colourMark(name, "dispute_colour");
}

function versionTag(plan) {
  return plan.station_id ? tag(t("policies.own", { n: plan.version }), "info") : tag(t("policies.common"));
}

function card(plan, versions, done) {
  const own = versions.filter((version) => version.station_id);
  return [
    h("div", { class: "spread" }, h("h2", {}, inLanguage(plan)), versionTag(plan)),
    can("plan.manage") ? h("div", {}, h("button", { type: "button", class: "btn btn-small btn-primary", onclick: guard(() => edit(plan, own[0]?.version ?? 0, done)) }, t("common.edit"))) : null,
    h("ol", {}, plan.steps.map((step) => h("li", {}, stepText(step)))),
    h("h3", {}, t("policies.versions")),
    h("ol", { class: "list" }, versions.map((version, index) => h("li", { class: "card" }, h("div", { class: "row" }, versionTag(version), inLanguage(version)), stepsDiff(versions[index + 1], version)))),
  ];
}

function stepText(step) {
  const when = t(`policies.after_${step.unit}`, { n: step.offset });
  return `${when} · ${label("visit_mode", step.mode)} · ${label("visit_day_rule", step.days)} · ${t("policies.window", { before: step.before, after: step.after })}`;
}

function stepsDiff(before, after) {
  if (!before) return h("p", { class: "dim small" }, t("policies.first_version"));
  const most = Math.max(before.steps.length, after.steps.length);
  const pairs = Array.from({ length: most }, (_, index) => [before.steps[index], after.steps[index]].map((step) => (step ? stepText(step) : "–")));
  return diff(pairs.map(([old, now], index) => [t("policies.visit_no", { n: index + 1 }), old, now]).filter(([, old, now]) => old !== now));
}

async function edit(plan, replaces, done) {
  const columns = [
    { name: "offset", label: t("policies.offset"), type: "number", min: 0, value: 1 },
    { name: "unit", label: t("policies.unit"), type: "select", options: labels("visit_step_unit") },
    { name: "mode", label: t("policies.mode"), type: "select", options: labels("visit_mode") },
    { name: "days", label: t("policies.days"), type: "select", options: labels("visit_day_rule") },
    { name: "before", label: t("policies.before"), type: "number", min: 0, value: 0 },
    { name: "after", label: t("policies.after"), type: "number", min: 0, value: 1 },
  ];
  const fields = [
    { name: "zh", label: t("policies.zh"), required: true, value: plan.zh, maxlength: 80 },
    { name: "en", label: t("policies.en"), required: true, value: plan.en, maxlength: 80 },
    rowsField({ name: "steps", label: t("policies.steps"), columns, value: plan.steps, required: true, most: 24 }),
  ];
  const made = await askFor({
    title: t("policies.edit", { kind: inLanguage(plan) }),
    wide: true,
    fields,
    before: h("p", { class: "notice" }, t("policies.plan_hint")),
    onSubmit: (values) => {
      // What the form does not show of a step stays as it is; a new one takes the last one's.
      const steps = values.steps.map((step, index) => ({ ...(plan.steps[index] ?? plan.steps.at(-1)), ...step }));
      return api.post("/v1/visit-plans/templates", { ...values, steps, subject_kind: plan.subject_kind, colour: plan.colour, replaces });
    },
  });
  if (made) done(made);
}
