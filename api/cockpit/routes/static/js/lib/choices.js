/** Language and theme, kept in this browser. */
import { $ } from "./dom.js";
import { choose, settings } from "./facts.js";

/** Give the two buttons their meaning. */
export function setUpChoices() {
  $("#language").addEventListener("click", () => {
    choose("language", settings.language === "en" ? "zh-CN" : "en");
    location.reload();
  });
  $("#theme").addEventListener("click", () => {
    const root = document.documentElement;
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    choose("theme", next);
    dispatchEvent(new CustomEvent("theme", { detail: next }));
  });
}
