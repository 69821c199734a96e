/** Holding one simulated phone: it signs in by the code that arrives on it, and answers over the API as an app does. */
import { Problem, complain, fmt, guard, h, label, labels, newKey, settings, t, tag } from "../../lib.js";

const CODE = /(?<!\d)\d{6}(?!\d)/;
const CODE_WITHIN_MS = 90_000;
const MOST = 3;
/** What may be done in a state of an offer: the API's verb, and whether it asks for a reason or a report. */
const STEPS = {
  offered: ["accept", "decline"],
  silent: ["accept"],
  accepted: ["depart", "drop-out"],
  on_the_way: ["arrive", "drop-out"],
  arrived: ["finish"],
  done: ["feedback"],
};

/** {look(), signedIn()}; `show(nodes)` puts what can be answered under the phone's screen. */
export function handOf(phone, fetchPhones, show) {
  let token = null;

  async function call(method, path, body, key) {
    const headers = { "Accept-Language": settings.language };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const content = answer.status === 204 ? null : await answer.json();
    if (answer.status === 401) token = null;
    if (!answer.ok) throw new Problem(answer.status, content);
    return content;
  }

  async function signIn() {
    const before = new Set((await texts()).map(nameOf));
    await call("POST", "/v1/sign-in/code", { phone: phone.phone });
    const until = Date.now() + CODE_WITHIN_MS;
    for (;;) {
      const fresh = (await texts()).find((text) => !before.has(nameOf(text)) && CODE.test(text.body));
      if (fresh) {
        const proof = { phone: phone.phone, code: CODE.exec(fresh.body)[0], device_label: "phone wall" };
        token = (await call("POST", "/v1/sign-in/code/verify", proof)).access_token;
        return;
      }
      if (Date.now() > until) throw new Problem(0, { title: t("phones.no_code") });
      await new Promise((done) => setTimeout(done, 1000));
    }
  }

  async function texts() {
    const found = (await fetchPhones()).find((one) => one.person_id === phone.person_id);
    return (found?.messages ?? []).filter((message) => message.kind === "text");
  }

  async function look() {
    if (!token) {
      show(h("p", { class: "dim small", role: "status" }, t("phones.signing_in")));
      await signIn().catch((error) => {
        show(null);
        throw error;
      });
    }
    const { items } = await call("GET", "/v1/offers");
    const open = [];
    for (const offer of items.filter((each) => each.state in STEPS).slice(0, MOST)) {
      // Whether the report is written, only the offer itself says.
      const report = offer.state === "done" ? (await call("GET", `/v1/offers/${offer.id}`)).feedback : null;
      if (!report || report.state === "returned") open.push(offer);
    }
    show(open.length ? open.map(offerBox) : h("p", { class: "dim small" }, t("phones.no_offers")));
  }

  function offerBox(offer) {
    const reason = offer.state === "done" ? pick(t("phones.outcome"), "feedback_outcome") : null;
    const press = (step) =>
      guard(async () => {
        try {
          await call("POST", `/v1/offers/${offer.id}/${step}`, bodyOf(step, reason?.value), newKey());
        } catch (error) {
          complain(error);
        }
        await look();
      });
    return h(
      "div",
      { class: "card" },
      h("div", { class: "row" }, tag(label("offer_state", offer.state), "info"), h("span", {}, label("incident_kind", offer.kind)), h("span", { class: "dim small" }, fmt.distance(offer.distance_m))),
      reason,
      h("div", { class: "row" }, STEPS[offer.state].map((step, index) => h("button", { type: "button", class: `btn btn-small btn-${index ? "plain" : "primary"}`, onclick: press(step) }, t(`phones.step.${step}`)))),
    );
  }

  return { look, signedIn: () => Boolean(token) };
}

function nameOf(text) {
  return `${text.stand_in} ${text.at}`;
}

function pick(words, vocabulary) {
  return h("select", { class: "input", "aria-label": words }, labels(vocabulary).map(([value, word]) => h("option", { value }, word)));
}

function bodyOf(step, outcome) {
  if (step === "decline" || step === "drop-out") return { reason: "other" };
  if (step === "feedback") return { outcome, text: t("phones.report") };
  return {};
}
