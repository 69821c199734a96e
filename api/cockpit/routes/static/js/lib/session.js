/** Who is signed in. The access token lives in this module's memory; the refresh token in a cookie no script can read. */
import { settings } from "./facts.js";

const MARK = { "X-Gridloop-Cockpit": "1" };
// Renewed this long before its end, so that no request meets an expired one.
const SPARE_MS = 60_000;
let access = null;
let goodUntil = 0;
let refreshing = null;
let person = null;
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("gridloop-cockpit") : null;
tabs?.addEventListener("message", (event) => {
  if (event.data === "signed-out") toSignIn();
});

/** Open a session; throws the answer's problem document. */
export async function signIn(username, password, totp) {
  const body = JSON.stringify({ username, password, totp, device_label: "cockpit" });
  const headers = { ...MARK, "Content-Type": "application/json", "Accept-Language": settings.language };
  const answer = await fetch("/cockpit/session", { method: "POST", headers, body });
  if (!answer.ok) throw Object.assign(new Error("sign-in"), { answer, problem: await answer.json().catch(() => null) });
  take(await answer.json());
}

/** A token that is good for the next request; goes to the sign-in page when there is none to be had. */
export async function accessToken() {
  if (access && Date.now() < goodUntil - SPARE_MS) return access;
  refreshing ??= refresh().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Forget the token: the server has just said that it does not count. */
export function dropToken() {
  access = null;
}

async function refresh() {
  for (let tries = 0; ; tries += 1) {
    let answer = null;
    try {
      answer = await fetch("/cockpit/session/refresh", { method: "POST", headers: MARK });
    } catch {
      // No network at this moment; the caller's own request would fail the same way.
    }
    if (answer?.ok) return take(await answer.json());
    if (answer?.status === 401) {
      toSignIn();
      return new Promise(() => {});
    }
    if (tries >= 4) throw new TypeError("no connection");
    await new Promise((done) => setTimeout(done, 400 * 2 ** tries));
  }
}

function take(answer) {
  access = answer.access_token;
  goodUntil = Date.now() + answer.expires_in * 1000;
  return access;
}

/** Where this page shall be gone on with after signing in. */
function toSignIn() {
  if (location.pathname === "/cockpit/sign-in") return;
  const here = location.pathname + location.search;
  location.assign(`/cockpit/sign-in?next=${encodeURIComponent(here)}`);
}

/** Keep who is signed in, for `can` and the pages. */
export function setPerson(found) {
  person = found;
}

/** The signed-in person, once known. */
export function me() {
  return person;
}

/** Whether this session may do something; the API decides, this only spares a refusal. */
export function can(permission) {
  return Boolean(person?.permissions.includes(permission));
}

/** End the session here and in every tab of this browser. */
export async function signOut() {
  const token = await accessToken();
  await fetch("/v1/sign-out", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  await fetch("/cockpit/session", { method: "DELETE", headers: MARK });
  access = null;
  sessionStorage.clear();
  tabs?.postMessage("signed-out");
  location.assign("/cockpit/sign-in");
}
