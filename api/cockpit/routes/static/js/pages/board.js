/** The board: one screen that sees the whole area, and works from it. */
import { $, can, guard, h, live, param, ready, replace, setParam, shortcut, t } from "../lib.js";
import { Alarm } from "./board/alarm.js";
import { Detail } from "./board/detail.js";
import { IncidentList } from "./board/list.js";
import { learnWords, forceWord } from "./board/people.js";
import { reportForm } from "./board/report.js";
import { makeScene } from "./board/scene.js";
import { Incidents, follow } from "./board/store.js";

const GROWS_MS = 10_000;

await ready();
const board = $("#board");
const side = $("#side");
const incidents = new Incidents();
const alarm = new Alarm({ onOpen: (id) => open(id) });
const list = new IncidentList(incidents, { onOpen: (id) => open(id) });
let scene = null;
let detail = null;
let report = null;
const mine = new Set();

replace($("#list"), alarm.el, bar(), list.el);
const following = follow(incidents, { load: (rows) => whenScene((it) => it.people.load(rows)), apply: (id, row) => scene?.people.apply(id, row) }, () => whenScene((it) => it.showPeople()));
const waiting = [];
scene = await makeScene($("#map"), incidents, { onOpen: (id) => open(id), onReport: (place) => startReport(place) });
learnWords().then(() => (scene.forceWord = forceWord));
waiting.splice(0).forEach((fn) => fn(scene));
await Promise.all([following, scene.loadGround().catch((error) => console.warn("board: no ground", error))]);
scene.showIncidents();
scene.frameAll();

incidents.on("red", (row) => mine.has(row.id) || alarm.ring(row));
incidents.on("change", () => alarm.keep(incidents.rows));
// One's own deeds are followed up where they are done.
incidents.on("touched", (id, what) => what !== "own" && detail && [null, detail.id].includes(id) && detail.touch());
setInterval(() => detail?.tick(), 500);
setInterval(grow, GROWS_MS);
setUpKeys();
live.onState((state) => (board.dataset.live = state));
if (param("id")) open(param("id"));
// Everything that is needed to work is on the screen: read by the measurements.
performance.mark("board-usable");
board.dataset.ready = "true";

/** Time alone makes things overdue and places old. */
function grow() {
  list.show();
  scene.showIncidents();
  scene.showPeople();
}

function whenScene(fn) {
  if (scene) fn(scene);
  else waiting.push(fn);
}

function bar() {
  const view = (name) => h("button", { type: "button", class: "btn btn-plain narrow-only", dataset: { view: name }, onclick: () => show(name) }, t(`board.view.${name}`));
  return h(
    "div",
    { class: "bar board-bar" },
    h("h1", {}, t("board.title")),
    h("span", { class: "grow" }),
    view("list"),
    view("map"),
    alarm.button,
    can("incident.report") && h("button", { type: "button", class: "btn btn-primary", onclick: guard(() => startReport(null)) }, t("board.new")),
  );
}

/** On a telephone one thing is on the screen at a time. */
function show(name) {
  board.dataset.view = name;
}

function open(id) {
  alarm.seen(id);
  if (detail?.id === id) return detail.el.scrollIntoView({ block: "nearest" });
  leaveReport();
  detail = new Detail(id, { incidents, onClose: () => close() });
  setParam("id", id);
  replace(side, detail.el);
  side.hidden = false;
  board.dataset.view = "side";
  list.select(id);
  scene?.select(id);
  return detail.open();
}

function close() {
  leaveReport();
  const id = detail?.id;
  detail = null;
  setParam("id", null);
  replace(side);
  side.hidden = true;
  if (board.dataset.view === "side") show("list");
  list.select(null);
  scene.select(null);
  // Back to where the keyboard was.
  list.cells.get(id)?.button.focus();
}

async function startReport(place) {
  // What was typed stays when only the place is another one.
  if (report && place) return pick(place);
  detail = null;
  setParam("id", null);
  list.select(null);
  scene.select(null);
  const from = place ?? scene.map.fromMap(scene.map.map.getCenter());
  scene.showPin(place);
  report = await reportForm({
    place: from,
    onPlace: (typed) => {
      scene.showPin(typed);
      scene.map.lookAt(typed.lat, typed.lon);
    },
    onOpen: (id) => open(id),
    onCancel: () => close(),
    onFiled: (filed) => {
      mine.add(filed.id);
      incidents.touch(filed.id, "own");
      open(filed.id);
    },
  });
  replace(side, h("article", { class: "panel report" }, report.el));
  side.hidden = false;
  board.dataset.view = "side";
  scene.picking = pick;
  report.focus();
}

function pick(place) {
  report.setPlace(place);
  scene.showPin(place);
}

function leaveReport() {
  report = null;
  if (!scene) return;
  scene.picking = null;
  scene.showPin(null);
}

function setUpKeys() {
  shortcut("j", t("board.key.next"), () => list.move(1));
  shortcut("k", t("board.key.previous"), () => list.move(-1));
  if (can("incident.report")) shortcut("n", t("board.key.new"), () => startReport(null));
  shortcut("d", t("board.key.dispatch"), () => detail?.detail && detail.canDispatch() && detail.showPreview());
  shortcut("m", t("board.key.mute"), () => alarm.toggle());
  shortcut("a", t("board.key.all"), () => scene.frameAll());
  shortcut("Escape", t("board.key.close"), () => close());
}
