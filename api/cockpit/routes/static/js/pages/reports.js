import { $, can, h, param, ready, replace, setParam, stationToday, t, tabs } from "../lib.js";
import { costs } from "./reports/costs.js";
import { disputes } from "./reports/disputes.js";
import { months } from "./reports/months.js";
import { people } from "./reports/people.js";
import { responses } from "./reports/responses.js";

await ready();

const today = stationToday();
const period = {
  first: param("first") ?? `${today.slice(0, 8)}01`,
  last: param("last") ?? today,
};
const input = (name, word) =>
  h("input", { type: "date", class: "input", value: period[name], "aria-label": word, max: today, onchange: (event) => choose({ [name]: event.target.value }) });
const first = input("first", t("common.from"));
const last = input("last", t("common.until"));
const preset = h(
  "select",
  { class: "input", "aria-label": t("reports.period"), onchange: () => preset.value && choose(PRESETS[preset.value]()) },
  h("option", { value: "" }, t("reports.period")),
  ["today", "week", "month", "last_month", "quarter", "year"].map((name) => h("option", { value: name }, t(`reports.preset.${name}`))),
);

const PRESETS = {
  today: () => ({ first: today, last: today }),
  week: () => ({ first: stationToday(-6), last: today }),
  month: () => ({ first: `${today.slice(0, 8)}01`, last: today }),
  last_month: () => {
    const end = new Date(`${today.slice(0, 8)}01T00:00:00Z`).getTime() - 86_400_000;
    const text = new Date(end).toISOString().slice(0, 10);
    return { first: `${text.slice(0, 8)}01`, last: text };
  },
  quarter: () => ({ first: stationToday(-90), last: today }),
  year: () => ({ first: stationToday(-364), last: today }),
};

replace($("#period"), preset, first, h("span", { "aria-hidden": "true" }, "–"), last);
const pages = tabs([
  ["responses", t("reports.responses"), () => responses(period)],
  ["people", t("reports.people"), () => people(period)],
  ["months", t("reports.months"), () => months(period)],
  can("dispute.read") && ["disputes", t("reports.disputes"), () => disputes(period)],
  ["costs", t("reports.costs"), () => costs(period)],
].filter(Boolean));
replace($("#reports"), pages);

function choose(change) {
  Object.assign(period, change);
  if (!period.first || !period.last) return;
  first.value = period.first;
  last.value = period.last;
  setParam("first", period.first);
  setParam("last", period.last);
  pages.open(param("tab") ?? "responses");
}
