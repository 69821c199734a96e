/** The page's words, and what the API calls its values. */
import { base, settings } from "./facts.js";

const words = await fetch(`${base}/words/${settings.language}.json`).then((answer) => answer.json());
const KEPT = `enums:${settings.version}`;
let enums = null;

/** The text of a key with `{name}` filled in; an unknown key shows as itself, to be noticed. */
export function t(key, facts = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}

/** Whether there is a text of this key. */
export function hasText(key) {
  return key in words;
}

/** Fetch the names of values, once per browser tab and release. */
export async function loadEnums() {
  if (enums) return;
  const kept = sessionStorage.getItem(KEPT);
  if (kept) {
    enums = JSON.parse(kept);
    return;
  }
  const answer = await fetch("/v1/enums");
  if (!answer.ok) throw new Error(`/v1/enums: ${answer.status}`);
  enums = (await answer.json()).enums;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(enums));
  } catch {
    // A full or forbidden store only costs the next page a request.
  }
}

/** What a value of an enumeration is called; one that is not known shows as it is. */
export function label(name, value) {
  if (value === null || value === undefined) return "";
  const found = enums?.[name]?.[value];
  return found ? found[settings.language === "en" ? "en" : "zh"] : String(value);
}

/** `[value, word]` of every value of an enumeration that is not on its way out, in its own order. */
export function labels(name) {
  const all = Object.entries(enums?.[name] ?? {});
  return all.filter(([, one]) => !one.deprecated).map(([value]) => [value, label(name, value)]);
}

/** The one of `{"zh-CN": …, en: …}` or `{zh: …, en: …}` that the reader reads. */
export function inLanguage(text) {
  if (!text || typeof text === "string") return text ?? "";
  return settings.language === "en" ? (text.en ?? "") : (text["zh-CN"] ?? text.zh ?? "");
}
