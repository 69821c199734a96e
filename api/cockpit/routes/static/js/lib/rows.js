/** A field that holds a list of small records: one row each, added, removed, in their order. */
import { append, h, replace } from "./dom.js";
import { t } from "./words.js";

/**
 * A field for `form`: its value is a list of objects. `columns`: [{name, label, type: "number" | "select" | "text",
 * options, value}]; `value`: what is in it at first; `most`: how many rows there may be.
 */
export function rowsField({ columns, most = 20, ...field }) {
  return { ...field, columns, most, make: makeRows };
}

function makeRows(field, id) {
  const lines = h("div", { class: "rows-lines" });
  const add = h("button", { type: "button", class: "btn btn-small", onclick: () => addLine() }, t("common.add"));
  const el = h("div", { class: "rows-field", id }, lines, h("div", {}, add));

  function addLine(record = {}) {
    const inputs = field.columns.map((column) => [column, makeCell(column, record[column.name] ?? column.value ?? "")]);
    const remove = h("button", { type: "button", class: "btn btn-plain btn-small", "aria-label": t("common.remove"), onclick: () => (line.remove(), count()) }, "\u00d7");
    const line = h("div", { class: "rows-line" }, inputs.map(([column, input]) => h("label", {}, h("span", { class: "dim small" }, column.label), input)), remove);
    line.record = () => Object.fromEntries(inputs.map(([column, input]) => [column.name, read(column, input)]));
    lines.append(line);
    count();
  }

  function count() {
    add.disabled = lines.childElementCount >= field.most;
  }

  const set = (records) => {
    replace(lines);
    (records ?? []).forEach(addLine);
  };
  set(field.value);
  return { el, input: add, set, value: () => [...lines.children].map((line) => line.record()), isGroup: true };
}

function makeCell(column, value) {
  if (column.type === "select") {
    return append(h("select", { class: "input", "aria-label": column.label }), column.options.map(([key, word]) => h("option", { value: key, selected: key === value }, word)));
  }
  return h("input", { class: "input", type: column.type ?? "text", "aria-label": column.label, value, min: column.min });
}

function read(column, input) {
  return column.type === "number" ? Number(input.value) : input.value;
}
