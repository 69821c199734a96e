/** The public API, as any other client calls it. */
import { settings } from "./facts.js";
import { accessToken, dropToken } from "./session.js";
import { inLanguage, t } from "./words.js";

/** A refusal: `message` in the reader's language, `issues` = [{pointer, text}]. */
export class Problem extends Error {
  constructor(status, document, retryAfter = null) {
    super(inLanguage(document?.text) || document?.title || t("common.no_answer"));
    this.name = "Problem";
    this.status = status;
    this.code = document?.code ?? "no_answer";
    this.facts = document?.facts ?? {};
    this.requestId = document?.request_id ?? "";
    this.retryAfter = retryAfter;
    this.issues = (document?.errors ?? []).map((one) => ({ pointer: one.pointer, code: one.code, text: inLanguage(one) }));
  }
}

const REPEATS = new Set([429, 502, 503, 504]);
const MOST_TRIES = 3;

/** One request, signed in; repeated by itself where that is safe. Returns the Response, throws a Problem. */
export async function send(method, path, { query, body, form, version, key, headers: more, signal } = {}) {
  const address = path + queryText(query);
  const headers = { "Accept-Language": settings.language, ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  // The same key on every try of one call: a request whose answer was lost has one effect.
  if (method === "POST") headers["Idempotency-Key"] = key ?? newKey();
  const payload = form ?? (body === undefined ? undefined : JSON.stringify(body));
  const maySendAgain = method !== "PATCH";
  let renewed = false;
  for (let tries = 1; ; tries += 1) {
    headers.Authorization = `Bearer ${await accessToken()}`;
    let answer;
    try {
      answer = await fetch(address, { method, headers, body: payload, signal });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      if (tries >= MOST_TRIES || !maySendAgain) throw new Problem(0, { title: t("common.no_connection"), code: "no_connection" });
      await pause(300 * 2 ** tries);
      continue;
    }
    if (answer.ok) return answer;
    if (answer.status === 401 && !renewed) {
      renewed = true;
      dropToken();
      continue;
    }
    const wait = Number(answer.headers.get("Retry-After")) || null;
    if (REPEATS.has(answer.status) && tries < MOST_TRIES && maySendAgain && (wait ?? 1) <= 3) {
      await pause((wait ?? 1) * 1000);
      continue;
    }
    throw new Problem(answer.status, await answer.json().catch(() => null), wait);
  }
}

/** crypto.randomUUID is only there over https and on this machine; a station's own network may have neither. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

function queryText(query) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of [value].flat()) parts.append(name, String(one));
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}

async function read(answer) {
  if (answer.status === 204) return null;
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

async function call(method, path, options) {
  return read(await send(method, path, options));
}

export const api = {
  get: (path, query, options) => call("GET", path, { query, ...options }),
  post: (path, body = {}, options) => call("POST", path, { body, ...options }),
  put: (path, body, options) => call("PUT", path, { body, ...options }),
  patch: (path, body, options) => call("PATCH", path, { body, ...options }),
  del: (path, options) => call("DELETE", path, options),
  upload: (path, form, options) => call("POST", path, { form, ...options }),

  /** The body and the version (ETag) to give back with a change. */
  async tagged(path, query) {
    const answer = await send("GET", path, { query });
    const found = /"(\d+)"/.exec(answer.headers.get("ETag") ?? "");
    return { body: await read(answer), version: found ? Number(found[1]) : undefined };
  },

  /** Every item of every page of a list, one after the other. */
  async *pages(path, query = {}) {
    let cursor;
    do {
      const page = await call("GET", path, { query: { ...query, cursor } });
      yield* page.items;
      cursor = page.next_cursor;
    } while (cursor);
  },

  /** Every item of every page, up to `most`. */
  async all(path, query = {}, most = 5000) {
    const items = [];
    for await (const item of api.pages(path, { limit: 200, ...query })) {
      items.push(item);
      if (items.length >= most) break;
    }
    return items;
  },

  /** An address for <img>; give it to URL.revokeObjectURL when done. */
  async blobUrl(path, query) {
    return URL.createObjectURL(await (await send("GET", path, { query })).blob());
  },

  /** Save a file; its name is the server's, else `name`. */
  async download(path, query, name) {
    const answer = await send("GET", path, { query });
    const said = /filename\*=UTF-8''([^;]+)|filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = said ? decodeURIComponent(said[1] ?? said[2]) : name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  },
};
