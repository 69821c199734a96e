/** How fast people answer, leave and arrive; by kind, level and grid. */
import { api, emptyState, fmt, guard, h, label, labels, load, panel, t, table } from "../../lib.js";
import { chart } from "./charts.js";

let by = "kind";
let drills = false;

/** The tab. */
export function responses(period) {
  const el = h("div", { class: "stack" });
  const show = () => load(el, () => parts(period, show));
  show();
  return el;
}

async function parts(period, show) {
  const [curve, report] = await Promise.all([
    api.get("/v1/reports/responses/curve", { ...period, drills }),
    api.get("/v1/reports/incidents", { ...period, by, drills }),
  ]);
  const group = h("select", { class: "input", "aria-label": t("reports.by"), value: by, onchange: (event) => { by = event.target.value; show(); } },
    labels("incident_grouping").map(([value, word]) => h("option", { value, selected: value === by }, word)));
  const practice = h("label", { class: "check" }, h("input", { type: "checkbox", checked: drills, onchange: (event) => { drills = event.target.checked; show(); } }), h("span", {}, t("reports.drills")));
  const total = report.total;
  return [
    h("div", { class: "bar" }, group, practice, h("span", { class: "grow" }),
      h("button", { type: "button", class: "btn", onclick: guard(() => api.download("/v1/reports/incidents.xlsx", { ...period, by, drills }, "incidents.xlsx")) }, t("reports.xlsx"))),
    h("div", { class: "cards" },
      card(t("reports.reported"), fmt.number(total.reported), t("reports.open_closed", total)),
      card(t("reports.to_accept"), fmt.duration(total.to_accept.median_s), t("reports.p90", { time: fmt.duration(total.to_accept.p90_s) })),
      card(t("reports.to_arrive"), fmt.duration(total.to_arrive.median_s), t("reports.p90", { time: fmt.duration(total.to_arrive.p90_s) })),
      card(t("reports.to_close"), fmt.duration(total.to_close.median_s), t("reports.p90", { time: fmt.duration(total.to_close.p90_s) })),
      card(t("reports.unfilled"), fmt.number(total.unfilled), t("reports.unfilled_hint"))),
    curve.asked ? panel(t("reports.curve"), answered(curve)) : emptyState(t("reports.nobody_asked")),
    report.lines.length ? lines(report) : emptyState(t("reports.no_incidents")),
  ];
}

/** A figure with what it means. */
export function card(title, figure, hint) {
  return h("div", { class: "card" }, h("h2", { class: "small dim" }, title), h("p", { class: "big num" }, figure), h("p", { class: "small dim" }, hint ?? ""));
}

function answered(curve) {
  return h("div", { class: "grid-2" },
    chart({
      title: t("reports.curve_title"),
      kind: "line",
      labels: curve.curve.map((point) => fmt.duration(point.within_s)),
      series: [{ name: t("reports.accepted"), values: curve.curve.map((point) => point.share) }],
      unit: (value) => fmt.percent(value),
      max: 1,
    }),
    table({
      caption: t("reports.curve"),
      rows: ["to_accept", "to_leave", "to_arrive"].map((id) => ({ id, ...curve[id] })),
      columns: [
        { key: "id", title: t("reports.step"), text: (row) => t(`reports.step.${row.id}`) },
        { key: "count", title: t("reports.count"), class: "num" },
        { key: "median_s", title: t("reports.median"), class: "num", text: (row) => fmt.duration(row.median_s) },
        { key: "p90_s", title: t("reports.ninth"), class: "num", text: (row) => fmt.duration(row.p90_s) },
      ],
    }).el);
}

/** What a group's key is called. */
export function groupName(grouping, line) {
  if (line.label) return line.label;
  if (line.key === null) return t("reports.none");
  if (grouping === "kind") return label("incident_kind", line.key);
  return grouping === "colour" ? label("incident_colour", line.key) : line.key;
}

function lines(report) {
  const rows = report.lines.map((line, index) => ({ ...line, id: index, name: groupName(report.by, line) }));
  return h("div", { class: "stack" },
    chart({
      title: t("reports.by_group"),
      labels: rows.map((row) => row.name),
      series: [
        { name: t("reports.step.to_accept"), values: rows.map((row) => row.to_accept.median_s) },
        { name: t("reports.step.to_arrive"), values: rows.map((row) => row.to_arrive.median_s) },
      ],
      unit: (value) => fmt.duration(value),
    }),
    table({
      caption: t("reports.by_group"),
      rows,
      columns: [
        { key: "name", title: t("reports.group"), sort: true },
        ...["reported", "open", "closed", "cancelled", "unfilled", "asked", "accepted", "arrived"].map((key) => ({ key, title: t(`reports.${key}`), class: "num", sort: true })),
        ...["to_ask", "to_accept", "to_arrive", "to_close"].map((key) => ({ key, title: t(`reports.${key}`), class: "num", sort: (row) => row[key].median_s, text: (row) => fmt.duration(row[key].median_s) })),
      ],
    }).el);
}
