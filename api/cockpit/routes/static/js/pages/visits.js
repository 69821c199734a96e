import { $, api, debounce, fmt, h, live, ready, replace, t, tabs } from "../lib.js";
import { visitTable } from "./dispute/visits.js";

await ready();

replace($("#visits"), tabs([
  ["late", t("visits.late"), () => list("/v1/visits/overdue", {}, t("visits.none_late"))],
  ["unowned", t("visits.unowned_all"), () => list("/v1/visits/overdue", { unowned: true }, t("visits.none_late"))],
  ["mine", t("visits.mine"), () => list("/v1/visits", { days: 7 }, t("visits.none_mine"))],
  ["led", t("visits.led"), () => list("/v1/visits", { scope: "led" }, t("visits.none_late"))],
]));

function list(path, query, empty) {
  const made = visitTable(undefined, () => made.reload(), {
    empty,
    filter: true,
    load: (cursor) => api.get(path, { ...query, cursor, limit: 100 }),
    first: [{ key: "label", title: t("visits.subject"), sort: true, cell: (row) => h("a", { href: `dispute?id=${row.subject_id}&tab=visits` }, row.label) }],
  });
  const off = live.on(["visits"], debounce(() => (made.el.isConnected ? made.reload() : off()), 800));
  return h("div", { class: "stack" }, h("p", { class: "dim small" }, t("visits.as_of", { time: fmt.clock(new Date().toISOString()) })), made.el);
}
