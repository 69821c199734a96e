/** Small pieces that many pages show. */
import { h, newId, replace } from "./dom.js";
import { param, setParam } from "./facts.js";
import { label } from "./words.js";

/** One of the five warning colours: its word, and a shape of its own besides the colour. */
export function colourMark(colour, vocabulary = "incident_colour") {
  return h("span", { class: "mark", dataset: { colour: colour ?? "none" } }, h("i", { "aria-hidden": "true" }), label(vocabulary, colour));
}

/** A word in a frame: "good", "bad", "warn", "info" or "plain". */
export function tag(text, kind = "plain") {
  return h("span", { class: `tag ${kind}` }, text);
}

/** Names and values under one another; pairs without a value are left out. */
export function facts(pairs) {
  const shown = pairs.filter((pair) => pair && pair[1] !== null && pair[1] !== undefined && pair[1] !== "");
  return h("dl", { class: "kv" }, shown.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** A panel with a heading. */
export function panel(title, ...children) {
  return h("section", { class: "panel" }, h("h2", { class: "panel-head" }, title), children);
}

/** Tabs: `[[name, word, () => node]]`; the open one is kept in the address. */
export function tabs(list, { param: name = "tab" } = {}) {
  const body = h("div", { role: "tabpanel", class: "tab-body", tabindex: 0, id: newId("tabpanel") });
  const buttons = list.map(([key, word]) =>
    h("button", { type: "button", role: "tab", class: "tab", id: newId("tab"), "aria-controls": body.id, dataset: { tab: key }, onclick: () => open(key) }, word),
  );
  function open(key) {
    const found = list.find((each) => each[0] === key) ?? list[0];
    setParam(name, found[0] === list[0][0] ? null : found[0]);
    for (const button of buttons) {
      const isOpen = button.dataset.tab === found[0];
      button.setAttribute("aria-selected", String(isOpen));
      button.tabIndex = isOpen ? 0 : -1;
      if (isOpen) body.setAttribute("aria-labelledby", button.id);
    }
    replace(body, found[2]());
  }
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  };
  const el = h("div", { class: "tabs" }, h("div", { role: "tablist", class: "tab-list", onkeydown: move }, buttons), body);
  open(param(name) ?? list[0][0]);
  return Object.assign(el, { open });
}

/** A link that looks like a button. */
export function linkButton(text, href, kind = "plain") {
  return h("a", { class: `btn btn-${kind}`, href }, text);
}
