/** Correcting an incident while others may do the same: whoever is second sees what the first has written. */
import { api, dialog, form, h, label, labels, t, toast } from "../../lib.js";

const WORDS = { kind: "incident_kind", colour: "incident_colour", category: "incident_category" };

function shown(name, value) {
  return WORDS[name] ? label(WORDS[name], value) : (value ?? "–");
}

function editable(detail) {
  return { kind: detail.kind, colour: detail.colour, category: detail.category, description: detail.description, address: detail.address ?? undefined };
}

/** Open the form on a detail and its version; resolves when it is closed. `onChange()` after a write. */
export function editIncident(detail, version, onChange) {
  const before = editable(detail);
  return dialog({
    title: `${t("common.edit")} ${detail.ref}`,
    body: (close) => {
      const conflict = h("div", {});
      const made = form({
        fields: [
          { name: "kind", label: t("board.kind"), type: "select", required: true, value: before.kind, options: labels("incident_kind") },
          { name: "colour", label: t("board.colour"), type: "select", required: true, value: before.colour, options: labels("incident_colour") },
          { name: "category", label: t("board.category"), type: "select", required: true, value: before.category, options: labels("incident_category") },
          { name: "description", label: t("board.what"), type: "textarea", required: true, rows: 3, maxlength: 2000, value: before.description },
          { name: "address", label: t("board.address"), maxlength: 200, value: before.address },
        ],
        cancel: () => close(),
        onSubmit: (values) => save(values),
      });
      let known = before;
      let seen = version;

      async function save(values) {
        const changes = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== known[name]));
        if (known.address && values.address === undefined) changes.address = null;
        if (!Object.keys(changes).length) return close();
        try {
          await api.patch(`/v1/incidents/${detail.id}`, changes, { version: seen });
        } catch (error) {
          if (error.status !== 412) throw error;
          return showConflict(changes);
        }
        toast(t("common.saved"), "good");
        close();
        return onChange();
      }

      /** What the other desk wrote, beside what is written here; both stay to be read, and nothing is lost. */
      async function showConflict(mine) {
        const { body: theirs, version: now } = await api.tagged(`/v1/incidents/${detail.id}`);
        const fresh = editable(theirs);
        const rows = Object.keys(fresh).filter((name) => fresh[name] !== known[name] || name in mine);
        conflict.replaceChildren(
          h(
            "div",
            { class: "notice conflict", role: "alert" },
            h("p", {}, t("board.conflict")),
            h(
              "table",
              { class: "table" },
              h("thead", {}, h("tr", {}, ["field", "before", "theirs", "mine"].map((name) => h("th", {}, t(`board.conflict.${name}`))))),
              h("tbody", {}, rows.map((name) => h("tr", { dataset: { field: name } }, h("th", {}, t(`board.field.${name}`)), h("td", {}, shown(name, known[name])), h("td", {}, fresh[name] === known[name] ? "" : h("b", {}, shown(name, fresh[name]))), h("td", {}, name in mine ? shown(name, mine[name]) : "")))),
            ),
            h("p", { class: "small" }, t("board.conflict_next")),
          ),
        );
        // What they changed and this desk did not touch is taken over; saving again writes only this desk's changes.
        made.set(Object.fromEntries(Object.entries(fresh).filter(([name]) => !(name in mine))));
        known = fresh;
        seen = now;
        onChange();
      }

      return h("div", { class: "stack-small" }, conflict, made.el);
    },
  });
}
