/** Lists as tables: sorted by a heading, filtered by typing, fetched page by page. */
import { debounce, h, newId, replace } from "./dom.js";
import { emptyState, problemBox } from "./overlays.js";
import { t } from "./words.js";

const DRAWN_AT_ONCE = 200;

/** {el, reload(), setRows(), upsert(row), remove(key), rows(), select(key)}; see /cockpit's README for the options. */
export function table({
  columns, rows: given, load, filter = false, empty = t("common.nothing"), onRow, rowKey = (row) => row.id,
  caption, selectable = false, rowClass, onSelect, order,
}) {
  let rows = given ?? [];
  let cursor = null;
  let sorting = order ?? null;
  let wanted = "";
  let drawn = DRAWN_AT_ONCE;
  let current = null;
  const chosen = new Set();
  let generation = 0;

  const body = h("tbody");
  const note = h("div", { class: "table-note" });
  const count = h("span", { class: "dim small num", "aria-live": "polite" });
  const headings = columns.map((column) => heading(column));
  const head = h("tr", {}, selectable ? h("th", { class: "tick" }, h("span", { class: "visually-hidden" }, t("common.choose"))) : null, headings);
  const tableElement = h("table", { class: "table" }, caption ? h("caption", { class: "visually-hidden" }, caption) : null, h("thead", {}, head), body);
  const search = filter
    ? h("input", { type: "search", class: "input filter", placeholder: t("common.filter"), "aria-label": t("common.filter"), oninput: debounce(() => { wanted = search.value.trim().toLowerCase(); draw(); }, 120) })
    : null;
  const scroller = h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": caption ?? t("common.list"), id: newId("table") }, tableElement);
  const el = h("div", { class: "table-box" }, filter ? h("div", { class: "bar table-bar" }, search, h("span", { class: "grow" }), count) : null, scroller, note);

  function heading(column) {
    if (!column.sort) return h("th", { scope: "col", class: column.class }, column.title);
    const press = () => {
      const down = sorting?.key === column.key && !sorting.down;
      sorting = { key: column.key, down };
      draw();
    };
    return h("th", { scope: "col", class: column.class, "aria-sort": "none", dataset: { key: column.key } }, h("button", { type: "button", class: "sort", onclick: press }, column.title));
  }

  const textOf = (row, column) => {
    const shown = column.text ? column.text(row) : row[column.key];
    return shown === null || shown === undefined ? "" : String(shown);
  };

  function visible() {
    let found = rows;
    if (wanted) found = found.filter((row) => columns.some((column) => textOf(row, column).toLowerCase().includes(wanted)));
    if (!sorting) return found;
    const column = columns.find((each) => each.key === sorting.key);
    const value = typeof column.sort === "function" ? column.sort : (row) => row[column.key];
    const sign = sorting.down ? -1 : 1;
    return [...found].sort((a, b) => sign * compare(value(a), value(b)));
  }

  function draw() {
    for (const th of headings) {
      if (th.dataset.key) th.setAttribute("aria-sort", th.dataset.key !== sorting?.key ? "none" : sorting.down ? "descending" : "ascending");
    }
    const found = visible();
    count.textContent = t("common.count", { n: cursor ? `${found.length}+` : found.length });
    replace(body, found.slice(0, drawn).map(line));
    tableElement.hidden = !found.length;
    const more = found.length > drawn
      ? h("button", { type: "button", class: "btn", onclick: () => { drawn += DRAWN_AT_ONCE; draw(); } }, t("common.more"))
      : cursor && h("button", { type: "button", class: "btn", onclick: () => fetchNext() }, t("common.more"));
    replace(note, found.length ? null : emptyState(empty), more || null);
  }

  function line(row) {
    const key = rowKey(row);
    const open = onRow && ((event) => {
      if (event.target.closest("a, button, input, select, label")) return;
      onRow(row);
    });
    const tick = selectable
      ? h("td", { class: "tick" }, h("input", { type: "checkbox", "aria-label": t("common.choose"), checked: chosen.has(key), onchange: (event) => { chosen[event.target.checked ? "add" : "delete"](key); onSelect?.([...chosen]); } }))
      : null;
    return h(
      "tr",
      {
        dataset: { key },
        class: [onRow && "opens", rowClass?.(row)],
        tabindex: onRow ? 0 : undefined,
        "aria-selected": current === key ? "true" : undefined,
        onclick: open,
        onkeydown: onRow && ((event) => { if (event.key === "Enter" && event.target === event.currentTarget) onRow(row); }),
      },
      tick,
      columns.map((column) => h("td", { class: column.class, "data-title": column.title }, column.cell ? column.cell(row) : textOf(row, column))),
    );
  }

  async function fetchNext(fresh = false) {
    const mine = (generation += 1);
    el.setAttribute("aria-busy", "true");
    if (fresh && !rows.length) replace(note, h("p", { class: "loading" }, t("common.loading")));
    try {
      const page = await load(fresh ? undefined : cursor);
      if (mine !== generation) return;
      rows = fresh ? page.items : rows.concat(page.items);
      if (fresh) drawn = DRAWN_AT_ONCE;
      else drawn += page.items.length;
      cursor = page.next_cursor ?? null;
      draw();
    } catch (error) {
      if (error.name !== "AbortError" && mine === generation) replace(note, problemBox(error, () => fetchNext(fresh)));
    } finally {
      if (mine === generation) el.removeAttribute("aria-busy");
    }
  }

  const self = {
    el,
    reload: () => (load ? fetchNext(true) : draw()),
    setRows(next) {
      rows = next;
      draw();
    },
    upsert(row) {
      const at = rows.findIndex((each) => rowKey(each) === rowKey(row));
      if (at < 0) rows = [row, ...rows];
      else rows = rows.with ? rows.with(at, row) : rows.map((each, index) => (index === at ? row : each));
      draw();
    },
    remove(key) {
      rows = rows.filter((row) => rowKey(row) !== key);
      draw();
    },
    select(key) {
      current = key;
      for (const tr of body.children) tr.toggleAttribute("aria-selected", false), tr.dataset.key === String(key) && tr.setAttribute("aria-selected", "true");
    },
    chosen: () => [...chosen],
    rows: () => rows,
  };
  if (load) fetchNext(true);
  else draw();
  return self;
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined || a === "") return 1;
  if (b === null || b === undefined || b === "") return -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "zh-CN", { numeric: true });
}
