/** Disputes and their visits in numbers. */
import { api, emptyState, fmt, guard, h, label, labels, load, panel, t, table } from "../../lib.js";
import { chart } from "./charts.js";
import { card } from "./responses.js";

let by = "category";

/** The tab. */
export function disputes(period) {
  const el = h("div", { class: "stack" });
  const show = () => load(el, () => parts(period, show));
  show();
  return el;
}

const name = (line) => line.label ?? (line.key === null ? t("reports.none") : by === "colour" ? label("dispute_colour", line.key) : line.key);

async function parts(period, show) {
  const report = await api.get("/v1/reports/disputes", { ...period, by });
  const all = report.all_cases;
  const group = h("select", { class: "input", "aria-label": t("reports.by"), onchange: (event) => { by = event.target.value; show(); } },
    labels("dispute_grouping").map(([value, word]) => h("option", { value, selected: value === by }, word)));
  const settled = all.settled + all.closed;
  const ended = settled + all.failed;
  const cases = report.cases.map((line, index) => ({ ...line, id: index, name: name(line) }));
  const visits = report.visits.map((line, index) => ({ ...line, id: index, name: name(line) }));
  return [
    h("div", { class: "bar" }, group, h("span", { class: "grow" }),
      h("button", { type: "button", class: "btn", onclick: guard(() => api.download("/v1/reports/disputes.xlsx", { ...period, by }, "disputes.xlsx")) }, t("reports.xlsx"))),
    h("div", { class: "cards" },
      card(t("reports.reported"), fmt.number(all.reported), t("reports.still_open", { n: all.open })),
      card(t("reports.settled"), ended ? fmt.percent(settled / ended) : "–", t("reports.settled_hint", { settled, failed: all.failed })),
      card(t("reports.settling"), fmt.duration(all.settling.median_s), t("reports.p90", { time: fmt.duration(all.settling.p90_s) })),
      card(t("reports.visits_done"), fmt.percent(report.all_visits.completion), t("reports.visits_hint", report.all_visits)),
      card(t("reports.relapsed"), fmt.number(all.relapsed), t("reports.repeat_hint", { n: all.repeat }))),
    cases.length ? chart({
      title: t("reports.by_group"), labels: cases.map((row) => row.name), stacked: true,
      series: ["open", "settled", "closed", "failed"].map((key) => ({ name: t(`reports.case.${key}`), values: cases.map((row) => row[key]) })), unit: (value) => fmt.number(value),
    }) : emptyState(t("reports.no_disputes")),
    panel(t("reports.cases"), table({
      caption: t("reports.cases"), rows: cases, empty: t("reports.no_disputes"),
      columns: [
        { key: "name", title: t("reports.group"), sort: true },
        ...["reported", "open", "settled", "closed", "failed", "relapsed", "overdue"].map((key) => ({ key, title: t(`reports.case.${key}`), class: "num", sort: true })),
        { key: "settling", title: t("reports.settling"), class: "num", text: (row) => fmt.duration(row.settling.median_s), sort: (row) => row.settling.median_s },
      ],
    }).el),
    panel(t("reports.visits"), table({
      caption: t("reports.visits"), rows: visits, empty: t("reports.no_visits"),
      columns: [
        { key: "name", title: t("reports.group"), sort: true },
        ...["visits", "done", "open", "overdue", "missed", "waived", "doubtful"].map((key) => ({ key, title: t(`reports.visit.${key}`), class: "num", sort: true })),
        { key: "completion", title: t("reports.visits_done"), class: "num", sort: true, text: (row) => fmt.percent(row.completion) },
      ],
    }).el),
    panel(t("reports.mediators"), table({
      caption: t("reports.mediators"), rows: report.mediators, empty: t("reports.no_mediators"), rowKey: (row) => row.person_id,
      columns: [
        { key: "name", title: t("common.name"), sort: true },
        ...["leading", "in_teams", "settled", "closed", "visits_open", "visits_overdue"].map((key) => ({ key, title: t(`reports.mediator.${key}`), class: "num", sort: true })),
      ],
    }).el),
  ];
}
