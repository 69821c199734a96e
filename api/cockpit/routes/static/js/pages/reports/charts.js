/** Charts that can also be read as a table, in the page's own colours. */
import "../../../vendor/chart.js";
import { h } from "../../lib.js";

const { Chart } = globalThis;
const drawn = new Set();
// A tab that was left before its chart came onto the page never shows it.
const MOST_FRAMES = 120;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const SERIES = ["accent", "yellow", "blue", "red", "grey"];

/** A chart in a figure. `series`: [{name, values, kind: "bar"|"line", axis}]; `unit(value)` writes a value. */
export function chart({ title, labels, series, kind = "bar", unit = String, stacked = false, max }) {
  const canvas = h("canvas", { role: "img", "aria-label": `${title}: ${spoken(labels, series, unit)}` });
  const el = h("figure", { class: "chart" }, h("figcaption", {}, title), h("div", { class: "chart-box" }, canvas));
  // A chart takes its size from the page, so it is drawn once it is on it.
  const wait = (left) => {
    if (canvas.isConnected) draw(canvas, { labels, series, kind, unit, stacked, max });
    else if (left) requestAnimationFrame(() => wait(left - 1));
  };
  wait(MOST_FRAMES);
  return el;
}

function draw(canvas, { labels, series, kind, unit, stacked, max }) {
  const text = colour("text-dim");
  const axis = { grid: { color: colour("line") }, ticks: { color: text } };
  const made = new Chart(canvas, {
    type: kind,
    data: {
      labels,
      datasets: series.map((one, index) => ({
        label: one.name,
        data: one.values,
        type: one.kind,
        backgroundColor: colour(SERIES[index % SERIES.length]),
        borderColor: colour(SERIES[index % SERIES.length]),
        borderWidth: 2,
        tension: 0.25,
        pointRadius: 3,
        maxBarThickness: 42,
        // Lines are told apart by more than their colour.
        borderDash: [[], [6, 4], [2, 3], [10, 4, 2, 4]][index % 4],
      })),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { display: series.length > 1, labels: { color: colour("text"), boxWidth: 14 } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${unit(item.parsed.y)}` } },
      },
      scales: { x: { ...axis, stacked }, y: { ...axis, stacked, beginAtZero: true, max, ticks: { color: text, callback: (value) => unit(value) } } },
    },
  });
  drawn.add({ canvas, made });
  for (const one of drawn) {
    if (one.canvas !== canvas && !one.canvas.isConnected) {
      one.made.destroy();
      drawn.delete(one);
    }
  }
}

function spoken(labels, series, unit) {
  return series.map((one) => `${one.name} ${labels.map((label, index) => `${label} ${unit(one.values[index] ?? 0)}`).join(", ")}`).join("; ");
}
