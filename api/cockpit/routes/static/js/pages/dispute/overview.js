/** Who, what, where, and why it has its colour. */
import { can, facts, fmt, guard, h, inLanguage, label, panel, personName, replace, t, tag, api } from "../../lib.js";

/** The first tab: follows the case while it is open. */
export function overview(shown) {
  const el = h("div", { class: "grid-2" });
  const draw = () => el.isConnected || !el.childElementCount ? replace(el, parts(shown)) : removeEventListener("case", draw);
  addEventListener("case", draw);
  draw();
  return el;
}

function parts({ item, code }) {
  return [
    panel(t("dispute.facts"),
      item.masked ? h("p", { class: "dim" }, t("dispute.masked")) : null,
      item.summary ? h("p", {}, item.summary) : null,
      facts([
        [t("disputes.category"), code("category", item.category)],
        [t("disputes.source"), code("source", item.source)],
        [t("disputes.scale"), code("scale", item.scale)],
        [t("common.place"), item.address],
        [t("common.grid"), item.unit_name],
        [t("disputes.amount"), item.amount && fmt.number(Number(item.amount), 2)],
        [t("dispute.people"), item.people_count],
        [t("dispute.occurred"), item.occurred_at && fmt.time(item.occurred_at)],
        [t("disputes.reported"), fmt.time(item.reported_at)],
        [t("dispute.accepted"), item.accepted_at && fmt.time(item.accepted_at)],
        [t("dispute.settled"), item.settled_at && fmt.time(item.settled_at)],
        [t("dispute.closed"), item.closed_at && fmt.time(item.closed_at)],
        [t("dispute.resolution"), item.resolution],
        [t("dispute.lead"), item.lead_id && named(item.lead_id)],
      ]),
      item.incident_id ? h("a", { class: "btn btn-small", href: `board?id=${item.incident_id}` }, t("dispute.incident")) : null),
    panel(t("dispute.why", { score: item.score }),
      item.by_hand ? h("p", {}, tag(t("dispute.by_hand"), "info")) : null,
      h("ul", { class: "list" }, item.reasons.map((one) =>
        h("li", { class: "spread" }, h("span", {}, reason(one.reason), one.evidence ? h("span", { class: "dim small" }, ` ${one.evidence}`) : null), h("span", { class: "num" }, `+${one.weight}`)))),
      item.history ? h("p", {}, inLanguage(item.history)) : null),
    panel(t("disputes.parties"), h("ul", { class: "list" }, item.parties.map((one) => party(one))), clear(item)),
  ];
}

function reason(name) {
  const word = label("risk_sign", name);
  return word === name ? t(`dispute.reason.${name}`) : word;
}

function named(personId) {
  const el = h("span", {}, "…");
  personName(personId).then((name) => (el.textContent = name ?? "–"));
  return el;
}

function party(one) {
  return h("li", { class: "stack" },
    h("span", { class: "row" }, tag(label("party_role", one.role)), h("strong", {}, one.name), one.minor ? tag(t("dispute.minor"), "warn") : null),
    h("span", { class: "dim small" }, [one.phone, one.address, one.workplace].filter(Boolean).join(" · ")));
}

/** Names in clear are a look that goes into the trail, so it is a click and not the page. */
function clear(item) {
  if (!item.parties.some((one) => one.masked) || !can("dispute.edit")) return null;
  const box = h("div");
  const look = guard(async () => {
    const { items } = await api.get(`/v1/disputes/${item.id}/parties`);
    replace(box, h("ul", { class: "list" }, items.map((one) => party(one))));
  });
  return h("div", { class: "stack" }, h("div", { class: "row" }, h("button", { type: "button", class: "btn btn-small", onclick: look }, t("dispute.in_clear")), h("span", { class: "dim small" }, t("dispute.audited"))), box);
}
