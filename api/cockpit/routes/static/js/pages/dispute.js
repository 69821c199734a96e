import { $, api, colourMark, debounce, fmt, h, live, load, param, ready, replace, t, tabs, tag } from "../lib.js";
import { actionsFor } from "./dispute/actions.js";
import { overview } from "./dispute/overview.js";
import { story } from "./dispute/story.js";
import { visitsOf } from "./dispute/visits.js";
import { codes, stateTag } from "./dispute/words.js";
import { work } from "./dispute/work.js";

const me = await ready();
const code = await codes();
const id = param("id");
let shown = null;

await show();
live.on(["cases", "visits"], debounce((change) => change?.id === id || change?.collection === "visits" ? show() : null, 500));

async function show() {
  await load($("#head"), async () => {
    const { body, version } = await api.tagged(`/v1/disputes/${id}`);
    const again = { item: body, version, code, me, reload: show };
    const check = body.state === "settled" ? await api.get(`/v1/disputes/${id}/sign-off`).catch(() => null) : null;
    document.title = `${body.ref} · ${body.title ?? code("category", body.category)}`;
    pages(again);
    return [heading(body), actionsFor(again, check), check && !check.ready ? missing(check) : null];
  });
}

function heading(item) {
  return h(
    "div",
    { class: "bar" },
    h("a", { class: "btn btn-plain", href: "disputes", "aria-label": t("common.back") }, "←"),
    h("h1", {}, h("span", { class: "mono" }, item.ref), " ", item.title ?? code("category", item.category)),
    colourMark(item.colour, "dispute_colour"),
    stateTag(item.state),
    item.strict ? tag(t("dispute.strict"), "warn") : null,
    item.round > 1 ? tag(t("dispute.round", { n: item.round }), "warn") : null,
    item.due_at ? h("span", { class: "dim" }, t("dispute.due"), " ", fmt.ago(item.due_at)) : null,
  );
}

function missing(check) {
  return h("div", { class: "panel", id: "missing" },
    h("h2", { class: "panel-head" }, t("dispute.missing")),
    h("ul", { class: "list" }, check.missing.map((lack) => h("li", {}, document.documentElement.lang === "en" ? lack.en : lack.zh))));
}

/** The tabs are built once, so that a change from elsewhere does not close what somebody reads. */
function pages(again) {
  if (shown) {
    Object.assign(shown, again);
    dispatchEvent(new Event("case"));
    return;
  }
  shown = again;
  replace($("#case"), tabs([
    ["overview", t("dispute.overview"), () => overview(shown)],
    ["work", t("dispute.work"), () => work(shown)],
    ["visits", t("dispute.visits"), () => visitsOf(shown)],
    ["story", t("dispute.story"), () => story(shown)],
  ]));
}
