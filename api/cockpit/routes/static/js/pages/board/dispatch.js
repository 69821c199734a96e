/** A running dispatch: its needs, everybody asked wave by wave, what comes next, and the desk's hand in it. */
import { api, ask, dialog, fmt, guard, h, label, replace, t, tag, toast } from "../../lib.js";
import { countdown } from "./list.js";
import { findMembers, forceWord, learnMembers, nameOf, skillWord } from "./people.js";

const KIND = {
  offered: "info", silent: "warn", accepted: "good", on_the_way: "good", arrived: "good", done: "plain",
  declined: "plain", withdrawn: "plain", stood_down: "plain", dropped_out: "bad",
};
const GOING = ["accepted", "on_the_way", "arrived"];
const ASKED = ["offered", "silent"];
const OVER = ["withdrawn", "stood_down", "declined", "dropped_out"];

export class DispatchView {
  constructor({ id, number, now, onChange }) {
    Object.assign(this, { id, number, now, onChange });
    this.reach = new Map();
    this.clocks = [];
    this.el = h("section", { class: "panel dispatch", dataset: { dispatch: id }, "aria-label": t("board.dispatch_n", { n: number }) });
    this.text = "";
  }

  async refresh(reach) {
    const found = await api.get(`/v1/dispatches/${this.id}`);
    await learnMembers(found.offers.map((offer) => offer.member_id));
    this.reach = new Map((reach?.not_reached ?? []).map((one) => [one.subject_id, one]));
    // Only what differs is drawn again: a menu somebody has just opened must not vanish under their finger.
    const text = JSON.stringify([found, reach?.not_reached]);
    if (text === this.text) return;
    this.text = text;
    this.found = found;
    this.draw();
  }

  get isRunning() {
    return this.found && this.found.state !== "ended";
  }

  draw() {
    const { found } = this;
    this.clocks = [];
    const focus = document.activeElement?.dataset?.focus;
    replace(
      this.el,
      h(
        "h3",
        { class: "panel-head" },
        t("board.dispatch_n", { n: this.number }),
        tag(label("dispatch_state", found.state), found.state === "exhausted" ? "bad" : found.state === "filled" ? "good" : "info"),
        h("span", { class: "dim small num" }, fmt.second(found.created_at)),
        h("span", { class: "grow" }),
        this.isRunning && h("button", { type: "button", class: "btn btn-small", onclick: guard(() => this.addSomebody()) }, t("board.add")),
        this.isRunning && h("button", { type: "button", class: "btn btn-small", onclick: guard(() => this.end()) }, t("board.end")),
      ),
      h("ul", { class: "row needs" }, found.needs.map((need) => h("li", {}, tag(this.needText(need), need.state === "open" ? "warn" : "good")))),
      this.nextSteps(),
      this.waves(),
    );
    if (focus) this.el.querySelector(`[data-focus="${focus}"]`)?.focus();
    this.tick();
  }

  needText(need) {
    const name = [need.force ? forceWord(need.force) : t("board.any_force"), ...need.skills.map(skillWord)].join(" · ");
    return `${name} ${need.got}/${need.wanted}`;
  }

  nextSteps() {
    if (!this.isRunning || !this.found.next_steps.length) return null;
    return h(
      "ul",
      { class: "list small next-steps" },
      this.found.next_steps.map((step) => {
        const clock = h("b", { class: "num" });
        this.clocks.push([clock, Date.parse(step.due_at)]);
        return h("li", {}, clock, " ", label("dispatch_clock", step.step), step.rung ? `：${label("next_rung", step.rung)}` : "");
      }),
    );
  }

  tick() {
    const now = this.now();
    for (const [clock, due] of this.clocks) {
      const text = due > now ? countdown(due - now) : t("board.any_moment");
      if (clock.textContent !== text) clock.textContent = text;
    }
  }

  waves() {
    const waves = new Map();
    for (const offer of this.found.offers) waves.set(offer.wave, [...(waves.get(offer.wave) ?? []), offer]);
    return [...waves].map(([wave, offers]) =>
      h("div", { class: "wave" }, h("h4", { class: "small dim" }, t("board.wave", { n: wave, people: offers.length })), h("ul", { class: "list" }, offers.map((offer) => this.offer(offer)))),
    );
  }

  offer(offer) {
    const lost = this.reach.get(offer.id);
    return h(
      "li",
      { class: "offer", dataset: { offer: offer.id, state: offer.state } },
      h(
        "div",
        { class: "row" },
        h("b", {}, nameOf(offer.member_id)),
        offer.id === this.found.lead_offer_id && tag(t("board.leads"), "info"),
        tag(label("offer_state", offer.state), KIND[offer.state]),
        offer.welfare && !["calm", "ended"].includes(offer.welfare) && tag(label("welfare_state", offer.welfare), "warn"),
        h("span", { class: "grow" }),
        this.isRunning || GOING.includes(offer.state) ? this.actions(offer) : null,
      ),
      h("div", { class: "row small dim num" }, this.story(offer)),
      lost && h("div", { class: "small not-reached" }, t("board.not_reached", { reason: label("unreached_reason", lost.reason) }), lost.channels.length ? ` (${lost.channels.map((one) => label("channel", one)).join(" → ")})` : ""),
    );
  }

  /** What is known of this person's way, newest first. */
  story(offer) {
    const reason = offer.reason && this.reasonText(offer);
    const going = ["accepted", "on_the_way"].includes(offer.state);
    return [
      h("span", {}, fmt.distance(going && offer.left_m !== null ? offer.left_m : offer.distance_m)),
      going && offer.eta_at && h("span", {}, t("board.eta", { time: fmt.clock(offer.eta_at) })),
      ASKED.includes(offer.state) && h("span", {}, t("board.asked_at", { time: fmt.second(offer.offered_at) })),
      offer.accepted_at && h("span", {}, t("board.accepted_at", { time: fmt.second(offer.accepted_at) })),
      offer.departed_at && h("span", {}, t("board.departed_at", { time: fmt.clock(offer.departed_at) })),
      offer.arrived_at && h("span", {}, t("board.arrived_at", { time: fmt.clock(offer.arrived_at) })),
      reason && h("span", {}, reason),
      offer.added_by && h("span", {}, t("board.by_hand")),
    ];
  }

  reasonText(offer) {
    const stood = ["stood_down", "withdrawn"].includes(offer.state);
    return label(stood ? "stand_down_reason" : "decline_reason", offer.reason);
  }

  actions(offer) {
    const button = (text, run, name) =>
      h("button", { type: "button", class: "btn btn-small btn-plain", dataset: { focus: `${name}-${offer.id}` }, "aria-label": `${text} ${nameOf(offer.member_id)}`, onclick: guard(run) }, text);
    if (ASKED.includes(offer.state)) return button(t("board.withdraw"), () => this.withdraw(offer), "withdraw");
    if (GOING.includes(offer.state))
      return [
        offer.id !== this.found.lead_offer_id && button(t("board.make_lead"), () => this.lead(offer), "lead"),
        button(t("board.stand_down"), () => this.standDown(offer), "stand"),
      ];
    if (OVER.includes(offer.state)) return button(t("board.ask_again"), () => this.add(offer.member_id, false), "again");
    return null;
  }

  path(offer, what) {
    return `/v1/dispatches/${this.id}/offers/${offer.id}/${what}`;
  }

  async withdraw(offer) {
    await api.post(this.path(offer, "withdraw"));
    toast(t("board.withdrawn", { name: nameOf(offer.member_id) }), "good", { undo: guard(() => this.add(offer.member_id, false)) });
    this.onChange();
  }

  /** Somebody on their way is called home: that cannot be unheard, so it is asked first. */
  async standDown(offer) {
    const name = nameOf(offer.member_id);
    const choice = await dialog({
      title: t("board.stand_down"),
      body: h("p", {}, t("board.stand_down_sure", { name })),
      actions: [
        { text: t("common.cancel"), run: () => null, focus: true },
        { text: t("board.stand_down_replace"), run: () => ({ replace: true }) },
        { text: t("board.stand_down_only"), kind: "danger", run: () => ({ replace: false }) },
      ],
    });
    if (!choice) return;
    await api.post(this.path(offer, "stand-down"), choice);
    toast(t("board.stood_down", { name }), "good", { undo: guard(() => this.add(offer.member_id, false)) });
    this.onChange();
  }

  async lead(offer) {
    await api.post(`/v1/dispatches/${this.id}/lead`, { offer_id: offer.id });
    this.onChange();
  }

  async add(memberId, agreed) {
    await api.post(`/v1/dispatches/${this.id}/offers`, { member_id: memberId, agreed });
    toast(t(agreed ? "board.added" : "board.asked_now", { name: nameOf(memberId) }), "good");
    this.onChange();
  }

  async end() {
    if (!(await ask(t("board.end_sure"), { title: t("board.end"), yes: t("board.end"), danger: true }))) return;
    await api.post(`/v1/dispatches/${this.id}/end`);
    this.onChange();
  }

  /** Somebody by name or the end of their number; asked, or noted as having said yes on the telephone. */
  addSomebody() {
    const found = h("ul", { class: "list" });
    const input = h("input", { type: "search", class: "input", "aria-label": t("board.find_member"), placeholder: t("board.find_member"), autofocus: true });
    const agreed = h("input", { type: "checkbox" });
    return dialog({
      title: t("board.add"),
      body: (close) => {
        const look = guard(async () => {
          const members = input.value.trim() ? await findMembers(input.value.trim()) : [];
          replace(
            found,
            members.map((member) =>
              h("li", { class: "row" }, h("span", { class: "grow" }, h("b", {}, member.name), " ", h("span", { class: "dim small" }, `${forceWord(member.force)} ${member.grid?.name ?? ""} ${member.phone}`)), h("button", { type: "button", class: "btn btn-small btn-primary", onclick: guard(async () => (await this.add(member.id, agreed.checked), close())) }, t("board.add"))),
            ),
            input.value.trim() && !members.length && h("li", { class: "dim" }, t("board.nobody_found")),
          );
        });
        input.addEventListener("change", look);
        return h("div", { class: "stack-small" }, h("form", { class: "row", onsubmit: (event) => (event.preventDefault(), look(event)) }, input, h("button", { type: "submit", class: "btn" }, t("common.search"))), h("label", { class: "check" }, agreed, t("board.agreed")), found);
      },
    });
  }
}
