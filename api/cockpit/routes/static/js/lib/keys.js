/** Keyboard shortcuts: single keys, or two one after the other ("g b"); listed by "?". */
import { h } from "./dom.js";
import { dialog } from "./overlays.js";
import { t } from "./words.js";

const known = new Map();
const WAITS_MS = 1200;
let first = "";
let timer = 0;

/** Add a shortcut; returns what removes it. */
export function shortcut(keys, words, fn) {
  known.set(keys, { words, fn });
  return () => known.delete(keys);
}

function isTyping(element) {
  return element?.closest?.("input, textarea, select, [contenteditable=true]") && element.type !== "checkbox";
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const keys = first ? `${first} ${event.key}` : event.key;
  const found = known.get(keys) ?? known.get(event.key);
  clearTimeout(timer);
  first = "";
  if (found) {
    event.preventDefault();
    found.fn(event);
  } else if ([...known.keys()].some((each) => each.startsWith(`${event.key} `))) {
    first = event.key;
    timer = setTimeout(() => (first = ""), WAITS_MS);
  }
});

/** The list. */
export function showShortcuts() {
  const rows = [...known].map(([keys, { words }]) => [h("dt", {}, keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, words)]);
  return dialog({ title: t("shell.keys"), body: h("dl", { class: "kv keys" }, rows) });
}
