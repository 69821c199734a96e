/** Month beside month. */
import { api, emptyState, fmt, h, load, t, table } from "../../lib.js";
import { chart } from "./charts.js";

/** The tab: the months of the period, and at least the last six. */
export function months(period) {
  const el = h("div", { class: "stack" });
  load(el, async () => {
    const from = new Date(`${period.last.slice(0, 8)}01T00:00:00Z`);
    from.setUTCMonth(from.getUTCMonth() - 5);
    const first = [from.toISOString().slice(0, 10), period.first].sort()[0];
    const { lines } = await api.get("/v1/reports/incidents", { first, last: period.last, by: "month" });
    if (!lines.length) return emptyState(t("reports.no_incidents"));
    const rows = lines.map((line, index) => ({ ...line, id: line.key, before: lines[index - 1]?.reported }));
    const names = rows.map((row) => row.key);
    return [
      h("div", { class: "grid-2" },
        chart({ title: t("reports.by_month"), labels: names, stacked: true, series: ["closed", "cancelled", "open"].map((key) => ({ name: t(`reports.${key}`), values: rows.map((row) => row[key]) })), unit: (value) => fmt.number(value) }),
        chart({ title: t("reports.times_by_month"), kind: "line", labels: names, series: ["to_accept", "to_arrive"].map((key) => ({ name: t(`reports.step.${key}`), values: rows.map((row) => row[key].median_s) })), unit: (value) => fmt.duration(value) })),
      table({
        caption: t("reports.months"),
        rows: [...rows].reverse(),
        columns: [
          { key: "key", title: t("reports.month") },
          { key: "reported", title: t("reports.reported"), class: "num", sort: true },
          { key: "change", title: t("reports.change"), class: "num", text: change },
          ...["closed", "cancelled", "unfilled", "asked", "accepted", "arrived"].map((key) => ({ key, title: t(`reports.${key}`), class: "num" })),
          ...["to_accept", "to_arrive", "to_close"].map((key) => ({ key, title: t(`reports.${key}`), class: "num", text: (row) => fmt.duration(row[key].median_s) })),
        ],
      }).el,
    ];
  });
  return el;
}

function change(row) {
  if (!row.before) return "–";
  const share = row.reported / row.before - 1;
  return `${share > 0 ? "+" : ""}${fmt.percent(share)}`;
}
