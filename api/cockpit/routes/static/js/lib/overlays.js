/** Dialogs, questions, and the short messages in the corner. */
import { $, append, h, newId, replace } from "./dom.js";
import { Problem } from "./api.js";
import { t } from "./words.js";

const STAYS_MS = { good: 5000, info: 7000, bad: 12_000 };

/** A short message; with `undo` also a button which takes it back. */
export function toast(text, kind = "info", { undo } = {}) {
  const close = () => element.remove();
  const element = h(
    "div",
    { class: `toast ${kind}`, role: kind === "bad" ? "alert" : "status" },
    h("span", { class: "grow" }, text),
    undo && h("button", { type: "button", class: "btn btn-small", onclick: () => (close(), undo()) }, t("common.undo")),
    h("button", { type: "button", class: "btn btn-plain btn-small", "aria-label": t("common.close"), onclick: close }, "×"),
  );
  $("#toasts")?.append(element);
  setTimeout(close, undo ? 10_000 : STAYS_MS[kind]);
  return close;
}

/** Say a refusal or a fault in the corner. */
export function complain(error) {
  if (!(error instanceof Problem)) {
    console.error(error);
    toast(t("common.broken"), "bad");
    return;
  }
  toast([error.message, ...error.issues.map((issue) => issue.text)].join(" "), "bad");
}

/** An event handler that cannot be pressed twice and says what went wrong. */
export function guard(fn) {
  return async (event) => {
    const button = event?.currentTarget;
    if (button?.getAttribute?.("aria-busy") === "true") return undefined;
    button?.setAttribute?.("aria-busy", "true");
    try {
      return await fn(event);
    } catch (error) {
      complain(error);
      return undefined;
    } finally {
      button?.removeAttribute?.("aria-busy");
    }
  };
}

/** A dialog. Resolves with what the pressed action's `run` returned (undefined when it was closed). */
export function dialog({ title, body, actions = [], wide = false, onClose }) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    let outcome;
    const name = newId("dialog");
    const element = h("dialog", { class: ["dialog", wide && "dialog-wide"], "aria-labelledby": name });
    const close = (value) => {
      outcome = value;
      element.close();
    };
    const buttons = actions.map((action) =>
      h(
        "button",
        {
          type: "button",
          class: `btn btn-${action.kind ?? "plain"}`,
          autofocus: action.focus,
          onclick: guard(async () => {
            const value = action.run ? await action.run(close) : undefined;
            if (action.close !== false) close(value);
          }),
        },
        action.text,
      ),
    );
    append(element, [
      h(
        "header",
        { class: "dialog-head" },
        h("h2", { id: name }, title),
        h("button", { type: "button", class: "btn btn-plain", "aria-label": t("common.close"), onclick: () => close() }, "×"),
      ),
      h("div", { class: "dialog-body" }, typeof body === "function" ? body(close) : body),
      buttons.length ? h("footer", { class: "dialog-foot" }, buttons) : null,
    ]);
    element.addEventListener("close", () => {
      // This comes a moment after the closing: whoever has gone on to another field by then stays there.
      const isLost = document.activeElement === document.body || element.contains(document.activeElement);
      element.remove();
      if (isLost) before?.focus?.();
      onClose?.();
      resolve(outcome);
    });
    document.body.append(element);
    element.showModal();
  });
}

/** Ask a question that is answered with yes or no. */
export async function ask(text, { title = t("common.sure"), yes = t("common.yes"), danger = false } = {}) {
  const actions = [
    { text: t("common.cancel"), run: () => false, focus: danger },
    { text: yes, kind: danger ? "danger" : "primary", run: () => true, focus: !danger },
  ];
  return Boolean(await dialog({ title, body: h("p", {}, text), actions }));
}

/** Show the outcome of an async function in an element: loading, then its nodes, or what went wrong. */
export async function load(element, fn) {
  element.setAttribute("aria-busy", "true");
  if (!element.childElementCount) replace(element, h("p", { class: "loading" }, t("common.loading")));
  try {
    replace(element, await fn());
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Problem)) console.error(error);
    replace(element, problemBox(error, () => load(element, fn)));
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** A refusal or fault where the content would be. */
export function problemBox(error, again) {
  const text = error instanceof Problem ? error.message : t("common.broken");
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", {}, text),
    error.issues?.length ? h("ul", {}, error.issues.map((issue) => h("li", {}, issue.text))) : null,
    error.requestId ? h("p", { class: "dim small" }, `${t("common.request_id")} ${error.requestId}`) : null,
    again && h("button", { type: "button", class: "btn", onclick: again }, t("common.again")),
  );
}

/** Where the detail lies below the list, bring it into view. */
export function showDetail(element) {
  if (matchMedia("(max-width: 720px)").matches) element.scrollIntoView({ block: "start" });
}

/** Nothing is there, and what could be done about it. */
export function emptyState(text, action) {
  return h("div", { class: "empty" }, h("p", {}, text), action ?? null);
}
