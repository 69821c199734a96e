/** Names and words behind the ids of a dispatch: members in batches, forces and skills once. */
import { api, can, settings } from "../../lib.js";

const members = new Map();
const MOST = 200;

/** Learn these members' names and forces, many in one request; those that are known cost nothing. */
export async function learnMembers(ids) {
  const unknown = [...new Set(ids)].filter((id) => !members.has(id));
  if (!can("member.read")) return;
  for (let at = 0; at < unknown.length; at += MOST) {
    const page = await api.get("/v1/members", { id: unknown.slice(at, at + MOST), limit: MOST });
    for (const member of page.items) members.set(member.id, member);
  }
}

/** What a member is called, or a short form of the id where that may not be seen. */
export function nameOf(id) {
  return members.get(id)?.name ?? `#${id.slice(-4)}`;
}

/** The member behind a person's id, among those learnt. */
export function memberOfPerson(personId) {
  return [...members.values()].find((member) => member.person_id === personId) ?? null;
}

const words = { forces: new Map(), skills: new Map() };
let asked = null;

/** Learn what the station calls its forces and skills. */
export function learnWords() {
  asked ??= Promise.all(
    ["forces", "skills"].map(async (name) => {
      for (const word of await api.get(`/v1/${name}`)) words[name].set(word.code, word);
    }),
  );
  return asked;
}

function wordOf(word, code) {
  return word ? (settings.language === "en" ? word.en : word.zh) : (code ?? "");
}

export const forceWord = (code) => wordOf(words.forces.get(code), code);
export const skillWord = (code) => wordOf(words.skills.get(code), code);
export const forceOptions = () => [...words.forces.values()].map((word) => [word.code, wordOf(word)]);
export const skillOptions = () => [...words.skills.values()].map((word) => [word.code, wordOf(word)]);

/** Several members to choose from whose name, or whose id's end, fits a text. */
export async function findMembers(text) {
  const found = [];
  for await (const member of api.pages("/v1/members", { status: "active", limit: MOST })) {
    members.set(member.id, member);
    if (member.name.includes(text) || member.phone.endsWith(text)) found.push(member);
    if (found.length >= 20) break;
  }
  return found;
}
