/** The list beside the map: most urgent first, with how long each has waited and how long it still may. */
import { colourMark, fmt, h, label, labels, param, replace, setParam, t, tag } from "../../lib.js";
import { isOverdue, needsAttention } from "./store.js";

const STATES = ["reported", "dispatching", "underway", "in_review", "calling_back"];
const TICK_MS = 1000;

/** `-1:05` or `12:30`, `3:20:00`: minutes and seconds of a countdown. */
export function countdown(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ""}${hours ? two(Math.floor(seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

export class IncidentList {
  constructor(incidents, { onOpen }) {
    this.incidents = incidents;
    this.onOpen = onOpen;
    this.cells = new Map();
    this.selected = null;
    this.colours = new Set((param("colour") ?? "").split(",").filter(Boolean));
    this.state = param("state") ?? "";
    this.rows = [];
    this.body = h("ol", { class: "board-rows", "aria-label": t("board.list") });
    this.empty = h("p", { class: "empty", hidden: true }, t("board.none"));
    this.summary = h("p", { class: "board-sum num small dim", role: "status" });
    this.el = h("div", { class: "board-list" }, this.filters(), this.summary, this.body, this.empty);
    incidents.on("change", () => this.show());
    this.body.addEventListener("pointerleave", () => this.show());
    setInterval(() => this.tick(), TICK_MS);
  }

  filters() {
    const chips = labels("incident_colour").map(([colour]) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-pressed": String(this.colours.has(colour)),
          dataset: { colour },
          onclick: (event) => this.toggle(colour, event.currentTarget),
        },
        colourMark(colour, "incident_colour"),
      ),
    );
    const choices = [["", t("board.all_states")], ["attention", t("board.attention")], ...STATES.map((state) => [state, label("incident_state", state)])];
    const select = h(
      "select",
      { class: "input", "aria-label": t("board.state_filter"), onchange: (event) => this.choose(event.target.value) },
      choices.map(([value, word]) => h("option", { value }, word)),
    );
    select.value = this.state;
    return h("div", { class: "board-filters" }, h("div", { class: "chips", role: "group", "aria-label": t("board.colour_filter") }, chips), select);
  }

  toggle(colour, chip) {
    if (!this.colours.delete(colour)) this.colours.add(colour);
    chip.setAttribute("aria-pressed", String(this.colours.has(colour)));
    setParam("colour", [...this.colours].join(","));
    this.show();
  }

  choose(state) {
    this.state = state;
    setParam("state", state);
    this.show();
  }

  fits(row) {
    if (this.colours.size && !this.colours.has(row.colour)) return false;
    if (this.state === "attention") return needsAttention(row, this.incidents.now());
    return !this.state || row.state === this.state;
  }

  show() {
    this.rows = this.incidents.sorted((row) => this.fits(row));
    const shown = new Set(this.rows.map((row) => row.id));
    for (const id of [...this.cells.keys()]) if (!shown.has(id)) this.cells.delete(id);
    const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
    const elements = this.still(this.rows.map((row) => this.cell(row).el));
    // Only when the order is another one: moving nodes that stay where they are costs a layout of all of them.
    const same = elements.length === this.body.childElementCount && elements.every((el, i) => this.body.children[i] === el);
    if (!same) {
      this.body.replaceChildren(...elements);
      focused?.focus?.({ preventScroll: true });
    }
    this.empty.hidden = this.rows.length > 0;
    const waiting = [...this.incidents.rows.values()].filter((row) => needsAttention(row, this.incidents.now())).length;
    this.summary.textContent = t("board.summary", { shown: this.rows.length, all: this.incidents.rows.size, waiting });
    this.tick();
  }

  /** Rows keep their places while a mouse is among them, lest the one under it be another one at the click. */
  still(elements) {
    if (!matchMedia("(hover: hover)").matches || !this.body.matches(":hover")) return elements;
    const wanted = new Set(elements);
    const there = [...this.body.children].filter((el) => wanted.has(el));
    return [...there, ...elements.filter((el) => el.parentElement !== this.body)];
  }

  cell(row) {
    let cell = this.cells.get(row.id);
    if (!cell) {
      const parts = Object.fromEntries(["head", "where", "flags", "due", "since"].map((name) => [name, h("span", { class: `row-${name}` })]));
      const button = h(
        "button",
        { type: "button", class: "incident", dataset: { id: row.id }, onclick: () => this.onOpen(row.id) },
        parts.head,
        h("span", { class: "row-times num" }, parts.due, parts.since),
        parts.where,
        parts.flags,
      );
      cell = { el: h("li", {}, button), button, parts, row: null };
      this.cells.set(row.id, cell);
    }
    if (cell.row !== row) this.fill(cell, row);
    return cell;
  }

  fill(cell, row) {
    cell.row = row;
    cell.button.dataset.colour = row.colour;
    replace(cell.parts.head, colourMark(row.colour, "incident_colour"), h("b", {}, label("incident_kind", row.kind)), tag(label("incident_state", row.state)));
    replace(cell.parts.where, h("span", { class: "mono" }, row.ref), " ", row.unit_name ?? t("board.no_unit"));
    const places = row.wanted ? h("span", { class: "num" }, t("board.places", { got: row.got, wanted: row.wanted })) : null;
    replace(
      cell.parts.flags,
      row.drill && tag(t("board.drill"), "info"),
      row.exhausted && tag(t("board.exhausted"), "bad"),
      row.calls_for_more > 0 && tag(t("board.calls_for_more"), "bad"),
      places,
      row.there > 0 && h("span", { class: "num" }, t("board.there", { n: row.there })),
      row.going > 0 && h("span", { class: "num" }, t("board.going", { n: row.going })),
      row.asked > 0 && h("span", { class: "num dim" }, t("board.asked", { n: row.asked })),
    );
    this.mark(cell);
  }

  mark(cell) {
    const isOpen = cell.row.id === this.selected;
    if (isOpen) cell.button.setAttribute("aria-current", "true");
    else cell.button.removeAttribute("aria-current");
  }

  /** Countdowns and waiting times; only texts that differ touch the page. */
  tick() {
    const now = this.incidents.now();
    for (const { row, button, parts } of this.cells.values()) {
      const late = isOverdue(row, now);
      const due = row.due_at ? t(late ? "board.overdue" : "board.left", { time: countdown(Date.parse(row.due_at) - now) }) : "";
      const since = t("board.waiting", { time: fmt.duration((now - Date.parse(row.reported_at)) / 1000) });
      if (parts.due.textContent !== due) parts.due.textContent = due;
      if (parts.since.textContent !== since) parts.since.textContent = since;
      if (button.classList.contains("late") !== late) button.classList.toggle("late", late);
    }
  }

  /** Mark one as open, and have it in sight. */
  select(id) {
    this.selected = id;
    for (const cell of this.cells.values()) this.mark(cell);
    this.cells.get(id)?.button.scrollIntoView({ block: "nearest" });
  }

  /** The next (1) or previous (-1) row from the focused or open one, for j and k. */
  move(step) {
    if (!this.rows.length) return;
    const at = this.rows.findIndex((row) => row.id === (document.activeElement?.dataset?.id ?? this.selected));
    const next = at < 0 ? (step > 0 ? 0 : this.rows.length - 1) : Math.max(0, Math.min(this.rows.length - 1, at + step));
    this.cells.get(this.rows[next].id).button.focus();
  }
}
