/** The frame around every page: menu, who is signed in, language, theme, connection, clock, keys. */
import { api } from "./lib/api.js";
import { $ } from "./lib/dom.js";
import { settings } from "./lib/facts.js";
import { fmt } from "./lib/format.js";
import { shortcut, showShortcuts } from "./lib/keys.js";
import { live } from "./lib/live.js";
import { guard, complain } from "./lib/overlays.js";
import { whoever } from "./lib/ready.js";
import { signOut } from "./lib/session.js";
import { setUpChoices } from "./lib/choices.js";
import { t } from "./lib/words.js";

setUpChoices();
setUpMenu();
setUpConnection();
setUpClock();
showPerson().catch(complain);

async function showPerson() {
  const person = await whoever();
  $("#person").textContent = person.name;
  const may = new Set(person.permissions);
  for (const item of document.querySelectorAll("#menu [data-permission]")) {
    item.hidden = !may.has(item.dataset.permission);
    const link = $("a", item);
    if (!item.hidden && link.dataset.keys) shortcut(link.dataset.keys, link.textContent, () => link.click());
  }
  showStation(person, may).catch(() => {});
  for (const section of document.querySelectorAll("#menu section")) section.hidden = !$("li:not([hidden])", section);
}

/** The station's name, asked for once per tab. */
async function showStation(person, may) {
  if (!may.has("unit.read")) return;
  const key = `station:${person.station_id}`;
  const name = sessionStorage.getItem(key) ?? (await api.get(`/v1/units/${person.station_id}`)).unit.name;
  sessionStorage.setItem(key, name);
  $("#station").textContent = name;
}

function setUpMenu() {
  const button = $("#menu-button");
  const open = (is) => {
    button.setAttribute("aria-expanded", String(is));
    document.body.classList.toggle("menu-open", is);
  };
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("menu-open")) {
      open(false);
      button.focus();
    }
  });
  $("#main").addEventListener("click", () => open(false));
  $("#sign-out").addEventListener("click", guard(signOut));
  $("#keys").addEventListener("click", showShortcuts);
  shortcut("?", t("shell.keys"), showShortcuts);
  shortcut("g m", t("shell.menu"), () => button.offsetParent ? button.click() : $("#menu a")?.focus());
}

function setUpConnection() {
  const box = $("#live");
  live.onState((state) => {
    box.hidden = state === "off";
    box.dataset.state = state;
    $("#live-word").textContent = t(`shell.live.${state}`);
  });
  box.addEventListener("click", () => live.state === "replaced" && live.resume());
}

function setUpClock() {
  const clock = $("#clock");
  const show = () => (clock.textContent = fmt.clock(new Date().toISOString()));
  show();
  setInterval(show, 1000);
  if (settings.demo) document.body.classList.add("demo");
}
