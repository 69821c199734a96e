/** Who answers, and who never does. */
import { api, fmt, guard, h, t, table } from "../../lib.js";
import { vocabulary } from "../people/vocabulary.js";

/** The tab. */
export function people(period) {
  const filter = { silent: false };
  const el = h("div", { class: "stack" });
  vocabulary().then((words) => {
    const list = table({
      caption: t("reports.people"),
      filter: true,
      empty: t("reports.nobody_asked"),
      rowKey: (row) => row.member_id,
      load: (cursor) => api.get("/v1/reports/responses", { ...period, ...filter, cursor, limit: 100 }),
      columns: [
        { key: "name", title: t("common.name"), sort: true },
        { key: "force", title: t("reports.force"), sort: true, text: (row) => words.force(row.force) },
        { key: "grid_code", title: t("common.grid"), sort: true },
        ...["asked", "accepted", "declined", "silent", "arrived"].map((key) => ({ key, title: t(`reports.${key}`), class: "num", sort: true })),
        { key: "last_answered_at", title: t("reports.last_answer"), sort: true, text: (row) => (row.last_answered_at ? fmt.day(row.last_answered_at) : t("reports.never")) },
      ],
    });
    const silent = h("label", { class: "check" }, h("input", { type: "checkbox", onchange: (event) => { filter.silent = event.target.checked; list.reload(); } }), h("span", {}, t("reports.only_silent")));
    el.append(
      h("div", { class: "bar" }, silent, h("span", { class: "grow" }), h("button", { type: "button", class: "btn", onclick: guard(() => api.download("/v1/reports/responses.csv", { ...period, ...filter }, "responses.csv")) }, t("common.download"))),
      list.el,
    );
  });
  return el;
}
