/** Before the click: who would be asked and why, who not and why not, what is missing, the chance, the cost. */
import { api, fmt, guard, h, label, load, replace, t, tag } from "../../lib.js";
import { forceOptions, forceWord, learnMembers, learnWords, nameOf, skillOptions, skillWord } from "./people.js";

const SHOWN_REASONS = 12;

/** The panel of one incident's next dispatch. `seen()`: how many dispatches the desk knows of; `onSent(dispatch)`. */
export class Preview {
  constructor({ incident, seen, onSent, onTold, onCancel }) {
    Object.assign(this, { incident, seen, onSent, onTold, onCancel });
    this.needs = (incident.needs ?? []).map((need) => ({ wanted: need.wanted, force: need.force ?? "", skills: need.skills ?? [] }));
    if (!this.needs.length) this.needs = [{ wanted: 2, force: "", skills: [] }];
    this.excluded = new Set();
    this.radius = "";
    this.key = null;
    this.order = h("div", { class: "stack-small" });
    this.body = h("div", { class: "stack-small", "aria-live": "polite" });
    this.go = h("button", { type: "button", class: "btn btn-primary btn-go", onclick: guard(() => this.send()) }, t("board.go"));
    this.told = h("div", {});
    this.el = h(
      "section",
      { class: "panel preview", "aria-label": t("board.preview") },
      h("h3", { class: "panel-head" }, t("board.preview"), h("span", { class: "grow" }), onCancel && h("button", { type: "button", class: "btn btn-plain btn-small", onclick: onCancel }, t("common.close"))),
      this.told,
      this.order,
      this.body,
      this.go,
    );
  }

  async begin() {
    await learnWords();
    this.showOrder();
    await this.look();
  }

  body_() {
    const needs = this.needs.map((need) => ({ wanted: Number(need.wanted) || 1, ...(need.force && { force: need.force }), skills: need.skills }));
    return { needs, exclude: [...this.excluded], ...(this.radius && { radius_m: Number(this.radius) }) };
  }

  showOrder() {
    const rows = this.needs.map((need, i) => {
      const change = (name) => (event) => {
        need[name] = event.target.value;
        this.look();
      };
      return h(
        "div",
        { class: "row need" },
        h("input", { type: "number", class: "input need-count", min: 1, max: 100, value: need.wanted, "aria-label": t("board.wanted"), onchange: change("wanted") }),
        h("select", { class: "input", "aria-label": t("board.force"), onchange: change("force"), value: need.force }, [["", t("board.any_force")], ...forceOptions()].map(([value, word]) => h("option", { value, selected: value === need.force }, word))),
        h(
          "select",
          { class: "input", "aria-label": t("board.skill"), onchange: (event) => ((need.skills = event.target.value ? [event.target.value] : []), this.look()) },
          [["", t("board.any_skill")], ...skillOptions()].map(([value, word]) => h("option", { value, selected: value === (need.skills[0] ?? "") }, word)),
        ),
        this.needs.length > 1 && h("button", { type: "button", class: "btn btn-plain btn-small", "aria-label": t("common.remove"), onclick: () => this.drop(i) }, "×"),
      );
    });
    replace(
      this.order,
      rows,
      h(
        "div",
        { class: "row" },
        this.needs.length < 10 && h("button", { type: "button", class: "btn btn-plain btn-small", onclick: () => this.add() }, t("board.another_need")),
        h("label", { class: "row small" }, t("board.radius"), h("input", { type: "number", class: "input need-radius", min: 100, max: 50000, step: 100, placeholder: t("board.by_policy"), value: this.radius, onchange: (event) => ((this.radius = event.target.value), this.look()) })),
      ),
    );
  }

  add() {
    this.needs.push({ wanted: 1, force: "", skills: [] });
    this.showOrder();
    this.look();
  }

  drop(i) {
    this.needs.splice(i, 1);
    this.showOrder();
    this.look();
  }

  look() {
    // Another order is another click: it must not get the answer of an earlier one.
    this.key = null;
    return load(this.body, () => this.fetch());
  }

  async fetch() {
    const found = await api.post(`/v1/incidents/${this.incident.id}/dispatches/preview`, this.body_());
    await learnMembers(found.needs.flatMap((need) => [...need.asked, ...need.considered.slice(0, 40)].map((one) => one.member_id)));
    this.found = found;
    return [this.outlook(found), found.needs.map((need, i) => this.need(need, i)), this.cost(found)];
  }

  outlook(found) {
    const asked = found.needs.reduce((sum, need) => sum + need.asked.length, 0);
    const kind = found.chance >= 0.9 ? "good" : found.chance >= 0.6 ? "warn" : "bad";
    return h(
      "p",
      { class: "outlook" },
      h("b", { class: "num" }, t("board.will_ask", { n: asked })),
      tag(t("board.chance", { chance: fmt.percent(found.chance) }), kind),
      found.radius_m ? h("span", { class: "dim small num" }, t("board.looked", { distance: fmt.distance(found.radius_m) })) : null,
      found.state === "exhausted" && tag(t("board.nobody_fits"), "bad"),
    );
  }

  need(need, i) {
    const name = [need.force ? forceWord(need.force) : t("board.any_force"), ...need.skills.map(skillWord)].join(" · ");
    const { outlook, missing } = need;
    return h(
      "div",
      { class: "stack-small" },
      this.needs.length > 1 && h("h4", {}, t("board.need_of", { n: i + 1, name, wanted: need.wanted })),
      h("ol", { class: "list asked" }, need.asked.map((one) => this.person(one))),
      (missing.short > 0 || missing.unfilled > 0) &&
        h("p", { class: "notice" }, t("board.missing", { short: missing.short, unfilled: missing.unfilled })),
      outlook.asked > 0 && h("p", { class: "small dim num" }, t("board.outlook", { low: fmt.percent(outlook.low), high: fmt.percent(outlook.high), accept: fmt.percent(outlook.accept) })),
      this.others(need),
    );
  }

  person(one) {
    return h(
      "li",
      { class: "asked-row" },
      h(
        "span",
        { class: "grow" },
        h("b", {}, nameOf(one.member_id)),
        " ",
        h("span", { class: "dim small" }, forceWord(one.force)),
        one.owner ? tag(t("board.owner"), "info") : one.ring === "own" ? tag(t("board.own_grid")) : null,
      ),
      h("span", { class: "num small" }, `${fmt.distance(one.distance_m)} · ${fmt.duration(one.eta_s)}`),
      h("span", { class: "dim small" }, label("ranking_verdict", one.reason)),
      h("button", { type: "button", class: "btn btn-plain btn-small", "aria-label": t("board.leave_out_name", { name: nameOf(one.member_id) }), onclick: () => (this.excluded.add(one.member_id), this.look()) }, t("board.leave_out")),
    );
  }

  /** Who was looked at and is not asked, by reason; named as far as it is worth reading. */
  others(need) {
    const rest = need.considered.filter((one) => !one.picked);
    if (!rest.length) return null;
    const counts = Object.entries(need.missing.reasons).map(([reason, n]) => `${label("ranking_verdict", reason)} ${n}`);
    return h(
      "details",
      {},
      h("summary", { class: "small" }, t("board.not_asked", { n: rest.length }), " ", h("span", { class: "dim" }, counts.join("，"))),
      h(
        "ul",
        { class: "list small" },
        rest.slice(0, SHOWN_REASONS).map((one) =>
          h(
            "li",
            { class: "asked-row" },
            h("span", { class: "grow" }, nameOf(one.member_id), " ", h("span", { class: "dim" }, forceWord(one.force))),
            h("span", { class: "num" }, fmt.distance(one.distance_m)),
            h("span", {}, label("ranking_verdict", one.reason)),
            one.reason === "excluded" && h("button", { type: "button", class: "btn btn-plain btn-small", onclick: () => (this.excluded.delete(one.member_id), this.look()) }, t("common.undo")),
          ),
        ),
        rest.length > SHOWN_REASONS && h("li", { class: "dim" }, t("board.and_more", { n: rest.length - SHOWN_REASONS })),
      ),
    );
  }

  cost({ messages }) {
    return h(
      "p",
      { class: "small num" },
      t("board.cost", { push: messages.push, sms: messages.sms, segments: messages.sms_segments }),
      messages.unreachable > 0 && [" ", tag(t("board.unreachable", { n: messages.unreachable }), "warn")],
    );
  }

  async send() {
    // One key for one order: pressed again after a lost answer, it sends nobody twice.
    this.key ??= crypto.getRandomValues(new Uint32Array(4)).join("-");
    const body = { ...this.body_(), seen_dispatches: this.seen() };
    try {
      const sent = await api.post(`/v1/incidents/${this.incident.id}/dispatches`, body, { key: this.key });
      this.onSent(sent);
    } catch (error) {
      this.key = null;
      if (error.code !== "dispatched_meanwhile") throw error;
      await this.onTold();
      replace(this.told, h("div", { class: "notice", role: "alert" }, h("p", {}, error.message)));
      this.go.textContent = t("board.go_again");
      await this.look();
    }
  }
}
