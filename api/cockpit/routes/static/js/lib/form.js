/** Forms out of a list of fields; a refusal's pointers find their fields. */
import { append, h, newId, replace } from "./dom.js";
import { Problem } from "./api.js";
import { complain, dialog } from "./overlays.js";
import { fromStationTime, toStationTime } from "./format.js";
import { t } from "./words.js";

/** A form: {el, values(), set(values), problem(error), fields}. */
export function form({ fields, submit = t("common.save"), onSubmit, cancel, extra, kind = "primary" }) {
  const above = h("div", { class: "problem", role: "alert", hidden: true });
  const made = new Map(fields.map((field) => [field.name, makeField(field)]));
  const button = h("button", { type: "submit", class: `btn btn-${kind}` }, submit);
  const element = h(
    "form",
    { class: "form", novalidate: true, onsubmit: (event) => send(event) },
    above,
    [...made.values()].map((one) => one.el),
    extra ?? null,
    onSubmit &&
      h("div", { class: "form-foot" }, cancel && h("button", { type: "button", class: "btn btn-plain", onclick: cancel }, t("common.cancel")), button),
  );

  async function send(event) {
    event?.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return undefined;
    clear();
    const missing = [...made.values()].filter((one) => !one.check());
    if (missing.length) {
      missing[0].focus();
      return undefined;
    }
    button.setAttribute("aria-busy", "true");
    try {
      return await onSubmit(values());
    } catch (error) {
      show(error);
      return undefined;
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  function values() {
    const found = {};
    for (const [name, one] of made) {
      const value = one.value();
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  function clear() {
    above.hidden = true;
    for (const one of made.values()) one.fault("");
  }

  /** Each issue at its field: "/a/b" belongs to the field "a.b", else "a", else "b"; the rest above the form. */
  function show(error) {
    if (!(error instanceof Problem)) return complain(error);
    const rest = [];
    let first = null;
    for (const issue of error.issues) {
      const path = (issue.pointer ?? "").split("/").filter(Boolean);
      const name = [path.join("."), path.slice(0, 2).join("."), path[0], path[1]].find((each) => made.has(each));
      if (!name) rest.push(issue.text);
      else {
        made.get(name).fault(issue.text);
        first ??= made.get(name);
      }
    }
    replace(above, h("p", {}, error.message), rest.length ? h("ul", {}, rest.map((text) => h("li", {}, text))) : null);
    above.hidden = false;
    (first ?? { focus: () => above.scrollIntoView({ block: "nearest" }) }).focus();
    return undefined;
  }

  return {
    el: element,
    values,
    submit: () => send(),
    problem: show,
    check: () => [...made.values()].every((one) => one.check()),
    set: (given) => Object.entries(given).forEach(([name, value]) => made.get(name)?.set(value)),
    field: (name) => made.get(name),
  };
}

function makeField(field) {
  const id = newId(field.name.replace(/\W/g, "-"));
  const fault = h("small", { class: "fault", id: `${id}-fault`, hidden: true });
  const made = (field.make ?? MAKERS[field.type] ?? makeInput)(field, id);
  const described = [field.hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(" ");
  made.input.setAttribute("aria-describedby", described);
  const caption = h("span", { class: "field-label" }, field.label, field.required ? h("span", { class: "must", "aria-hidden": "true" }, " *") : null);
  const isGroup = made.isGroup ?? false;
  const el = h(
    isGroup ? "fieldset" : "div",
    { class: ["field", field.type === "checkbox" && "field-check", field.class], hidden: field.type === "hidden" },
    isGroup ? h("legend", {}, caption) : h("label", { for: id }, caption),
    made.el,
    field.hint ? h("small", { class: "dim", id: `${id}-hint` }, field.hint) : null,
    fault,
  );
  const setFault = (text) => {
    fault.textContent = text;
    fault.hidden = !text;
    made.input.toggleAttribute("aria-invalid", Boolean(text));
    if (text) made.input.setAttribute("aria-invalid", "true");
  };
  return {
    el,
    input: made.input,
    value: made.value,
    set: made.set,
    focus: () => made.input.focus(),
    fault: setFault,
    check() {
      const value = made.value();
      const isEmpty = value === undefined || value === null || value === "" || value === false || value.length === 0;
      const wrong = field.required && isEmpty ? t("common.required") : made.wrong?.() || "";
      setFault(wrong);
      return !wrong;
    },
  };
}

const LIMITS = ["min", "max", "step", "pattern", "maxlength", "minlength", "rows", "placeholder", "autocomplete", "inputmode", "accept"];

function limitsOf(field) {
  return Object.fromEntries(LIMITS.filter((name) => field[name] !== undefined).map((name) => [name, field[name]]));
}

function makeInput(field, id) {
  const type = field.type === "datetime" ? "datetime-local" : (field.type ?? "text");
  const input = h("input", { id, type, name: field.name, class: "input", required: field.required, ...limitsOf(field) });
  const set = (value) => {
    input.value = field.type === "datetime" ? toStationTime(value) : (value ?? "");
  };
  set(field.value);
  const value = () => {
    const text = field.type === "password" ? input.value : input.value.trim();
    if (text === "") return field.empty;
    if (field.type === "number") return Number(text);
    return field.type === "datetime" ? fromStationTime(text) : text;
  };
  return { el: input, input, set, value, wrong: () => (input.validity.valid ? "" : input.validationMessage) };
}

const MAKERS = {
  textarea(field, id) {
    const input = h("textarea", { id, name: field.name, class: "input", rows: 4, required: field.required, ...limitsOf(field), value: field.value ?? "" });
    return { el: input, input, set: (value) => (input.value = value ?? ""), value: () => input.value.trim() || field.empty };
  },
  select(field, id) {
    const options = (field.required && field.value !== undefined ? [] : [["", field.none ?? "–"]]).concat(field.options ?? []);
    const input = h("select", { id, name: field.name, class: "input", required: field.required }, options.map(([value, word]) => h("option", { value }, word)));
    input.value = field.value ?? "";
    if (field.onChange) input.addEventListener("change", () => field.onChange(input.value));
    return { el: input, input, set: (value) => (input.value = value ?? ""), value: () => input.value || field.empty };
  },
  checkbox(field, id) {
    const input = h("input", { id, type: "checkbox", name: field.name, checked: Boolean(field.value) });
    return { el: input, input, set: (value) => (input.checked = Boolean(value)), value: () => input.checked };
  },
  checks(field, id) {
    const boxes = (field.options ?? []).map(([value, word]) => {
      const box = h("input", { type: "checkbox", name: field.name, value, checked: (field.value ?? []).includes(value) });
      return { box, el: h("label", { class: "check" }, box, h("span", {}, word)) };
    });
    const input = boxes[0]?.box ?? h("input", { type: "hidden", id });
    const set = (values) => boxes.forEach(({ box }) => (box.checked = (values ?? []).includes(box.value)));
    const value = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    return { el: h("div", { class: "checks", id }, boxes.map((one) => one.el)), input, set, value, isGroup: true };
  },
  file(field, id) {
    const input = h("input", { id, type: "file", name: field.name, class: "input", multiple: field.multiple, ...limitsOf(field) });
    const value = () => (field.multiple ? [...input.files] : input.files[0]);
    return { el: input, input, set: () => (input.value = ""), value };
  },
};

/** A dialog with a form; resolves with what `onSubmit` returned (the values without one), or null when it was closed. */
export async function askFor({ title, fields, submit = t("common.save"), onSubmit, before, wide, kind }) {
  const outcome = await dialog({
    title,
    wide,
    body: (close) => {
      const made = form({
        fields,
        submit,
        kind,
        cancel: () => close(),
        onSubmit: async (values) => {
          const result = onSubmit ? await onSubmit(values) : values;
          close(result ?? values);
        },
      });
      return append(h("div", { class: "stack" }), [before ?? null, made.el]);
    },
  });
  return outcome ?? null;
}
