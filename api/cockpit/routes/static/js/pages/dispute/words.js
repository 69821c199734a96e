/** Code lists of disputes, and how their states look. */
import { api, inLanguage, label, tag } from "../../lib.js";

/** code(list, value) -> word; code.list(list) -> [[value, word]], second levels behind their parents. */
export async function codes() {
  const { items } = await api.get("/v1/disputes/codes");
  const known = new Map(items.map((item) => [`${item.list} ${item.code}`, item]));
  const word = (list, value) => inLanguage(known.get(`${list} ${value}`)) || (value ?? "–");
  word.list = (list) => {
    const mine = items.filter((item) => item.list === list);
    const under = (parent, depth) =>
      mine.filter((item) => item.parent === parent).flatMap((item) => [[item.code, `${"　".repeat(depth)}${inLanguage(item)}`], ...under(item.code, depth + 1)]);
    const found = under(null, 0);
    return found.length ? found : mine.map((item) => [item.code, inLanguage(item)]);
  };
  return word;
}

const KINDS = { reported: "warn", accepted: "info", mediating: "info", suspended: "plain", settled: "good", closed: "plain", failed: "bad", handing_over: "warn" };

/** A state's word in its colour. */
export function stateTag(state) {
  return tag(label("case_state", state), KINDS[state] ?? "plain");
}
