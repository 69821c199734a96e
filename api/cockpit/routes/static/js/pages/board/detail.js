/** One incident: what happened, who is needed, who goes, what was reported. Drawn again only where it has changed. */
import { api, can, colourMark, facts, fmt, guard, h, label, load, replace, t, tag } from "../../lib.js";
import { cancelIncident, closingSection, reinforcementSection } from "./closing.js";
import { DispatchView } from "./dispatch.js";
import { editIncident } from "./edit.js";
import { learnWords } from "./people.js";
import { Preview } from "./preview.js";
import { Timeline } from "./timeline.js";

// Reading an incident is audited, so it is read again only when its timeline says that there is something to read.
const TELLS = new Set([
  "state", "edited", "linked", "dispatched", "feedback", "reviewed", "called_back", "reinforcement_asked", "reinforcement_decided",
  "handed_to_disputes", "dispute_opened",
]);
const AGAIN_MS = 2000;
const OPEN = ["reported", "dispatching", "underway", "in_review", "calling_back"];

export class Detail {
  constructor(id, { incidents, onClose }) {
    Object.assign(this, { id, incidents, onClose });
    this.dispatches = new Map();
    this.head = h("header", { class: "panel detail-head" });
    this.more = h("div", {});
    this.ask = h("div", {});
    this.running = h("div", { class: "stack-small" });
    this.closing = h("div", {});
    this.timeline = new Timeline(id);
    this.el = h("article", { class: "detail", "aria-label": t("board.incident"), dataset: { incident: id } });
    this.queue = Promise.resolve();
    this.wanted = false;
    this.whole = false;
  }

  open() {
    return load(this.el, async () => {
      await Promise.all([learnWords(), this.timeline.refresh(), this.read()]);
      await this.refreshDispatches();
      if (this.canDispatch() && !this.detail.dispatches.length) this.showPreview();
      return [this.head, this.more, this.ask, this.running, this.closing, this.timeline.el];
    });
  }

  /** Something of this incident has changed; several at once are one look, and one that fails is taken again. */
  touch({ whole = false } = {}) {
    this.whole ||= whole;
    if (this.wanted) return this.queue;
    this.wanted = true;
    this.queue = this.queue.then(async () => {
      const all = this.whole;
      this.wanted = this.whole = false;
      try {
        await this.refresh({ whole: all });
      } catch (error) {
        console.warn("board: incident not refreshed", error);
        // Whole: the timeline's new lines have been seen, and would not ask for what they tell of again.
        if (this.el.isConnected) setTimeout(() => this.touch({ whole: true }), AGAIN_MS);
      }
    });
    return this.queue;
  }

  async refresh({ whole = false } = {}) {
    const kinds = await this.timeline.refresh();
    if (whole || kinds.some((kind) => TELLS.has(kind))) await this.read();
    await this.refreshDispatches();
  }

  async read() {
    const { body, version } = await api.tagged(`/v1/incidents/${this.id}`);
    this.detail = body;
    this.version = version;
    this.drawHead();
    replace(this.more, reinforcementSection(body, { onChange: () => this.changed() }));
    this.drawClosing();
    if (this.preview && !this.canDispatch()) this.hidePreview();
  }

  drawClosing() {
    // Somebody may be writing in it: a form is not thrown away while its incident is where it was.
    const text = JSON.stringify([this.detail.state, this.detail.feedbacks.map((one) => [one.id, one.state]), this.detail.call_backs]);
    if (text === this.closingText) return;
    this.closingText = text;
    replace(this.closing, closingSection(this.detail, { onChange: () => this.changed() }));
  }

  async refreshDispatches() {
    const ids = this.detail.dispatches.map((one) => one.id);
    const running = ids.length > 0 && OPEN.includes(this.detail.state);
    const reach = running ? await api.get(`/v1/incidents/${this.id}/reach`) : null;
    ids.forEach((id, i) => {
      if (this.dispatches.has(id)) return;
      const view = new DispatchView({ id, number: i + 1, now: () => this.incidents.now(), onChange: () => this.changed() });
      this.dispatches.set(id, view);
      this.running.prepend(view.el);
    });
    await Promise.all([...this.dispatches.values()].map((view) => view.refresh(reach)));
    this.timeline.learn([...this.dispatches.values()].flatMap((view) => view.found.offers));
    // The names in it were learnt with the dispatches.
    if (this.detail.feedbacks.length && !this.named) {
      this.named = true;
      this.closingText = "";
      this.drawClosing();
    }
  }

  /** After one's own deed: do not wait for the stream to tell what was just done. */
  changed() {
    this.incidents.touch(this.id, "own");
    return this.touch({ whole: true });
  }

  canDispatch() {
    return can("incident.dispatch") && OPEN.includes(this.detail.state);
  }

  drawHead() {
    const { detail } = this;
    const isOpen = OPEN.includes(detail.state);
    const { name, phone } = detail.requester;
    replace(
      this.head,
      h(
        "div",
        { class: "row" },
        h("h2", { class: "grow" }, colourMark(detail.colour, "incident_colour"), " ", label("incident_kind", detail.kind)),
        h("button", { type: "button", class: "btn btn-plain", "aria-label": t("common.close"), onclick: () => this.onClose() }, "×"),
      ),
      h("div", { class: "row" }, h("span", { class: "mono" }, detail.ref), tag(label("incident_state", detail.state), "info"), detail.drill && tag(t("board.drill"), "info"), h("span", { class: "dim small" }, fmt.ago(detail.reported_at))),
      h("p", { class: "story" }, detail.description),
      facts([
        [t("board.address"), detail.address],
        [t("common.grid"), detail.unit_name],
        [t("board.requester"), [name, phone].filter(Boolean).join(" ")],
        [t("board.ended_because"), detail.end_reason && `${this.endWord(detail)} ${detail.end_note ?? ""}`],
      ]),
      h(
        "div",
        { class: "row" },
        this.canDispatch() && h("button", { type: "button", class: "btn", onclick: () => this.showPreview() }, t(detail.dispatches.length ? "board.send_more" : "board.send")),
        isOpen && can("incident.edit") && h("button", { type: "button", class: "btn", onclick: guard(() => editIncident(detail, this.version, () => this.changed())) }, t("common.edit")),
        h("span", { class: "grow" }),
        isOpen && can("incident.cancel") && h("button", { type: "button", class: "btn btn-plain cancels", onclick: guard(() => cancelIncident(detail.id, () => this.changed())) }, t("board.cancel")),
      ),
    );
  }

  endWord(detail) {
    return label(detail.state === "cancelled" ? "cancel_reason" : "call_back_outcome", detail.end_reason);
  }

  showPreview() {
    if (this.preview) return this.preview.go.focus();
    this.preview = new Preview({
      incident: this.detail,
      seen: () => this.detail.dispatches.length,
      onSent: () => (this.hidePreview(), this.changed()),
      onTold: () => this.changed(),
      onCancel: () => this.hidePreview(),
    });
    replace(this.ask, this.preview.el);
    return this.preview.begin();
  }

  hidePreview() {
    this.preview = null;
    replace(this.ask);
  }

  tick() {
    for (const view of this.dispatches.values()) view.tick();
  }
}
