/** Building elements without ever reading text as markup. */

/** The first element that fits. */
export function $(selector, within = document) {
  return within.querySelector(selector);
}

const PROPERTIES = new Set([
  "value", "checked", "disabled", "hidden", "selected", "indeterminate", "open", "readOnly", "required", "multiple",
]);

/** An element with attributes, listeners (`onclick`), properties and children (nodes, texts, lists, nothing). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const given = attributes ?? {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || name === "value") continue;
    if (name.startsWith("on") && typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") throw new Error("the content policy allows no style attribute: use a class");
    else if (PROPERTIES.has(name)) element[name] = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  // After the children: a <select> takes a value only when it has the option.
  if (given.value !== undefined && given.value !== null) element.value = given.value;
  return element;
}

/** Put children into an element. */
export function append(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

/** Have these children and no others. */
export function replace(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

let numbers = 0;
/** An id nobody else on the page has. */
export function newId(name = "x") {
  numbers += 1;
  return `${name}-${numbers}`;
}

/** Call `fn` when nothing has come for `ms`. */
export function debounce(fn, ms = 200) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), ms);
  };
}
