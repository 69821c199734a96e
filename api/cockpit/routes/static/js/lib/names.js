/** Names behind ids, each asked for once. */
import { api } from "./api.js";
import { can } from "./session.js";

const asked = new Map();

function once(path, read) {
  if (!asked.has(path)) {
    asked.set(
      path,
      api.get(path).then(read, () => null),
    );
  }
  return asked.get(path);
}

/** What a person is called; null where that may not be seen. */
export function personName(id) {
  if (!can("people.read")) return Promise.resolve(null);
  return once(`/v1/people/${id}`, (person) => person.name);
}

/** What a member is called; null where that may not be seen. */
export function memberName(id) {
  if (!can("member.read")) return Promise.resolve(null);
  return once(`/v1/members/${id}`, (member) => member.name);
}
