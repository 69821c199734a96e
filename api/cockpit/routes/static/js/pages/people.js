/** The station's people: who they are, what they may do, how they sign in. */
import { $, api, ask, askFor, can, dialog, emptyState, facts, fmt, guard, h, label, labels, load, param, ready, replace, setParam, showDetail, t, table, tag, toast } from "../lib.js";

await ready();
const MANAGES = can("people.manage");
const STATUS = { active: "good", suspended: "warn", left: "plain" };

const detail = h("div", { class: "panel", id: "person-detail" }, emptyState(t("people.pick")));
const status = filterBy("status", labels("person_status"), "active");
const role = filterBy("role", labels("role"), "");
const list = table({
  caption: t("people.title"),
  filter: true,
  empty: t("people.empty"),
  load: (cursor) => api.get("/v1/people", { cursor, limit: 100, status: status.value, role: role.value }),
  onRow: (row) => open(row.id),
  columns: [
    { key: "name", title: t("common.name"), sort: true },
    { key: "phone", title: t("common.phone"), class: "mono nowrap" },
    { key: "roles", title: t("people.roles"), text: (row) => row.roles.map((one) => label("role", one)).join(" "), cell: (row) => roleTags(row.roles) },
    { key: "username", title: t("people.signs_in"), cell: (row) => row.username ?? h("span", { class: "dim" }, t("people.by_code")) },
    { key: "status", title: t("common.state"), cell: (row) => tag(label("person_status", row.status), STATUS[row.status]) },
  ],
});

replace(
  $("#people"),
  h("div", { class: "stack" }, h("div", { class: "bar" }, status, role), h("div", { class: "split" }, list.el, detail)),
);
if (MANAGES) $("#actions").append(h("button", { type: "button", class: "btn btn-primary", onclick: guard(enrol) }, t("people.enrol")));
if (param("id")) open(param("id"));

function filterBy(name, options, value) {
  const words = t(`people.filter.${name}`);
  return h("select", { class: "input filter", "aria-label": words, value, onchange: () => list.reload() }, h("option", { value: "" }, words), options.map(([key, word]) => h("option", { value: key }, word)));
}

function roleTags(roles) {
  return h("span", { class: "row" }, roles.map((one) => tag(label("role", one))));
}

async function open(id) {
  setParam("id", id);
  list.select(id);
  await load(detail, async () => card(await api.tagged(`/v1/people/${id}`)));
  showDetail(detail);
}

function card({ body: person, version }) {
  return [
    h("div", { class: "spread" }, h("h2", {}, person.name), tag(label("person_status", person.status), STATUS[person.status])),
    facts([
      [t("common.phone"), phone(person)],
      [t("people.language"), label("language", person.language)],
      [t("people.roles"), roleTags(person.roles)],
      [t("people.username"), person.username],
      [t("people.second_factor"), person.username ? t(person.has_second_factor ? "people.factor_set" : "people.factor_missing") : null],
      [t("people.since"), fmt.day(person.created_at)],
    ]),
    MANAGES ? actions(person, version) : null,
  ];
}

function phone(person) {
  const number = h("span", { class: "mono" }, person.phone);
  if (!can("people.contact")) return number;
  const reveal = guard(async (event) => {
    const button = event.currentTarget;
    number.textContent = (await api.get(`/v1/people/${person.id}/contact`)).phone;
    button.remove();
  });
  return h("span", { class: "row" }, number, h("button", { type: "button", class: "btn btn-small", title: t("people.reveal_hint"), onclick: reveal }, t("people.reveal")));
}

function actions(person, version) {
  const button = (word, fn, kind = "plain") => h("button", { type: "button", class: `btn btn-small btn-${kind}`, onclick: guard(fn) }, word);
  const shown = [button(t("common.edit"), () => edit(person, version)), button(t("people.set_roles"), () => setRoles(person, version))];
  shown.push(button(t("people.credentials"), () => credentials(person)));
  if (person.username) shown.push(button(t("people.new_factor"), () => newFactor(person)));
  shown.push(button(t("people.end_sessions"), () => endSessions(person)));
  if (person.status === "active") {
    shown.push(button(t("people.suspend"), () => change(person, "suspend", "people.suspend_sure")));
    shown.push(button(t("people.leave"), () => change(person, "leave", "people.leave_sure"), "danger"));
  } else shown.push(button(t("people.reactivate"), () => change(person, "reactivate", "people.reactivate_sure"), "primary"));
  return h("div", { class: "row" }, shown);
}

const personFields = (person = {}) => [
  { name: "name", label: t("common.name"), required: true, value: person.name, maxlength: 60 },
  { name: "phone", label: t("common.phone"), type: "tel", required: !person.id, hint: person.id ? t("people.phone_keep", { phone: person.phone }) : t("people.phone_hint") },
  { name: "language", label: t("people.language"), type: "select", required: true, options: labels("language"), value: person.language ?? "zh-CN" },
];
const roleField = (value) => ({ name: "roles", label: t("people.roles"), type: "checks", required: true, options: labels("role"), value });

async function enrol() {
  const fields = [...personFields(), roleField(["volunteer"])];
  const made = await askFor({ title: t("people.enrol"), fields, submit: t("people.enrol"), onSubmit: (values) => api.post("/v1/people", values) });
  if (made) after(made, t("people.enrolled", { name: made.name }));
}

async function edit(person, version) {
  const made = await askFor({ title: t("common.edit"), fields: personFields(person), onSubmit: (values) => api.patch(`/v1/people/${person.id}`, values, { version }) });
  if (made) after(made, t("common.saved"));
}

async function setRoles(person, version) {
  const onSubmit = (values) => api.put(`/v1/people/${person.id}/roles`, values, { version });
  const made = await askFor({ title: t("people.set_roles"), fields: [roleField(person.roles)], onSubmit });
  if (!made) return;
  after(made, t("common.saved"), async () => {
    const latest = await api.tagged(`/v1/people/${person.id}`);
    after(await api.put(`/v1/people/${person.id}/roles`, { roles: person.roles }, { version: latest.version }), t("people.undone"));
  });
}

async function credentials(person) {
  const fields = [
    { name: "username", label: t("people.username"), required: true, value: person.username, pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]{2,63}", hint: t("people.username_hint"), autocomplete: "off" },
    { name: "password", label: t("people.password"), type: "password", required: true, autocomplete: "new-password", hint: t("people.password_hint") },
  ];
  const done = await askFor({ title: t("people.credentials"), fields, onSubmit: (values) => api.put(`/v1/people/${person.id}/credentials`, values).then(() => true) });
  if (done) after(person, t("people.credentials_set"));
}

async function newFactor(person) {
  if (person.has_second_factor && !(await ask(t("people.new_factor_sure"), { yes: t("people.new_factor"), danger: true }))) return;
  const { otpauth_uri: address } = await api.post(`/v1/people/${person.id}/second-factor`);
  const secret = new URL(address).searchParams.get("secret") ?? "";
  const body = [
    h("p", {}, t("people.factor_once")),
    facts([
      [t("people.factor_secret"), h("code", { class: "mono wrap" }, secret.match(/.{1,4}/g)?.join(" "))],
      [t("people.factor_address"), h("a", { class: "mono wrap", href: address }, address)],
    ]),
  ];
  await dialog({ title: t("people.new_factor"), body, actions: [{ text: t("common.close"), kind: "primary" }] });
  open(person.id);
}

async function endSessions(person) {
  if (!(await ask(t("people.end_sessions_sure", { name: person.name }), { yes: t("people.end_sessions"), danger: true }))) return;
  await api.del(`/v1/people/${person.id}/sessions`);
  toast(t("people.sessions_ended"), "good");
}

async function change(person, verb, question) {
  if (!(await ask(t(question, { name: person.name }), { danger: verb !== "reactivate", yes: t(`people.${verb}`) }))) return;
  const made = await api.post(`/v1/people/${person.id}/${verb}`);
  const undo = verb === "suspend" ? async () => after(await api.post(`/v1/people/${person.id}/reactivate`), t("people.undone")) : undefined;
  after(made, t(`people.${verb}_done`, { name: person.name }), undo);
}

function after(person, text, undo) {
  toast(text, "good", { undo: undo && guard(undo) });
  list.upsert(person);
  open(person.id);
}
