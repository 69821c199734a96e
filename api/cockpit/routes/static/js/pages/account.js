/** Oneself: who one is, one's sessions, one's password. */
import { $, api, ask, askFor, facts, fmt, guard, h, label, load, panel, ready, t, table, tag, toast } from "../lib.js";
import { tokenPanels } from "./account/tokens.js";

const me = await ready();
await load($("#account"), show);

async function show() {
  return [panel(t("account.who"), who()), panel(t("account.sessions"), sessions()), panel(t("account.password"), password()), ...tokenPanels()];
}

function who() {
  return facts([
    [t("common.name"), me.name],
    [t("common.phone"), me.phone],
    [t("account.username"), me.username],
    [t("account.roles"), h("span", { class: "row" }, me.roles.map((role) => tag(label("role", role))))],
  ]);
}

function sessions() {
  const list = table({
    caption: t("account.sessions"),
    load: () => api.get("/v1/sessions"),
    columns: [
      { key: "device_label", title: t("account.device"), cell: (row) => row.device_label ?? t("common.unknown") },
      { key: "method", title: t("account.method"), cell: (row) => t(`account.method.${row.method}`) },
      { key: "created_at", title: t("account.opened"), cell: (row) => fmt.time(row.created_at) },
      { key: "last_used_at", title: t("account.used"), cell: (row) => fmt.ago(row.last_used_at) },
      { key: "end", title: t("common.actions"), cell: (row) => (row.current ? tag(t("account.this_one"), "good") : endButton(row)) },
    ],
  });
  const others = guard(async () => {
    if (!(await ask(t("account.end_others_sure"), { danger: true, yes: t("account.end") }))) return;
    await api.del("/v1/sessions");
    toast(t("account.ended"), "good");
    list.reload();
  });
  function endButton(row) {
    const end = guard(async () => {
      await api.del(`/v1/sessions/${row.id}`);
      toast(t("account.ended"), "good");
      list.reload();
    });
    return h("button", { type: "button", class: "btn btn-small", onclick: end }, t("account.end"));
  }
  return [list.el, h("div", {}, h("button", { type: "button", class: "btn", onclick: others }, t("account.end_others")))];
}

function password() {
  const change = guard(async () => {
    const fields = [
      { name: "current_password", label: t("account.current"), type: "password", required: true, autocomplete: "current-password" },
      { name: "new_password", label: t("account.new"), type: "password", required: true, autocomplete: "new-password", hint: t("account.new_hint") },
    ];
    const done = await askFor({ title: t("account.password"), fields, onSubmit: (values) => api.put("/v1/me/password", values).then(() => true) });
    if (done) toast(t("account.changed"), "good");
  });
  return h("div", {}, h("button", { type: "button", class: "btn", onclick: change }, t("account.change")));
}
