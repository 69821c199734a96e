/** Times in the station's zone, numbers and amounts in the reader's language. */
import { settings } from "./facts.js";
import { h } from "./dom.js";
import { t } from "./words.js";

const language = settings.language;
const timeZone = settings.zone;
const shapes = {
  time: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { year: "numeric", month: "2-digit", day: "2-digit" },
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  short: { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const formats = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [name, new Intl.DateTimeFormat(language, { timeZone, ...shape })]),
);
const parts = new Intl.DateTimeFormat("en-CA", { timeZone, ...shapes.time, second: "2-digit" });

function as(name) {
  return (iso) => (iso ? formats[name].format(new Date(iso)) : "–");
}

/** `1 h 05 min`, in words of the language. */
function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.round(Math.abs(seconds));
  if (whole < 60) return t("common.seconds", { n: whole });
  if (whole < 600 && whole % 60) return t("common.minutes_seconds", { m: Math.floor(whole / 60), s: whole % 60 });
  if (whole < 3600) return t("common.minutes", { n: Math.floor(whole / 60) });
  if (whole < 48 * 3600) return t("common.hours", { n: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60) });
  return t("common.days", { n: Math.floor(whole / 86400) });
}

/** A <time> which says how long ago, or in how long, and goes on saying so. */
function ago(iso) {
  if (!iso) return "–";
  const element = h("time", { datetime: iso, title: formats.time.format(new Date(iso)), class: "ago" });
  tick(element);
  return element;
}

function tick(element) {
  const seconds = (Date.now() - new Date(element.dateTime)) / 1000;
  const words = duration(seconds);
  const said = Math.abs(seconds) < 5 ? t("common.now") : t(seconds > 0 ? "common.ago" : "common.ahead", { time: words });
  if (element.textContent !== said) element.textContent = said;
}
setInterval(() => document.querySelectorAll("time.ago").forEach(tick), 5000);

export const fmt = {
  time: as("time"),
  day: as("day"),
  clock: as("clock"),
  second: as("second"),
  short: as("short"),
  ago,
  duration,
  number: (n, digits = 0) =>
    n === null || n === undefined ? "–" : n.toLocaleString(language, { maximumFractionDigits: digits }),
  percent: (part, digits = 0) =>
    part === null || part === undefined
      ? "–"
      : part.toLocaleString(language, { style: "percent", maximumFractionDigits: digits }),
  distance: (m) =>
    m === null || m === undefined ? "–" : m < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(m < 10_000 ? 1 : 0)} km`,
  money: (amount, currency) => `${Number(amount).toLocaleString(language, { minimumFractionDigits: 2 })} ${currency}`,
  bytes: (n) => (n < 1024 ? `${n} B` : n < 1 << 20 ? `${Math.round(n / 1024)} KB` : `${(n / (1 << 20)).toFixed(1)} MB`),
};

function offsetOf(moment) {
  const found = Object.fromEntries(parts.formatToParts(moment).map((part) => [part.type, part.value]));
  const wall = Date.UTC(found.year, found.month - 1, found.day, found.hour % 24, found.minute, found.second);
  return wall - Math.floor(moment.getTime() / 1000) * 1000;
}

/** `2026-01-31T08:30` as a clock in the station shows it -> ISO with its offset. */
export function fromStationTime(text) {
  if (!text) return undefined;
  const asUtc = new Date(`${text.length === 16 ? `${text}:00` : text}Z`);
  return new Date(asUtc.getTime() - offsetOf(asUtc)).toISOString();
}

/** An instant as <input type="datetime-local"> wants it, in the station's zone. */
export function toStationTime(iso) {
  if (!iso) return "";
  const moment = new Date(iso);
  return new Date(moment.getTime() + offsetOf(moment)).toISOString().slice(0, 16);
}

/** Today in the station: `2026-01-31`. */
export function stationToday(days = 0) {
  return toStationTime(new Date(Date.now() + days * 86_400_000).toISOString()).slice(0, 10);
}
