/** What happened to an incident, newest first, in words; a new line is marked until it has been seen. */
import { api, fmt, h, label, t } from "../../lib.js";
import { learnMembers, nameOf } from "./people.js";

const LATEST = 200;
// Proofs of reading come by the dozen and are shown with each person; the story is told without them.
const LEFT_OUT = new Set(["read"]);
const GRAVE = new Set(["exhausted", "dropped_out", "overdue", "welfare_missed", "still", "rung_told", "silent"]);

export class Timeline {
  constructor(incidentId) {
    this.incidentId = incidentId;
    this.known = new Set();
    this.events = [];
    this.body = h("ol", { class: "timeline" });
    this.el = h("section", { class: "panel", "aria-label": t("board.timeline") }, h("h3", { class: "panel-head" }, t("board.timeline")), this.body);
  }

  /** Fetch it anew; returns the kinds of events that were not known before. */
  async refresh() {
    const events = await api.all(`/v1/incidents/${this.incidentId}/timeline`, { limit: LATEST }, 1000);
    await learnMembers(events.map((event) => event.data.member_id).filter(Boolean));
    const fresh = events.filter((event) => !this.known.has(event.id));
    const first = this.known.size === 0;
    for (const event of fresh) this.known.add(event.id);
    this.events = events;
    this.members = new Map(events.filter((event) => event.data.member_id && event.data.offer_id).map((event) => [event.data.offer_id, event.data.member_id]));
    this.draw(first ? new Set() : new Set(fresh.map((event) => event.id)));
    return fresh.map((event) => event.kind);
  }

  /** Whose offers these are, from the dispatches: not every line names its member. */
  learn(offers) {
    this.offers = new Map([...(this.offers ?? []), ...offers.map((offer) => [offer.id, offer.member_id])]);
    if (this.events.length) this.draw(new Set());
  }

  draw(fresh) {
    const shown = this.events.filter((event) => !LEFT_OUT.has(event.kind)).reverse();
    this.body.replaceChildren(...shown.map((event) => this.line(event, fresh.has(event.id))));
  }

  line(event, isNew) {
    return h(
      "li",
      { class: [isNew && "fresh", GRAVE.has(event.kind) && "grave"], dataset: { kind: event.kind } },
      h("time", { class: "num dim small", datetime: event.at, title: fmt.time(event.at) }, fmt.second(event.at)),
      h("span", {}, h("b", {}, label("incident_event", event.kind)), " ", this.detail(event)),
    );
  }

  detail({ kind, data }) {
    const member = data.member_id ?? this.offers?.get(data.offer_id) ?? this.members?.get(data.offer_id);
    const name = member ? nameOf(member) : "";
    switch (kind) {
      case "state":
        return label("incident_state", data.state);
      case "dispatched":
        return t("board.event.dispatched", { n: data.wanted });
      case "asked":
        return t("board.event.asked", { n: data.asked, wave: data.wave });
      case "silent":
      case "reminded":
        return t("board.event.people", { n: data.count });
      case "widened":
        return fmt.distance(data.radius_m);
      case "rung_told":
        return `${label("next_rung", data.rung)} ${t("board.event.people", { n: data.told })}`;
      case "declined":
      case "dropped_out":
        return `${name} ${data.reason ? label("decline_reason", data.reason) : ""}`;
      case "feedback":
        return `${name} ${label("feedback_outcome", data.outcome)}`;
      case "reviewed":
        return label("review_decision", data.decision);
      case "called_back":
        return `${label("call_back_outcome", data.outcome)}${data.rating ? ` ★${data.rating}` : ""}`;
      case "reinforcement_asked":
        return `${t("board.event.people", { n: data.wanted })} ${label("reinforcement_reason", data.reason)}`;
      case "reinforcement_decided":
        return label("reinforcement_state", data.state);
      case "overdue":
        return `${label("incident_state", data.state)} ${fmt.duration(data.waited_s)}`;
      case "linked":
        return label("incident_link_kind", data.kind);
      default:
        return name;
    }
  }
}
