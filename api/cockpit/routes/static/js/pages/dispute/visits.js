/** The plan after the settlement: each visit, what was reported, and how far the evidence can be believed. */
import {
  api, askFor, can, colourMark, dialog, emptyState, facts, fmt, guard, h, label, labels, load, personName, t, table, tag, toast,
} from "../../lib.js";

const STATES = { planned: "plain", due: "info", overdue: "bad", done: "good", missed: "bad", waived: "plain" };
const VERDICTS = { plausible: "good", doubtful: "warn", no_fix: "plain" };

/** The third tab. */
export function visitsOf(shown) {
  const el = h("div", { class: "stack" });
  const draw = () => load(el, () => parts(shown, draw));
  const again = () => (el.isConnected ? draw() : removeEventListener("case", again));
  addEventListener("case", again);
  draw();
  return el;
}

async function parts({ item }, draw) {
  const file = await api.get("/v1/visit-plans", { subject_kind: "dispute", subject_id: item.id }).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
  if (!file) return emptyState(t("visits.no_plan"));
  const { plan, completion } = file;
  return [
    h("p", { class: "row" }, colourMark(plan.colour, "dispute_colour"), tag(label("visit_plan_state", plan.state)),
      completion.complete ? tag(t("visits.complete"), "good") : t("visits.left", completion)),
    visitTable(file.visits, draw),
    table({
      caption: t("visits.log"),
      rows: file.changes.map((change, index) => ({ ...change, id: index })),
      columns: [
        { key: "at", title: t("common.time"), text: (row) => fmt.time(row.at) },
        { key: "kind", title: t("visits.change"), text: (row) => label("visit_plan_change", row.kind) },
        { key: "colour", title: t("disputes.colour"), text: (row) => [row.colour_was, row.colour].filter(Boolean).map((one) => label("dispute_colour", one)).join(" → ") },
        { key: "why", title: t("common.reason"), text: (row) => row.why ?? "" },
      ],
    }).el,
  ];
}

/** A table of visits, the overdue marked; a row opens what was reported. */
export function visitTable(rows, changed, more = {}) {
  const made = table({
    caption: t("visits.title"),
    rows,
    empty: t("visits.none"),
    rowClass: (row) => row.state === "overdue" && "late",
    onRow: guard((row) => openVisit(row.id, changed)),
    ...more,
    columns: [
      ...(more.first ?? [{ key: "number", title: "№", class: "num" }]),
      { key: "target_on", title: t("visits.day"), sort: true, text: (row) => fmt.day(row.target_on) },
      { key: "mode", title: t("visits.mode"), text: (row) => label("visit_mode", row.mode) },
      { key: "state", title: t("common.state"), sort: true, text: (row) => label("visit_state", row.state), cell: (row) => stateOf(row) },
      { key: "overdue_at", title: t("disputes.due"), sort: true, text: (row) => fmt.short(row.overdue_at), cell: (row) => (row.done_at ? fmt.short(row.done_at) : fmt.ago(row.overdue_at)) },
      { key: "outcome", title: t("visits.outcome"), text: (row) => label("visit_outcome", row.outcome) || label("visit_waive_reason", row.waive_reason) },
    ],
  });
  return more.load ? made : made.el;
}

function stateOf(row) {
  return h("span", { class: "row" }, tag(label("visit_state", row.state), STATES[row.state]),
    row.state === "overdue" && row.level ? tag(t("visits.rung", { n: row.level }), "bad") : null,
    row.owner.id ? null : tag(t("visits.unowned"), "warn"));
}

async function openVisit(id, changed) {
  const { visit, contacts } = await api.get(`/v1/visits/${id}`);
  const names = await Promise.all(contacts.map((one) => personName(one.visited_by)));
  const isOpen = ["planned", "due", "overdue"].includes(visit.state);
  const after = (fn) => async () => {
    if (await fn()) changed?.();
  };
  await dialog({
    title: t("visits.visit", { n: visit.number, day: fmt.day(visit.target_on) }),
    wide: true,
    body: h("div", { class: "stack" },
      h("p", { class: "row" }, stateOf(visit), label("visit_mode", visit.mode), h("a", { href: `dispute?id=${visit.subject_id}` }, visit.label)),
      contacts.length ? contacts.map((one, index) => contact(visit, one, names[index], changed)) : emptyState(t("visits.no_contact"))),
    actions: [
      isOpen && { text: t("visits.report"), kind: "primary", run: after(() => report(visit)) },
      isOpen && can("visit.manage") && { text: t("visits.assign"), run: after(() => assign(visit)) },
      isOpen && can("visit.manage") && { text: t("visits.waive"), kind: "danger", run: after(() => waive(visit)) },
    ].filter(Boolean),
  });
}

function contact(visit, one, name, changed) {
  const vouch = guard(async () => {
    await api.post(`/v1/visits/${visit.id}/contacts/${one.id}/confirmations`);
    toast(t("visits.vouched"), "good");
    changed?.();
  });
  return h("div", { class: "panel stack" },
    h("p", { class: "row" }, tag(label("visit_verdict", one.verdict), VERDICTS[one.verdict]), h("strong", {}, label("visit_outcome", one.outcome)),
      one.fallback ? tag(label("visit_fallback", one.fallback), "info") : null, one.counted ? null : tag(t("visits.not_counted"), "warn")),
    facts([
      [t("common.time"), fmt.time(one.occurred_at)],
      [t("visits.received"), fmt.time(one.received_at)],
      [t("common.person"), name],
      [t("visits.mode"), label("visit_mode", one.mode)],
      [t("visits.reasons"), one.reasons.map((reason) => label("visit_reason", reason)).join("; ")],
      [t("visits.marks"), one.marks.map((mark) => label("visit_mark", mark)).join("; ")],
      [t("common.note"), one.note],
    ]),
    one.photos.length ? h("div", { class: "row" }, one.photos.map((photo) => h("a", { href: photo.link, target: "_blank", rel: "noopener" }, photo.thumbnail_link ? h("img", { src: photo.thumbnail_link, alt: t("visits.photo"), width: 120, loading: "lazy" }) : t("visits.photo")))) : null,
    can("visit.sign_off") && one.verdict !== "plausible" && one.counted && !one.fallback ? h("div", {}, h("button", { type: "button", class: "btn btn-small", onclick: vouch }, t("visits.vouch"))) : null);
}

function report(visit) {
  return askFor({
    title: t("visits.report"),
    fields: [
      { name: "mode", label: t("visits.mode"), type: "select", required: true, value: visit.mode, options: labels("visit_mode") },
      { name: "outcome", label: t("visits.outcome"), type: "select", required: true, options: labels("visit_outcome") },
      { name: "captured_at", label: t("common.time"), type: "datetime", required: true, value: new Date().toISOString() },
      { name: "note", label: t("common.note"), type: "textarea" },
    ],
    onSubmit: (values) => api.post(`/v1/visits/${visit.id}/contacts`, { ...values, client_ref: crypto.getRandomValues(new Uint32Array(4)).join("-") }),
  });
}

async function assign(visit) {
  const people = (await Promise.all(["mediator", "grid_officer", "patrol_officer"].map((role) => api.all("/v1/people", { role, status: "active" })))).flat();
  return askFor({
    title: t("visits.assign"),
    fields: [{ name: "id", label: t("common.person"), type: "select", required: true, value: visit.owner.id ?? undefined, options: people.map((one) => [one.id, one.name]) }],
    onSubmit: ({ id }) => api.post(`/v1/visits/${visit.id}/assignments`, { kind: "person", id }),
  });
}

function waive(visit) {
  const options = labels("visit_waive_reason").filter(([value]) => value !== "regraded");
  return askFor({
    title: t("visits.waive"),
    kind: "danger",
    fields: [{ name: "reason", label: t("common.reason"), type: "select", required: true, options }, { name: "note", label: t("common.note") }],
    onSubmit: (values) => api.post(`/v1/visits/${visit.id}/waivers`, values),
  });
}
