/** Names of forces, skills and grids, read once per page. */
import { api, inLanguage } from "../../lib.js";

async function words(path) {
  const list = await api.get(path);
  return new Map(list.map((word) => [word.code, inLanguage(word)]));
}

/** {force(code), skill(code), grid(id), forces, skills, grids}: words for codes, and [value, word] lists for selects. */
export async function vocabulary() {
  const [forces, skills, units] = await Promise.all([
    words("/v1/forces"),
    words("/v1/skills"),
    api.all("/v1/units", { kind: "grid" }),
  ]);
  const grids = new Map(units.map((unit) => [unit.id, `${unit.code} ${unit.name}`]));
  return {
    force: (code) => forces.get(code) ?? code,
    skill: (code) => skills.get(code) ?? code,
    grid: (id) => grids.get(id) ?? "",
    forces: [...forces],
    skills: [...skills],
    grids: [...grids],
  };
}
