/** What a month of texts and calls has cost, beside the months before it. */
import { api, emptyState, fmt, h, label, load, panel, t, table } from "../../lib.js";
import { chart } from "./charts.js";

const MONTHS = 6;

/** The tab: the period's last month and the five before it. */
export function costs(period) {
  const el = h("div", { class: "stack" });
  load(el, async () => {
    const names = Array.from({ length: MONTHS }, (_, back) => monthBefore(period.last, MONTHS - 1 - back));
    const answers = await Promise.all(names.map((month) => api.get("/v1/message-costs", { month })));
    const rows = answers.at(-1).items.map((item, index) => ({ ...item, id: index }));
    const currencies = [...new Set(answers.flatMap((answer) => answer.items.map((item) => item.currency)).filter(Boolean))].sort();
    if (!answers.some((answer) => answer.items.length)) return emptyState(t("reports.no_costs"));
    const sum = (answer, currency) => answer.items.filter((item) => item.currency === currency).reduce((all, item) => all + item.amount, 0);
    return [
      currencies.map((currency) => chart({ title: `${t("reports.costs")} (${currency})`, labels: names, series: [{ name: currency, values: answers.map((answer) => sum(answer, currency)) }], unit: (value) => fmt.number(value, 2) })),
      panel(names.at(-1), table({
        caption: t("reports.costs"),
        rows,
        empty: t("reports.no_costs"),
        columns: [
          { key: "channel", title: t("reports.channel"), text: (row) => label("channel", row.channel), sort: true },
          { key: "provider", title: t("reports.provider"), text: (row) => label("provider", row.provider), sort: true },
          { key: "messages", title: t("reports.messages"), class: "num", sort: true },
          { key: "parts", title: t("reports.parts"), class: "num", sort: true },
          { key: "amount", title: t("reports.amount"), class: "num", sort: true, text: (row) => (row.currency ? fmt.money(row.amount, row.currency) : "–") },
          { key: "uncertain", title: t("reports.uncertain"), class: "num", text: (row) => (row.currency && row.uncertain ? fmt.money(row.uncertain, row.currency) : "–") },
        ],
      }).el),
    ];
  });
  return el;
}

function monthBefore(day, back) {
  const date = new Date(`${day.slice(0, 8)}01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - back);
  return date.toISOString().slice(0, 7);
}
