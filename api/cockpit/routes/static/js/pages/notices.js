import { $, api, can, colourMark, debounce, fmt, h, inLanguage, label, labels, linkButton, live, ready, replace, t, table } from "../lib.js";
import { noticeState } from "./notices/words.js";

await ready();

const filter = { state: "" };
const list = table({
  caption: t("notices.title"),
  filter: true,
  empty: t("notices.none"),
  load: (cursor) => api.get("/v1/station/notices", { ...filter, cursor, limit: 100 }),
  onRow: (row) => location.assign(`notice?id=${row.id}`),
  columns: [
    { key: "severity", title: t("notices.severity"), text: (row) => label("notice_severity", row.severity), cell: (row) => colourMark(row.severity, "notice_severity") },
    { key: "title", title: t("notices.words"), text: (row) => inLanguage({ zh: row.zh.title, en: row.en?.title || row.zh.title }), cell: (row) => h("a", { href: `notice?id=${row.id}` }, inLanguage({ zh: row.zh.title, en: row.en?.title || row.zh.title })) },
    { key: "category", title: t("common.kind"), text: (row) => label("notice_category", row.category) },
    { key: "state", title: t("common.state"), sort: true, text: (row) => label("notice_state", row.state), cell: (row) => noticeState(row.state) },
    { key: "recipients", title: t("notices.recipients"), class: "num", sort: true, text: (row) => (row.sent_at ? fmt.number(row.recipients) : row.expected === null ? "–" : `≈ ${fmt.number(row.expected)}`) },
    { key: "written_at", title: t("notices.written"), sort: true, text: (row) => fmt.short(row.written_at) },
    { key: "expires_at", title: t("notices.expires"), sort: true, text: (row) => fmt.short(row.expires_at) },
  ],
});
const state = h("select", { class: "input", "aria-label": t("common.state"), onchange: () => { filter.state = state.value; list.reload(); } },
  h("option", { value: "" }, t("notices.any_state")), labels("notice_state").map(([value, word]) => h("option", { value }, word)));
replace($("#notices"), h("div", { class: "stack" }, h("div", { class: "bar" }, state), list.el));
replace($("#actions"), can("notice.write") && linkButton(t("notices.write"), "notice", "primary"));
live.on(["notices"], debounce(() => list.reload(), 500));
