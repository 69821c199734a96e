/** The wall of simulated phones: what arrived on each, and answering by hand. Only where stand-ins run. */
import { $, api, debounce, emptyState, fmt, guard, h, load, ready, replace, t, tag } from "../lib.js";
import { handOf } from "./phones/hand.js";

await ready();
const EVERY_MS = 3000;
const wall = $("#wall");
const cards = new Map();
let wanted = "";

await load(wall, async () => {
  const phones = await fetchPhones();
  return phones.length ? draw(phones) : emptyState(t("phones.empty"));
});
$("#filter").addEventListener("input", debounce((event) => {
  wanted = event.target.value.trim();
  sift();
}, 120));
setInterval(refresh, EVERY_MS);

async function fetchPhones() {
  return (await api.get("/cockpit/phones/messages")).phones;
}

async function refresh() {
  if (document.hidden) return;
  // One missed look is made up for by the next.
  const phones = await fetchPhones().catch(() => null);
  if (phones?.length) replace(wall, draw(phones));
}

/** One card per phone, kept from look to look, so that an answer under way stays where it is. */
function draw(phones) {
  const drawn = phones.map((phone) => {
    if (!cards.has(phone.person_id)) cards.set(phone.person_id, makeCard(phone));
    const card = cards.get(phone.person_id);
    card.show(phone.messages);
    return card.el;
  });
  queueMicrotask(sift);
  return drawn;
}

function makeCard(phone) {
  const screen = h("ul", { class: "list phone-screen", tabindex: 0, "aria-label": t("phones.screen", { name: phone.name }) });
  const hand = h("div", { class: "phone-hand" });
  const el = h(
    "article",
    { class: "phone", "aria-label": phone.name, dataset: { name: `${phone.name} ${phone.phone}` } },
    h("header", { class: "phone-head" }, h("h2", {}, phone.name), h("span", { class: "mono dim small" }, phone.phone)),
    screen,
    hand,
  );
  const owner = handOf(phone, fetchPhones, (nodes) => replace(hand, nodes, takeButton()));
  function takeButton() {
    return h("button", { type: "button", class: "btn btn-small", onclick: guard(() => owner.look()) }, t(owner.signedIn() ? "phones.look" : "phones.take"));
  }
  replace(hand, takeButton());
  let seen = "";
  return {
    el,
    show(messages) {
      const now = JSON.stringify(messages);
      if (now === seen) return;
      seen = now;
      replace(screen, messages.map(line));
    },
  };
}

function line(message) {
  return h(
    "li",
    { class: "phone-message", dataset: { kind: message.kind } },
    h("div", { class: "spread" }, tag(t(`phones.kind.${message.kind}`)), h("span", { class: "dim small" }, fmt.ago(new Date(message.at * 1000).toISOString()))),
    message.title ? h("strong", {}, message.title) : null,
    h("p", {}, message.kind === "call" ? t("phones.rang") : withLinks(message.body)),
  );
}

/** A text with its addresses to press, as a phone shows them. */
function withLinks(body) {
  return body.split(/(https?:\/\/[^\s，。]+)/).map((part, index) => (index % 2 ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part));
}

function sift() {
  for (const card of wall.children) if (card.dataset?.name) card.hidden = !card.dataset.name.includes(wanted);
}
