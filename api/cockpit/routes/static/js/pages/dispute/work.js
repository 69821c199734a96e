/** Team, meetings, agreements and what was promised in them. */
import {
  api, askFor, can, emptyState, facts, fmt, guard, h, label, labels, load, panel, stationToday, t, table, tag, toast,
} from "../../lib.js";

/** The second tab; loaded anew when the case changes. */
export function work(shown) {
  const el = h("div", { class: "stack" });
  const draw = () => load(el, () => parts(shown));
  const again = () => (el.isConnected ? draw() : removeEventListener("case", again));
  addEventListener("case", again);
  draw();
  return el;
}

async function parts({ item, reload }) {
  const path = `/v1/disputes/${item.id}`;
  const [team, sessions, agreements, ratings] = await Promise.all(
    ["team", "sessions", "agreements", "ratings"].map((part) => api.get(`${path}/${part}`).then((answer) => answer.items)),
  );
  const names = new Map(item.parties.map((one) => [one.id, one.name]));
  return [
    h("div", { class: "grid-2" }, panel(t("dispute.team"), teamList(team), leave(item, team, reload)), panel(t("dispute.sessions"), sessionList(item, sessions, reload))),
    panel(t("dispute.agreements"), agreements.length ? agreements.map((one) => agreement(one, names, reload)) : emptyState(t("dispute.no_agreement"))),
    ratings.some((one) => one.stars) ? panel(t("dispute.ratings"), h("ul", { class: "list" }, ratings.filter((one) => one.stars).map((one) =>
      h("li", {}, "★".repeat(one.stars), h("span", { class: "visually-hidden" }, t("dispute.stars", { n: one.stars })), " ", names.get(one.party_id) ?? "", " ", one.comment ?? "")))) : null,
  ];
}

function teamList(team) {
  const now = team.filter((one) => !one.left_at);
  if (!now.length) return emptyState(t("dispute.no_team"));
  return h("ul", { class: "list" }, now.map((one) =>
    h("li", { class: "row" }, h("strong", {}, one.name ?? "–"), tag(label("mediator_kind", one.kind)), one.leads ? tag(t("dispute.leads"), "info") : null, h("span", { class: "dim small" }, one.organisation ?? ""))));
}

const TEAM_IS_OPEN = new Set(["accepted", "mediating", "suspended", "settled"]);

function leave(item, team, reload) {
  if (!can("dispute.direct") || !TEAM_IS_OPEN.has(item.state)) return null;
  const name = guard(async () => {
    const people = (await Promise.all(["mediator", "patrol_officer", "grid_officer", "supervisor"].map((role) => api.all("/v1/people", { role, status: "active" })))).flat();
    const known = new Map(people.map((one) => [one.id, one]));
    const present = team.filter((one) => !one.left_at && one.person_id);
    const done = await askFor({
      title: t("dispute.set_team"),
      fields: [
        { name: "lead", label: t("dispute.lead"), type: "select", required: true, options: [...known].map(([id, one]) => [id, one.name]), value: present.find((one) => one.leads)?.person_id },
        { name: "others", label: t("dispute.others"), type: "checks", options: [...known].map(([id, one]) => [id, one.name]), value: present.filter((one) => !one.leads).map((one) => one.person_id) },
        { name: "why", label: t("common.reason") },
      ],
      onSubmit: ({ lead, others, why }) =>
        api.put(`/v1/disputes/${item.id}/team`, { mediators: [lead, ...others.filter((id) => id !== lead)].map((id) => ({ kind: kindOf(known.get(id)), person_id: id, leads: id === lead })), why: why ?? null }),
    });
    if (done) await reload();
  });
  return h("button", { type: "button", class: "btn", onclick: name }, t("dispute.set_team"));
}

function kindOf(person) {
  if (person.roles.includes("grid_officer")) return "grid_officer";
  return person.roles.includes("mediator") ? "peoples_mediator" : "police_officer";
}

function sessionList(item, sessions, reload) {
  const plan = guard(async () => {
    const done = await askFor({
      title: t("dispute.plan_session"),
      fields: [{ name: "planned_at", label: t("common.time"), type: "datetime", required: true }, { name: "place", label: t("common.place") }],
      onSubmit: (values) => api.post(`/v1/disputes/${item.id}/sessions`, values),
    });
    if (done) await reload();
  });
  const mayPlan = can("dispute.mediate") && ["accepted", "mediating"].includes(item.state);
  return h("div", { class: "stack" },
    sessions.length ? h("ul", { class: "list" }, sessions.map((one) => h("li", { class: "stack" },
      h("span", { class: "row" }, h("strong", {}, t("dispute.session_no", { n: one.number })), tag(label("mediation_session_state", one.state), one.state === "held" ? "good" : "plain"), fmt.short(one.planned_at), one.place ?? ""),
      one.record ? h("p", {}, one.record) : null,
      one.state === "planned" && can("dispute.mediate") ? h("div", {}, h("button", { type: "button", class: "btn btn-small", onclick: report(item, one, reload) }, t("dispute.report_session"))) : null)))
      : emptyState(t("dispute.no_session")),
    mayPlan ? h("div", {}, h("button", { type: "button", class: "btn", onclick: plan }, t("dispute.plan_session"))) : null);
}

function report(item, session, reload) {
  return guard(async () => {
    const people = item.parties.map((one) => [one.id, one.name]);
    const done = await askFor({
      title: t("dispute.report_session"),
      fields: [
        { name: "step", label: t("common.state"), type: "select", required: true, value: "hold", options: labels("mediation_session_step") },
        { name: "record", label: t("dispute.record"), type: "textarea" },
        { name: "present", label: t("dispute.present"), type: "checks", options: people, value: people.map(([id]) => id) },
      ],
      onSubmit: (values) => api.post(`/v1/dispute-sessions/${session.id}/report`, { ...values, absent: people.map(([id]) => id).filter((id) => !values.present.includes(id)) }),
    });
    if (done) await reload();
  });
}

function agreement({ agreement: made, obligations }, names, reload) {
  return h("div", { class: "stack" },
    facts([
      [t("dispute.agreed"), fmt.time(made.agreed_at)],
      [t("dispute.form"), label("agreement_form", made.form)],
      [t("dispute.terms"), made.terms],
      [t("dispute.confirmation"), `${label("confirmation_state", made.confirm_state)} · ${t("dispute.confirm_by", { day: fmt.day(made.confirm_by) })}`],
    ]),
    h("div", {}, h("button", { type: "button", class: "btn btn-small", onclick: guard(() => api.download(`/v1/disputes/${made.dispute_id}/papers/agreement`, {}, "agreement.pdf")) }, t("dispute.paper"))),
    obligations.length ? table({
      caption: t("dispute.promises"),
      rows: obligations,
      rowClass: (row) => row.state === "overdue" && "late",
      columns: [
        { key: "number", title: "№", class: "num" },
        { key: "debtor_id", title: t("dispute.debtor"), text: (row) => names.get(row.debtor_id) ?? "–" },
        { key: "what", title: t("disputes.what") },
        { key: "amount", title: t("disputes.amount"), class: "num", text: (row) => (row.amount ? fmt.number(Number(row.amount), 2) : "–") },
        { key: "due_on", title: t("disputes.due"), text: (row) => fmt.day(row.due_on) },
        { key: "state", title: t("common.state"), cell: (row) => tag(label("obligation_state", row.state), { performed: "good", overdue: "bad", broken: "bad" }[row.state]), text: (row) => row.state },
        { key: "actions", title: t("common.actions"), text: () => "", cell: (row) => promiseActions(row, reload) },
      ],
    }).el : null);
}

function promiseActions(row, reload) {
  if (!["due", "overdue"].includes(row.state)) return null;
  const kept = guard(async () => {
    const done = await askFor({
      title: t("dispute.kept"),
      fields: [{ name: "performed_on", label: t("duty.day"), type: "date", required: true, value: stationToday() }, { name: "note", label: t("common.note") }],
      onSubmit: (values) => api.post(`/v1/obligations/${row.id}/performance`, values),
    });
    if (done) { toast(t("common.saved"), "good"); await reload(); }
  });
  const decide = (path, title) => guard(async () => {
    const done = await askFor({
      title, kind: "danger",
      fields: [{ name: "note", label: t("common.reason"), type: "textarea", required: true }],
      onSubmit: (values) => api.post(`/v1/obligations/${row.id}/${path}`, values),
    });
    if (done) await reload();
  });
  return h("span", { class: "row" },
    can("dispute.mediate") ? h("button", { type: "button", class: "btn btn-small", onclick: kept }, t("dispute.kept")) : null,
    can("dispute.direct") ? h("button", { type: "button", class: "btn btn-small btn-plain", onclick: decide("waiver", t("dispute.waive")) }, t("dispute.waive")) : null,
    can("dispute.mediate") ? h("button", { type: "button", class: "btn btn-small btn-plain", onclick: decide("breach", t("dispute.broken")) }, t("dispute.broken")) : null);
}
