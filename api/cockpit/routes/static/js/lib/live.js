/** What changes in the station, as it happens: server-sent events, and long polling where a proxy holds them back. */
import { createParser } from "../../vendor/eventsource-parser.js";
import { settings } from "./facts.js";
import { accessToken, dropToken } from "./session.js";

// The server says something every 15 s; a line that says nothing for so long is dead, whatever the network claims.
const SILENCE_MS = 45_000;
const HELLO_MS = 12_000;
const LONGEST_PAUSE_MS = 30_000;
// After so many streams in a row that never said hello, something on the way does not pass streams on.
const STREAMS_BEFORE_POLLING = 2;

const followers = new Set();
const watchers = new Set();
let state = "off";
let running = false;
let last = null;
let pauseMs = 2500;
let helloless = 0;
let stopper = null;

function become(next) {
  if (state === next) return;
  state = next;
  for (const fn of watchers) fn(state);
}

/** One page's interest: loads when connected, again after a reset, and gets every change in between and after. */
class Follower {
  constructor(collections, { load, change }) {
    this.collections = new Set(collections);
    this.load = load;
    this.change = change;
    this.buffer = null;
    this.loaded = false;
    this.again = false;
  }

  async fetch() {
    if (this.buffer) {
      this.again = true;
      return;
    }
    this.buffer = [];
    try {
      await this.load?.();
      this.loaded = true;
    } catch (error) {
      console.warn("live: load failed", error);
    }
    const held = this.buffer;
    this.buffer = null;
    if (this.again) {
      this.again = false;
      await this.fetch();
      return;
    }
    held.forEach((change) => this.change?.(change));
  }

  take(change) {
    if (!this.collections.has("*") && !this.collections.has(change.collection)) return;
    if (this.buffer) this.buffer.push(change);
    else if (this.loaded) this.change?.(change);
  }
}

export const live = {
  /** "off", "connecting", "open", "polling", "lost" (trying again) or "replaced" (another window has taken the place). */
  get state() {
    return state;
  },

  /** Call `fn(state)` now and at every change. */
  onState(fn) {
    watchers.add(fn);
    fn(state);
    return () => watchers.delete(fn);
  },

  /** Load lists and keep them up: `load()` fetches, `change({scope, collection, id, op, row})` applies. Returns off(). */
  follow(collections, { load, change }) {
    const one = new Follower(collections, { load, change });
    followers.add(one);
    if (state === "open" || state === "polling") one.fetch();
    else {
      start();
      // Lists are shown whether or not there is a stream.
      setTimeout(() => one.loaded || one.buffer || one.fetch(), 2000);
    }
    return () => followers.delete(one);
  },

  /** Only changes, nothing to load. */
  on(collections, fn) {
    return live.follow([collections].flat(), { change: fn });
  },

  /** Take the place back after "replaced". */
  resume: () => start(),

  /** Cut the line; for tests and for pages that go. */
  stop() {
    running = false;
    stopper?.abort();
  },
};

function start() {
  if (running) return;
  running = true;
  run();
}

async function run() {
  become("connecting");
  while (running) {
    const outcome = await (helloless >= STREAMS_BEFORE_POLLING ? poll() : stream());
    if (!running) break;
    if (outcome === "replaced" || outcome === "gone") {
      running = false;
      become("replaced");
      return;
    }
    if (outcome !== "again") become("lost");
    await rest(outcome === "again" ? pauseMs * Math.random() : undefined);
  }
  become("off");
}

let failures = 0;
function rest(ms) {
  failures = ms === undefined ? failures + 1 : 0;
  const wait = ms ?? Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** Math.min(failures - 1, 4) * (0.5 + Math.random()));
  return new Promise((done) => {
    const timer = setTimeout(done, wait);
    // A network that comes back need not wait for the clock.
    addEventListener("online", () => (clearTimeout(timer), done()), { once: true });
  });
}

async function request(path, headers, signal) {
  const token = await accessToken();
  const more = { Authorization: `Bearer ${token}`, "Accept-Language": settings.language, ...headers };
  const answer = await fetch(settings.stream + path, { headers: more, signal, cache: "no-store" });
  if (answer.status === 401) dropToken();
  return answer;
}

/** One stream until it ends: "again" (go on at once), "failed", "replaced". */
async function stream() {
  stopper = new AbortController();
  let outcome = "failed";
  let greeted = false;
  let timer = setTimeout(() => stopper.abort(), HELLO_MS);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stopper.abort(), greeted ? SILENCE_MS : HELLO_MS);
  };
  const parser = createParser({
    onRetry: (ms) => (pauseMs = ms),
    onEvent: ({ event, data, id }) => {
      if (id) last = id;
      if (event === "hello") greeted = true;
      outcome = take(event, JSON.parse(data)) ?? outcome;
    },
  });
  try {
    const answer = await request("", { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) }, stopper.signal);
    if (!answer.ok) return answer.status === 401 ? "again" : "failed";
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      alive();
      parser.feed(value);
    }
  } catch {
    // Aborted by us, or the line broke: both are met by coming again.
  } finally {
    clearTimeout(timer);
    helloless = greeted ? 0 : helloless + 1;
  }
  return outcome;
}

/** Long polls until one fails. */
async function poll() {
  stopper = new AbortController();
  try {
    for (;;) {
      const path = `/poll?wait_s=25${last ? `&after=${encodeURIComponent(last)}` : ""}`;
      const answer = await request(path, {}, stopper.signal);
      if (!answer.ok) return answer.status === 401 ? "again" : "failed";
      const page = await answer.json();
      for (const one of page.events) {
        const outcome = take(one.event, one.data, "polling");
        if (outcome) return outcome;
      }
      last = page.after;
      become("polling");
    }
  } catch {
    return "failed";
  }
}

/** Act on one event; returns the stream's outcome when it is its last. */
function take(event, data, open = "open") {
  if (event === "hello") {
    become(open);
    if (!data.resumed) followers.forEach((one) => one.fetch());
    else followers.forEach((one) => one.loaded || one.fetch());
  } else if (event === "reset") followers.forEach((one) => one.fetch());
  else if (event === "change") followers.forEach((one) => one.take(data));
  else if (event === "end") {
    if (data.reason === "token_expired" || data.reason === "session_ended") dropToken();
    return data.reason === "replaced" ? "replaced" : "again";
  }
  return undefined;
}

// A page that is left lets the line go; one that comes back out of the browser's memory takes it up again.
addEventListener("pagehide", () => stopper?.abort());
addEventListener("pageshow", (event) => event.persisted && followers.size && start());
