/** From the reports to the end: photos, the reviewer's word, the call back; and the ways to stop or to begin again. */
import { api, askFor, can, fmt, form, guard, h, label, labels, personName, t, tag, toast } from "../../lib.js";
import { memberOfPerson } from "./people.js";

/** The reports of those who went, with their photos; `boxes` collects those ticked to go back. */
function reports(feedbacks, boxes) {
  return h(
    "ul",
    { class: "list reports" },
    feedbacks.map((one) => {
      const box = one.state === "submitted" && h("input", { type: "checkbox", value: one.id, "aria-label": t("board.send_back_this") });
      if (box) boxes.push(box);
      const name = h("b", {}, memberOfPerson(one.person_id)?.name ?? "");
      if (!name.textContent && can("people.read")) personName(one.person_id).then((found) => (name.textContent = found ?? ""));
      return h(
        "li",
        { class: "report", dataset: { feedback: one.id } },
        h("div", { class: "row" }, box, name, tag(label("feedback_outcome", one.outcome), one.outcome === "unable" ? "bad" : "good"), tag(label("feedback_state", one.state)), h("span", { class: "dim small num" }, fmt.short(one.occurred_at))),
        one.text && h("p", {}, one.text),
        one.review_note && h("p", { class: "small notice" }, one.review_note),
        one.photos.length > 0 && h("div", { class: "row photos" }, one.photos.map((photo, i) => picture(photo, i))),
      );
    }),
  );
}

function picture(photo, i) {
  return h(
    "a",
    { href: photo.link, target: "_blank", rel: "noopener" },
    h("img", { src: photo.thumbnail_link ?? photo.link, alt: t("board.photo", { n: i + 1 }), loading: "lazy", width: 96, height: 96 }),
  );
}

/** Reports, and what is to be done with them in the incident's present state. */
export function closingSection(detail, { onChange }) {
  const boxes = [];
  const path = `/v1/incidents/${detail.id}`;
  const parts = [];
  if (detail.feedbacks.length) parts.push(h("h3", { class: "panel-head" }, t("board.reports")), reports(detail.feedbacks, boxes));
  if (detail.state === "in_review") parts.push(can("incident.review") ? reviewForm() : h("p", { class: "dim" }, t("board.waits_review")));
  if (detail.state === "calling_back" && can("incident.call_back")) parts.push(callBackForm());
  if (detail.call_backs.length) parts.push(calls());
  if (detail.state === "closed" && can("incident.call_back")) parts.push(h("button", { type: "button", class: "btn", onclick: guard(reopen) }, t("board.reopen")));
  return parts.length ? h("section", { class: "panel closing", "aria-label": t("board.reports") }, parts) : null;

  function reviewForm() {
    const note = h("textarea", { class: "input", rows: 2, maxlength: 1000, "aria-label": t("board.review_note"), placeholder: t("board.review_note") });
    const decide = (decision) =>
      guard(async () => {
        const returned = boxes.filter((box) => box.checked).map((box) => box.value);
        const body = { decision, ...(note.value.trim() && { note: note.value.trim() }), ...(decision === "returned" && { returned }) };
        await api.post(`${path}/reviews`, body);
        toast(t(decision === "approved" ? "board.approved" : "board.returned"), "good");
        onChange();
      });
    return h(
      "div",
      { class: "stack-small" },
      note,
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", class: "btn btn-primary", onclick: decide("approved") }, t("board.approve")),
        h("button", { type: "button", class: "btn", onclick: decide("returned") }, t("board.return")),
        h("span", { class: "small dim" }, t("board.return_hint")),
      ),
    );
  }

  function callBackForm() {
    const made = form({
      fields: [
        { name: "outcome", label: t("board.call_back"), type: "select", required: true, value: "reached", options: labels("call_back_outcome") },
        { name: "rating", label: t("board.rating"), type: "select", options: [5, 4, 3, 2, 1].map((n) => [String(n), "★".repeat(n)]) },
        { name: "note", label: t("common.note"), type: "textarea", rows: 2, maxlength: 1000 },
      ],
      submit: t("board.record_call"),
      onSubmit: async ({ outcome, rating, note }) => {
        const after = await api.post(`${path}/call-backs`, { outcome, ...(rating && { rating: Number(rating) }), ...(note && { note }) });
        toast(t(after.state === "closed" ? "board.closed" : "board.call_recorded"), "good");
        onChange();
      },
    });
    return h("div", { class: "stack-small" }, detail.requester.phone && h("p", {}, t("board.call_whom"), " ", h("b", { class: "num" }, detail.requester.phone)), made.el);
  }

  function calls() {
    return h(
      "ul",
      { class: "list small" },
      detail.call_backs.map((call) => h("li", {}, `${fmt.short(call.called_at)} ${label("call_back_outcome", call.outcome)} ${call.rating ? "★".repeat(call.rating) : ""} ${call.note ?? ""}`)),
    );
  }

  async function reopen() {
    const given = await askFor({ title: t("board.reopen"), submit: t("board.reopen"), fields: [{ name: "note", label: t("common.reason"), type: "textarea", required: true, maxlength: 1000 }] });
    if (!given) return;
    await api.post(`${path}/reopen`, given);
    onChange();
  }
}

/** Call the incident off: the only thing here that stops people who are on their way, so it needs a reason. */
export async function cancelIncident(id, onChange) {
  const given = await askFor({
    title: t("board.cancel"),
    submit: t("board.cancel_now"),
    fields: [
      { name: "reason", label: t("common.reason"), type: "select", required: true, options: labels("cancel_reason") },
      { name: "note", label: t("common.note"), type: "textarea", rows: 2, maxlength: 1000 },
    ],
  });
  if (!given) return;
  await api.post(`/v1/incidents/${id}/cancel`, given);
  toast(t("board.cancelled"), "good");
  onChange();
}

/** Requests from the scene for more people: one click sends them. */
export function reinforcementSection(detail, { onChange }) {
  const waiting = detail.reinforcements.filter((one) => one.state === "asked");
  if (!waiting.length) return null;
  const decide = (one, what) => guard(async () => (await api.post(`/v1/reinforcements/${one.id}/${what}`), onChange()));
  return h(
    "section",
    { class: "panel wants-more", "aria-label": t("board.calls_for_more") },
    h("h3", { class: "panel-head" }, t("board.calls_for_more")),
    waiting.map((one) =>
      h(
        "div",
        { class: "row" },
        h("span", { class: "grow" }, `${memberOfPerson(one.person_id)?.name ?? ""} ${t("board.event.people", { n: one.needs.reduce((sum, need) => sum + need.wanted, 0) })} ${label("reinforcement_reason", one.reason)} ${one.note ?? ""}`),
        can("incident.dispatch") && h("button", { type: "button", class: "btn btn-primary", onclick: decide(one, "grant") }, t("board.grant")),
        can("incident.dispatch") && h("button", { type: "button", class: "btn", onclick: decide(one, "refuse") }, t("board.refuse")),
      ),
    ),
  );
}
