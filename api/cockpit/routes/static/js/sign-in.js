/** The sign-in form. */
import { $, replace } from "./lib/dom.js";
import { setUpChoices } from "./lib/choices.js";
import { inLanguage, t } from "./lib/words.js";
import { param } from "./lib/facts.js";
import { signIn } from "./lib/session.js";

const element = $("#sign-in");
setUpChoices();

element.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = $("button[type=submit]", element);
  if (button.getAttribute("aria-busy") === "true") return;
  const given = Object.fromEntries(new FormData(element));
  const empty = ["username", "password", "totp"].find((name) => !given[name].trim());
  if (empty || !/^\d{6}$/.test(given.totp.trim())) {
    refuse(t(empty ? "sign_in.incomplete" : "sign_in.six_digits"), element.elements[empty ?? "totp"]);
    return;
  }
  button.setAttribute("aria-busy", "true");
  try {
    await signIn(given.username.trim(), given.password, given.totp.trim());
    sessionStorage.clear();
    location.replace(wanted());
  } catch (error) {
    const text = error.problem ? inLanguage(error.problem.text) : t("common.no_connection");
    refuse(text, element.elements.totp);
    element.elements.totp.value = "";
  } finally {
    button.removeAttribute("aria-busy");
  }
});

function refuse(text, field) {
  const box = $("#refusal");
  replace(box, text);
  box.hidden = false;
  field.focus();
}

/** Where somebody wanted to go: a page of ours, and nowhere else. */
function wanted() {
  const next = param("next") ?? "";
  return /^\/cockpit\/[a-z_]+(\?[^#]*)?$/.test(next) && !next.startsWith("/cockpit/sign-in") ? next : "/cockpit/";
}
