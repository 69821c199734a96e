/** People on duty: one compact source of columns, kept up row by row, and their layer. */
import { unpackIds } from "./ids.js";
import { PointsLayer, cssColour, makeSprite, worldOf } from "./points.js";

// Older than this, a place says little about where somebody is.
const STALE_S = 600;
const FREE = 0;
const BUSY = 1;
const STALE = 2;

/** Columns by index; ids as texts. `x`, `y`: world coordinates in the map's datum, NaN for who has no place. */
export class People {
  constructor(datum) {
    this.datum = datum;
    this.count = 0;
    this.room(0);
    this.index = new Map();
    this.sprites = null;
  }

  room(least) {
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(least + 1)));
    const grow = (old, kind) => {
      const next = new kind(size);
      if (old) next.set(old.subarray(0, Math.min(old.length, size)));
      return next;
    };
    this.x = grow(this.x, Float64Array);
    this.y = grow(this.y, Float64Array);
    this.seen = grow(this.seen, Float64Array);
    this.lat = grow(this.lat, Float64Array);
    this.lon = grow(this.lon, Float64Array);
    this.ids = (this.ids ?? []).slice(0, size);
    this.forces = (this.forces ?? []).slice(0, size);
    this.tasks = (this.tasks ?? []).slice(0, size);
  }

  /** Everybody at once, out of GET /v1/duty/board. */
  load(board) {
    const now = Date.parse(board.now);
    const ids = unpackIds(board.members);
    this.count = 0;
    this.index.clear();
    this.room(ids.length);
    ids.forEach((id, i) => {
      const seen = board.age_s[i] === null ? null : now - board.age_s[i] * 1000;
      this.put(id, board.lat[i], board.lon[i], board.forces[board.force[i]], board.incidents[board.engaged[i]] ?? null, seen);
    });
  }

  /** One row out of the stream: as in GET /v1/duty/live, or nothing for who is not on duty any more. */
  apply(id, row) {
    if (!row) return this.remove(id);
    const seen = row.fix_at ? Date.parse(row.fix_at) : null;
    return this.put(id, row.position?.lat ?? null, row.position?.lon ?? null, row.force, row.engaged_with, seen);
  }

  put(id, lat, lon, force, task, seen) {
    let at = this.index.get(id);
    if (at === undefined) {
      at = this.count;
      this.count += 1;
      if (this.count > this.x.length) this.room(this.count);
      this.index.set(id, at);
      this.ids[at] = id;
    }
    this.lat[at] = lat ?? NaN;
    this.lon[at] = lon ?? NaN;
    [this.x[at], this.y[at]] = lat === null ? [NaN, NaN] : worldOf(...this.datum.to(lat, lon));
    this.forces[at] = force;
    this.tasks[at] = task;
    this.seen[at] = seen ?? NaN;
  }

  remove(id) {
    const at = this.index.get(id);
    if (at === undefined) return;
    this.count -= 1;
    const last = this.count;
    // The last one moves into the gap: columns stay dense, and nothing is searched.
    for (const column of [this.x, this.y, this.seen, this.lat, this.lon, this.ids, this.forces, this.tasks]) column[at] = column[last];
    this.index.set(this.ids[at], at);
    this.index.delete(id);
  }

  /** What is known of the person at an index. */
  at(i) {
    const place = Number.isNaN(this.lat[i]) ? null : { lat: this.lat[i], lon: this.lon[i] };
    return { id: this.ids[i], force: this.forces[i], task: this.tasks[i], place, seenAt: this.seen[i] };
  }

  kindOf(i, now = Date.now()) {
    if (this.tasks[i]) return BUSY;
    return now - this.seen[i] < STALE_S * 1000 ? FREE : STALE;
  }

  /** How many are free, on a task, or not seen of late. */
  tally() {
    const counts = [0, 0, 0];
    const now = Date.now();
    for (let i = 0; i < this.count; i += 1) counts[this.kindOf(i, now)] += 1;
    return { free: counts[FREE], busy: counts[BUSY], stale: counts[STALE] };
  }

  sprite(i) {
    this.sprites ??= makeSprites();
    return this.sprites[this.kindOf(i)];
  }

  /** The style sheet's colours have changed. */
  repaint() {
    this.sprites = null;
  }
}

/** Free: a filled disc. On a task: a diamond. Not seen of late: an empty ring. Never told by colour alone. */
function makeSprites() {
  const edge = cssColour("--bg");
  const sprites = [];
  sprites[FREE] = makeSprite(6, (c) => {
    c.beginPath();
    c.arc(0, 0, 4, 0, 7);
    c.fillStyle = cssColour("--good");
    c.fill();
    c.lineWidth = 1.2;
    c.strokeStyle = edge;
    c.stroke();
  });
  sprites[BUSY] = makeSprite(8, (c) => {
    c.rotate(Math.PI / 4);
    c.fillStyle = cssColour("--accent");
    c.fillRect(-4.5, -4.5, 9, 9);
    c.lineWidth = 1.2;
    c.strokeStyle = edge;
    c.strokeRect(-4.5, -4.5, 9, 9);
  });
  sprites[STALE] = makeSprite(6, (c) => {
    c.beginPath();
    c.arc(0, 0, 3.4, 0, 7);
    c.lineWidth = 1.6;
    c.strokeStyle = cssColour("--grey");
    c.stroke();
  });
  return sprites;
}

/** The layer of a people source. */
export function peopleLayer(people, pane) {
  return new PointsLayer(people, { pane, thin: true, reach: 8 });
}
