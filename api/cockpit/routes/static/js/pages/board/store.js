/** The board's incidents, kept up: every change is fetched as a row of the board, several in one request. */
import { api, can, live } from "../../lib.js";

const RANK = { red: 0, orange: 1, yellow: 2, blue: 3, white: 4 };
// Changes of one moment are fetched together; far below what anybody notices.
const GATHER_MS = 80;
// With no stream in sight the lists are shown all the same.
const PATIENCE_MS = 400;
const MOST_NAMED = 100;

/** Whether somebody at the desk must do something now. */
export function needsAttention(row, now) {
  return row.exhausted || row.calls_for_more > 0 || isOverdue(row, now);
}

export function isOverdue(row, now) {
  return row.due_at !== null && Date.parse(row.due_at) < now;
}

/** Gravest first; what waits for the desk counts as one and a half grades graver; then what is due soonest. */
export function urgency(row, now) {
  return RANK[row.colour] - (needsAttention(row, now) ? 1.5 : 0);
}

export class Incidents {
  constructor() {
    this.rows = new Map();
    this.skew = 0;
    this.loaded = false;
    this.listeners = { change: new Set(), red: new Set(), touched: new Set() };
    this.pending = new Set();
    this.timer = 0;
  }

  /** "change": rows differ; "red": one that was not red here before; "touched": (id, collection) of any change, id null for all. */
  on(kind, fn) {
    this.listeners[kind].add(fn);
    return () => this.listeners[kind].delete(fn);
  }

  say(kind, ...facts) {
    for (const fn of this.listeners[kind]) fn(...facts);
  }

  /** The server's clock, as well as this computer knows it: countdowns are the server's. */
  now() {
    return Date.now() + this.skew;
  }

  async load() {
    const board = await api.get("/v1/incidents/board");
    this.skew = Date.parse(board.now) - Date.now();
    const before = this.rows;
    this.rows = new Map(board.items.map((row) => [row.id, row]));
    if (this.loaded) {
      board.items.forEach((row) => this.hear(row, before.get(row.id)));
      this.say("touched", null, "incidents");
    }
    this.loaded = true;
    this.say("change");
  }

  /** Something of this incident has changed. */
  touch(id, collection = "incidents") {
    this.say("touched", id, collection);
    this.pending.add(id);
    this.timer ||= setTimeout(() => this.refresh(), GATHER_MS);
  }

  async refresh() {
    this.timer = 0;
    const ids = [...this.pending].slice(0, MOST_NAMED);
    ids.forEach((id) => this.pending.delete(id));
    try {
      const board = await api.get("/v1/incidents/board", { id: ids });
      this.skew = Date.parse(board.now) - Date.now();
      for (const row of board.items) {
        const before = this.rows.get(row.id);
        if (row.ended_at) this.rows.delete(row.id);
        else this.rows.set(row.id, row);
        this.hear(row, before);
      }
      this.say("change");
    } catch (error) {
      console.warn("board: refresh failed", error);
      ids.forEach((id) => this.pending.add(id));
    }
    if (this.pending.size) this.timer ||= setTimeout(() => this.refresh(), 1000);
  }

  hear(row, before) {
    if (row.colour === "red" && before?.colour !== "red" && !row.ended_at) this.say("red", row);
  }

  /** In the order of the list. */
  sorted(filter = () => true) {
    const now = this.now();
    const due = (row) => (row.due_at ? Date.parse(row.due_at) : Infinity);
    return [...this.rows.values()]
      .filter(filter)
      .map((row) => ({ row, grade: urgency(row, now), due: due(row) }))
      .sort((a, b) => a.grade - b.grade || a.due - b.due || (a.row.id < b.row.id ? -1 : 1))
      .map(({ row }) => row);
  }
}

/**
 * Follow the stream: incidents into `incidents`, people into `people` (GET /v1/duty/board and rows of the stream).
 * Resolves when the lists were there for the first time.
 */
export function follow(incidents, people, onPeople) {
  const seesPeople = can("duty.read");
  let first = null;
  let settle = null;
  const begun = new Promise((done) => (settle = done));
  const load = () => {
    const everybody = seesPeople && api.get("/v1/duty/board").then((board) => (people.load(board), onPeople()));
    first = Promise.all([incidents.load(), everybody]);
    first.then(settle, settle);
    return first;
  };
  const change = ({ scope, collection, id, incident_id: incidentId, row, op }) => {
    if (scope !== "station") return;
    if (collection === "duty") {
      if (op === "list" || !id) return void load();
      people.apply(id, op === "remove" ? null : row);
      onPeople();
    } else if (op === "list" || !(incidentId ?? id)) load();
    else incidents.touch(incidentId ?? id, collection);
  };
  live.follow(["incidents", "timelines", "dispatches", "duty"], { load, change });
  setTimeout(() => first ?? load(), PATIENCE_MS);
  return begun;
}
