/** A file of many rows: tried first, every bad row shown, then applied. Used by rosters and by old disputes. */
import { api, fmt, form, guard, h, panel, replace, table, tag, t, toast } from "../../lib.js";

/** The panel. `faultText(fault)` says what is wrong with a row; `keepGood`: whether the rest may be applied. */
export function importPanel({ path, template, templateName, accept, keepGood, done, faultText }) {
  const outcome = h("div", { class: "stack", id: "import-outcome", "aria-live": "polite" });
  const past = table({
    caption: t("importing.past"),
    empty: t("importing.none"),
    load: (cursor) => api.get(path, { cursor }),
    columns: [
      { key: "at", title: t("common.time"), text: (row) => fmt.time(row.at) },
      { key: "applied", title: t("common.state"), cell: (row) => state(row), text: (row) => String(row.applied) },
      { key: "rows", title: t("importing.rows"), class: "num" },
      { key: "created", title: t("importing.created"), class: "num" },
      { key: "updated", title: t("importing.updated"), class: "num", text: (row) => row.updated ?? "–" },
      { key: "unchanged", title: t("importing.unchanged"), class: "num", text: (row) => row.unchanged ?? row.known ?? "–" },
      { key: "bad", title: t("importing.bad"), class: "num" },
    ],
  });
  const picker = form({
    submit: t("importing.try"),
    fields: [
      { name: "file", label: t("importing.file"), type: "file", required: true, accept },
      keepGood && { name: "keep_good", label: t("importing.keep_good"), type: "checkbox", hint: t("importing.keep_good_hint") },
    ].filter(Boolean),
    onSubmit: (values) => send(values, true),
  });

  async function send({ file, keep_good: keep }, isDry) {
    const body = new FormData();
    body.append("file", file);
    body.append("dry_run", String(isDry));
    if (keepGood) body.append("keep_good", String(Boolean(keep)));
    const report = await api.upload(path, body);
    replace(outcome, shown(report, () => send({ file, keep_good: keep }, false)));
    past.reload();
    if (report.applied) {
      toast(t("importing.applied", { n: report.rows - report.bad }), "good");
      done?.(report);
    }
  }

  function shown(report, apply) {
    const mayApply = report.dry_run && (report.bad === 0 || report.keep_good) && report.rows > report.bad;
    return panel(
      report.dry_run ? t("importing.tried") : report.applied ? t("importing.was_applied") : t("importing.refused"),
      h("p", { class: "row" }, state(report), t("importing.sum", { rows: report.rows, created: report.created, updated: report.updated ?? 0, bad: report.bad })),
      report.ignored_columns?.length ? h("p", { class: "dim" }, t("importing.ignored", { columns: report.ignored_columns.join(", ") })) : null,
      report.bad ? table({
        caption: t("importing.bad"),
        rows: report.faults.map((fault, index) => ({ ...fault, id: index })),
        columns: [
          { key: "row", title: t("importing.row"), class: "num", sort: true },
          { key: "column", title: t("importing.column"), sort: true },
          { key: "text", title: t("common.reason"), text: faultText },
        ],
      }).el : null,
      report.faults_left_out ? h("p", { class: "dim" }, t("importing.left_out", { n: report.faults_left_out })) : null,
      mayApply ? h("button", { type: "button", class: "btn btn-primary", onclick: guard(apply) }, t("importing.apply", { n: report.rows - report.bad })) : null,
      report.dry_run && !mayApply ? h("p", {}, t("importing.mend_first")) : null,
    );
  }

  const state = (row) => (row.applied ? tag(t("importing.was_applied"), "good") : row.dry_run ? tag(t("importing.tried"), "info") : tag(t("importing.refused"), "bad"));

  return h(
    "div",
    { class: "stack" },
    panel(t("importing.new"),
      h("p", {}, t("importing.how"), " ", h("button", { type: "button", class: "btn btn-small", onclick: guard(() => api.download(template, {}, templateName)) }, t("importing.template"))),
      picker.el),
    outcome,
    panel(t("importing.past"), past.el),
  );
}
