/** A notice on its way: who may approve it, who has it, who has read it, who has not. */
import {
  api, ask, can, colourMark, facts, fmt, guard, h, inLanguage, label, linkButton, panel, personName, replace, t, table, toast,
} from "../../lib.js";
import { noticeState } from "./words.js";

/** Fill the page; returns the heading. */
export async function follow(body, { item, version, reload }, me) {
  const sent = ["sending", "sent", "withdrawn", "expired"].includes(item.state);
  const [writer, receipts, areas] = await Promise.all([
    personName(item.written_by),
    sent ? api.get(`/v1/station/notices/${item.id}/receipts`) : null,
    sent ? api.get(`/v1/station/notices/${item.id}/receipts/areas`) : null,
  ]);
  replace(body, h("div", { class: "grid-2" },
    panel(t("notices.words"),
      h("h3", {}, item.zh.title), h("p", { class: "words" }, item.zh.body),
      item.en ? [h("h3", { lang: "en" }, item.en.title), h("p", { class: "words", lang: "en" }, item.en.body)] : null,
      facts([
        [t("common.kind"), label("notice_category", item.category)],
        [t("notices.meant"), meant(item)],
        [t("notices.writer"), writer],
        [t("notices.written"), fmt.time(item.written_at)],
        [t("notices.expires"), fmt.time(item.expires_at)],
        [t("notices.expected"), item.expected === null ? null : fmt.number(item.expected)],
      ])),
    receipts ? panel(t("notices.receipts"), progress(receipts)) : null,
    areas?.items.length ? panel(t("notices.by_grid"), gridTable(areas.items)) : null,
    receipts && receipts.read < receipts.recipients ? panel(t("notices.unread"), unread(item)) : null));
  return [
    h("div", { class: "bar" }, linkButton("←", "notices"), h("h1", {}, inLanguage({ zh: item.zh.title, en: item.en?.title || item.zh.title })),
      colourMark(item.severity, "notice_severity"), noticeState(item.state)),
    h("div", { class: "bar" }, actions(item, version, reload, me)),
  ];
}

function meant(item) {
  const where = item.whole_station ? t("notices.whole_station") : [item.unit_ids.length ? t("notices.n_grids", { n: item.unit_ids.length }) : null, item.has_area ? t("notices.drawn") : null].filter(Boolean).join(" + ");
  return [where, item.forces.length ? t("notices.n_forces", { n: item.forces.length }) : null, item.on_duty_only ? t("notices.on_duty_only") : null].filter(Boolean).join(" · ");
}

function actions(item, version, reload, me) {
  const decide = (decision) => guard(async () => {
    await api.post(`/v1/station/notices/${item.id}/decision`, { decision }, { version });
    toast(t(decision === "approve" ? "notices.goes_out" : "notices.rejected"), "good");
    await reload();
  });
  const withdraw = guard(async () => {
    if (!(await ask(t("notices.withdraw_sure"), { danger: true, yes: t("notices.withdraw") }))) return;
    await api.post(`/v1/station/notices/${item.id}/withdraw`, undefined, { version });
    await reload();
  });
  const mayDecide = item.state === "awaiting" && can("notice.approve");
  const isOwn = item.submitted_by === me.id;
  return [
    mayDecide && !isOwn ? h("button", { type: "button", class: "btn btn-primary", onclick: decide("approve") }, t("notices.approve")) : null,
    mayDecide && !isOwn ? h("button", { type: "button", class: "btn btn-danger", onclick: decide("reject") }, t("notices.reject")) : null,
    item.state === "awaiting" && isOwn ? h("p", { class: "dim" }, t("notices.second_person")) : null,
    ["awaiting", "sending", "sent"].includes(item.state) && can("notice.write") ? h("button", { type: "button", class: "btn", onclick: withdraw }, t("notices.withdraw")) : null,
  ];
}

const STEPS = ["waiting", "sent", "summed_up", "delivered", "read", "not_reached"];

function progress(receipts) {
  const share = (n) => (receipts.recipients ? n / receipts.recipients : 0);
  return h("div", { class: "stack" },
    h("p", { class: "big num" }, t("notices.read_of", { read: fmt.number(receipts.read), recipients: fmt.number(receipts.recipients) })),
    STEPS.map((step) => h("div", { class: "meter-row" }, h("span", {}, t(`notices.step.${step}`)),
      h("meter", { min: 0, max: 1, value: share(receipts[step]), "aria-label": t(`notices.step.${step}`) }),
      h("span", { class: "num" }, fmt.number(receipts[step])))));
}

function gridTable(areas) {
  const rows = areas.map((area) => ({ ...area.progress, id: area.grid_id ?? "none", name: area.name ? `${area.code} ${area.name}` : t("notices.no_grid") }));
  return table({
    caption: t("notices.by_grid"),
    rows,
    columns: [
      { key: "name", title: t("common.grid"), sort: true },
      { key: "recipients", title: t("notices.recipients"), class: "num", sort: true },
      { key: "read", title: t("notices.step.read"), class: "num", sort: true },
      { key: "not_reached", title: t("notices.step.not_reached"), class: "num", sort: true },
    ],
  }).el;
}

function unread(item) {
  return table({
    caption: t("notices.unread"),
    filter: true,
    rowKey: (row) => row.person_id,
    load: (cursor) => api.get(`/v1/station/notices/${item.id}/unread`, { cursor, limit: 100 }),
    columns: [
      { key: "name", title: t("common.name") },
      { key: "grid_code", title: t("common.grid"), sort: true },
      { key: "state", title: t("common.state"), text: (row) => label("message_state", row.state) },
    ],
  }).el;
}
