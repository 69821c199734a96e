/** What may be done next in the state the case is in. */
import { api, askFor, can, guard, h, labels, stationToday, t, toast } from "../../lib.js";

/** The row of buttons under the heading. `check` is the sign-off's list of what is missing, when there is one. */
export function actionsFor(again, check) {
  const { item } = again;
  const wanted = (BY_STATE[item.state] ?? []).filter(([permission]) => can(permission));
  const buttons = wanted.map(([, name, kind, run]) => {
    const barred = name === "sign_off" && (!check?.ready || check.mediated);
    const title = barred ? t(check?.mediated ? "dispute.mediated_yourself" : "dispute.missing") : undefined;
    return h("button", { type: "button", class: `btn btn-${kind}`, disabled: barred, title, dataset: { action: name }, onclick: guard(() => run(again)) }, t(`dispute.do.${name}`));
  });
  const paper = h("button", { type: "button", class: "btn", onclick: guard(() => api.download(`/v1/disputes/${item.id}/papers/record`, {}, `${item.ref}.pdf`)) }, t("dispute.print"));
  return h("div", { class: "bar", id: "case-actions" }, buttons, paper);
}

function act(path, name, fields = [], shape = (values) => values, kind = "primary") {
  return async ({ item, reload, me, code }) => {
    const list = typeof fields === "function" ? await fields({ item, me, code }) : fields;
    const done = await askFor({
      title: t(`dispute.do.${name}`),
      submit: t(`dispute.do.${name}`),
      kind,
      wide: name === "settle",
      fields: list,
      onSubmit: (values) => api.post(`/v1/disputes/${item.id}/${path}`, shape(values)),
    });
    if (!done) return;
    toast(t("common.done"), "good");
    await reload();
  };
}

const note = (required) => ({ name: "note", label: t(required ? "common.reason" : "common.note"), type: "textarea", rows: 3, required });
const reason = (list) => [{ name: "reason", label: t("common.reason"), type: "select", required: true, options: labels(list) }, note(false)];

const settleFields = ({ item, code }) => [
  { name: "terms", label: t("dispute.terms"), type: "textarea", required: true, rows: 5 },
  { name: "form", label: t("dispute.form"), type: "select", required: true, value: "written", options: labels("agreement_form") },
  { name: "way", label: t("dispute.way"), type: "select", required: true, options: code.list("resolution_way") },
  { name: "what", label: t("dispute.promise"), hint: t("dispute.promise_hint") },
  { name: "debtor_id", label: t("dispute.debtor"), type: "select", options: item.parties.map((one) => [one.id, one.name]) },
  { name: "amount", label: t("disputes.amount"), inputmode: "decimal", pattern: "[0-9]+([.][0-9]{1,2})?" },
  { name: "due_on", label: t("dispute.first_due"), type: "date", min: stationToday() },
  { name: "instalments", label: t("dispute.instalments"), type: "number", min: 1, max: 36, step: 1, value: 1 },
];

function settlement({ what, debtor_id, amount, due_on, instalments, ...rest }) {
  const promise = { kind: amount ? "pay" : "do", debtor_id, what, due_on, amount: amount ?? null, instalments: instalments ?? 1 };
  return { ...rest, obligations: what ? [promise] : [] };
}

const ACCEPT = ["dispute.direct", "accept", "primary", act("acceptance", "accept", () => [note(false)])];
const REFUSE = ["dispute.direct", "refuse", "danger", act("refusal", "refuse", () => reason("refusal_reason"), undefined, "danger")];
const SETTLE = ["dispute.mediate", "settle", "primary", act("agreements", "settle", settleFields, settlement)];
const SUSPEND = ["dispute.direct", "suspend", "plain", act("suspension", "suspend", () => [{ name: "until", label: t("common.until"), type: "date", required: true, min: stationToday(1) }, note(true)])];
const FAIL = ["dispute.direct", "fail", "danger", act("failure", "fail", () => [{ name: "road", label: t("dispute.road"), type: "select", required: true, options: labels("road_after_failure") }, note(true)], undefined, "danger")];
const WITHDRAW = ["dispute.direct", "withdraw", "plain", act("withdrawal", "withdraw", () => [note(true)])];
const RESUME = ["dispute.direct", "resume", "primary", act("resumption", "resume", () => [note(true)])];
const REOPEN = ["dispute.direct", "reopen", "plain", act("reopening", "reopen", () => [note(true)])];
const SIGN_OFF = ["dispute.sign_off", "sign_off", "primary", act("sign-off", "sign_off", () => [note(false)])];
const COLOUR = ["dispute.edit", "colour", "plain", act("colour", "colour", ({ item }) => [{ name: "colour", label: t("disputes.colour"), type: "select", empty: null, value: item.by_hand ? item.colour : "", none: t("dispute.by_score"), options: labels("dispute_colour") }, { name: "reason", label: t("common.reason"), required: true }])];

const BY_STATE = {
  reported: [ACCEPT, REFUSE, COLOUR],
  accepted: [SUSPEND, FAIL, WITHDRAW, COLOUR],
  mediating: [SETTLE, SUSPEND, FAIL, WITHDRAW, COLOUR],
  suspended: [RESUME, WITHDRAW, COLOUR],
  settled: [SIGN_OFF, REOPEN, COLOUR],
  closed: [REOPEN],
  failed: [REOPEN],
};
