/** What happened, oldest first. */
import { api, fmt, h, hasText, label, personName, t, table } from "../../lib.js";

/** The last tab. */
export function story({ item, code }) {
  return table({
    caption: t("dispute.story"),
    empty: t("common.nothing"),
    load: async (cursor) => named(await api.get(`/v1/disputes/${item.id}/timeline`, { cursor, limit: 100 })),
    columns: [
      { key: "at", title: t("common.time"), text: (row) => fmt.time(row.at) },
      { key: "kind", title: t("dispute.event"), text: (row) => event(row.kind) },
      { key: "details", title: t("dispute.details"), text: (row) => details(row.data, code) },
      { key: "who", title: t("common.person"), text: (row) => row.who ?? t("dispute.system") },
    ],
  }).el;
}

async function named(page) {
  const names = await Promise.all(page.items.map((row) => (row.actor_id ? personName(row.actor_id) : null)));
  return { ...page, items: page.items.map((row, index) => ({ ...row, who: names[index] })) };
}

function event(kind) {
  const word = label("dispute_event", kind);
  return word === kind ? label("dispute_work_event", kind) : word;
}

const VOCABULARIES = { state: "case_state", from: "case_state", to: "case_state", colour: "dispute_colour", was: "dispute_colour", outcome: "visit_outcome", verdict: "visit_verdict", mode: "visit_mode", step: "mediation_session_step" };

/** `state: settled` in the reader's words; ids and nested things are for machines. */
function details(data, code) {
  return Object.entries(data ?? {})
    .filter(([name, value]) => value !== null && typeof value !== "object" && !/(^|_)id$/.test(name) && !/^[0-9a-f-]{36}$/.test(String(value)))
    .map(([name, value]) => `${hasText(`dispute.field.${name}`) ? t(`dispute.field.${name}`) : name}: ${worded(name, value, code)}`)
    .join(" · ");
}

function worded(name, value, code) {
  if (name === "category") return code("category", value);
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return fmt.short(value);
  return VOCABULARIES[name] ? label(VOCABULARIES[name], value) : String(value);
}
