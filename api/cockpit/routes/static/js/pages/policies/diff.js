/** What a version changed: name, before, after. */
import { h, t } from "../../lib.js";

/** `[[name, before, after]]` as texts. */
export function diff(changes) {
  if (!changes.length) return h("p", { class: "dim small" }, t("policies.no_change"));
  return h("div", { class: "diff" }, changes.map(([name, before, after]) => [h("span", { class: "dim" }, name), h("del", {}, before), h("ins", {}, after)]));
}
