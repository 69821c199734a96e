/** Everything a page's module imports. */
export { settings, param, setParam, choose } from "./lib/facts.js";
export { t, hasText, label, labels, inLanguage } from "./lib/words.js";
export { $, h, append, replace, newId, debounce } from "./lib/dom.js";
export { api, Problem, newKey } from "./lib/api.js";
export { accessToken, can, me } from "./lib/session.js";
export { fmt, fromStationTime, toStationTime, stationToday } from "./lib/format.js";
export { toast, complain, guard, dialog, ask, load, problemBox, emptyState, showDetail } from "./lib/overlays.js";
export { form, askFor } from "./lib/form.js";
export { rowsField } from "./lib/rows.js";
export { table } from "./lib/table.js";
export { colourMark, tag, facts, panel, tabs, linkButton } from "./lib/parts.js";
export { shortcut } from "./lib/keys.js";
export { personName, memberName } from "./lib/names.js";
export { live } from "./lib/live.js";
export { ready } from "./lib/ready.js";
