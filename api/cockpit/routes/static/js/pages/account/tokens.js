/** What acts in one's name without one's password: push registrations, tracking apps, calendar addresses. */
import { api, ask, askFor, can, dialog, fmt, guard, h, label, panel, t, table, toast } from "../../lib.js";

/** The panels this session may see. */
export function tokenPanels() {
  return [devices(), can("duty.self") ? trackers() : null, can("visit.do") ? feeds() : null];
}

function devices() {
  return listPanel({
    title: t("account.devices"),
    path: "/v1/devices",
    columns: [
      { key: "platform", title: t("account.device"), text: (row) => label("platform", row.platform) },
      { key: "provider", title: t("account.carried_by"), text: (row) => label("push_provider", row.provider) },
      { key: "last_seen_at", title: t("account.used"), cell: (row) => fmt.ago(row.last_seen_at) },
    ],
  });
}

function trackers() {
  const make = async (list) => {
    const fields = [{ name: "label", label: t("account.tracker_label"), required: true, maxlength: 80, hint: t("account.tracker_hint") }];
    const made = await askFor({ title: t("account.new_tracker"), fields, onSubmit: (values) => api.post("/v1/trackers", values) });
    if (made) await showOnce(t("account.new_tracker"), made.token);
    list.reload();
  };
  return listPanel({
    title: t("account.trackers"),
    path: "/v1/trackers",
    make: [t("account.new_tracker"), make],
    columns: [
      { key: "label", title: t("account.tracker_label") },
      { key: "created_at", title: t("account.opened"), cell: (row) => fmt.time(row.created_at) },
      { key: "last_used_at", title: t("account.used"), cell: (row) => fmt.ago(row.last_used_at) },
    ],
  });
}

function feeds() {
  const make = async (list) => {
    const made = await api.post("/v1/me/visit-feeds");
    await showOnce(t("account.new_feed"), made.url);
    list.reload();
  };
  return listPanel({
    title: t("account.feeds"),
    path: "/v1/me/visit-feeds",
    make: [t("account.new_feed"), make],
    columns: [{ key: "created_at", title: t("account.opened"), cell: (row) => fmt.time(row.created_at) }],
  });
}

function listPanel({ title, path, columns, make }) {
  const list = table({ caption: title, load: () => api.get(path), columns: [...columns, { key: "end", title: t("common.actions"), cell: (row) => revokeButton(row) }] });
  function revokeButton(row) {
    const revoke = guard(async () => {
      if (!(await ask(t("account.revoke_sure"), { danger: true, yes: t("account.revoke") }))) return;
      await api.del(`${path}/${row.id}`);
      toast(t("account.revoked"), "good");
      list.reload();
    });
    return h("button", { type: "button", class: "btn btn-small", onclick: revoke }, t("account.revoke"));
  }
  const add = make && h("div", {}, h("button", { type: "button", class: "btn", onclick: guard(() => make[1](list)) }, make[0]));
  return panel(title, list.el, add ?? null);
}

/** A secret that is shown this once. */
function showOnce(title, secret) {
  const body = [h("p", {}, t("account.shown_once")), h("code", { class: "card mono wrap" }, secret)];
  return dialog({ title, body, actions: [{ text: t("common.close"), kind: "primary" }] });
}
