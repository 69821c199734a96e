/** The start of every page: who is signed in, and may they be here. */
import { $, h, replace } from "./dom.js";
import { api } from "./api.js";
import { can, setPerson } from "./session.js";
import { chosen, choose, param, settings } from "./facts.js";
import { loadEnums, t } from "./words.js";

let known = null;
let asked = null;

/** The signed-in person; never resolves for somebody who may not see this page, who is told so instead. */
export function ready() {
  known ??= begin();
  return known;
}

async function begin() {
  const [person] = await Promise.all([whoever(), loadEnums()]);
  setPerson(person);
  if (!chosen("language")) {
    choose("language", person.language);
    if (person.language !== settings.language) {
      location.reload();
      return new Promise(() => {});
    }
  }
  const wanted = document.documentElement.dataset.permission;
  if (wanted && !can(wanted)) {
    if (param("first")) {
      const other = [...document.querySelectorAll("#menu [data-permission]")].find((item) => can(item.dataset.permission));
      if (other) {
        location.replace($("a", other).href);
        return new Promise(() => {});
      }
    }
    replace($("#main"), h("div", { class: "page" }, h("div", { class: "problem", role: "alert" }, h("p", {}, t("shell.not_allowed")))));
    return new Promise(() => {});
  }
  return person;
}

/** Who is signed in, whether or not they may see this page: for the frame around it. */
export function whoever() {
  asked ??= api.get("/v1/me");
  return asked;
}
