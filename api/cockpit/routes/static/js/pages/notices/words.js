/** How a notice's states look. */
import { label, tag } from "../../lib.js";

const KINDS = { draft: "plain", awaiting: "warn", sending: "info", sent: "good", rejected: "bad", withdrawn: "plain", expired: "plain" };

/** A state's word in its colour. */
export function noticeState(state) {
  return tag(label("notice_state", state), KINDS[state] ?? "plain");
}
