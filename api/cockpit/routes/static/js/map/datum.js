/**
 * Chinese datums for drawing: the same formulas as api/kernel/geo.py, held against it by a test.
 * Everything the API gives is WGS-84; only a base map may be in GCJ-02, and then every vertex is moved before it is
 * drawn, and every click is moved back.
 */
const A = 6378245.0;
const EE = 0.00669342162296594323;
const { PI, sin, cos, sqrt, abs } = Math;

/** Outside mainland China the datums are the same. */
function isOutside(lat, lon) {
  return !(lon > 73.66 && lon < 135.05 && lat > 3.86 && lat < 53.55);
}

/** GCJ-02 of a WGS-84 place: [lat, lon]. */
export function toGcj02(lat, lon) {
  if (isOutside(lat, lon)) return [lat, lon];
  const x = lon - 105;
  const y = lat - 35;
  let dLat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
  let dLon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
  const common = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
  dLat += common + ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3;
  dLat += ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  dLon += common + ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3;
  dLon += ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const rad = (lat * PI) / 180;
  const magic = 1 - EE * sin(rad) ** 2;
  const root = sqrt(magic);
  dLat = (dLat * 180) / (((A * (1 - EE)) / (magic * root)) * PI);
  dLon = (dLon * 180) / ((A / root) * cos(rad) * PI);
  return [lat + dLat, lon + dLon];
}

/** WGS-84 of a GCJ-02 place: [lat, lon]; iterates, since the one-step inverse is metres off. */
export function fromGcj02(lat, lon) {
  let guess = [lat, lon];
  for (let round = 0; round < 30; round += 1) {
    const there = toGcj02(guess[0], guess[1]);
    const [dLat, dLon] = [lat - there[0], lon - there[1]];
    guess = [guess[0] + dLat, guess[1] + dLon];
    if (abs(dLat) < 1e-10 && abs(dLon) < 1e-10) break;
  }
  return guess;
}

const same = (lat, lon) => [lat, lon];
const DATUMS = {
  wgs84: { to: same, from: same },
  gcj02: { to: toGcj02, from: fromGcj02 },
};

/** `{to, from}` between WGS-84 and the datum a base map is drawn in. */
export function datumOf(name) {
  const found = DATUMS[name ?? "wgs84"];
  if (!found) throw new Error(`a base map in ${name} cannot be drawn`);
  return found;
}

/** Great-circle metres between two WGS-84 places. */
export function metresBetween(latA, lonA, latB, lonB) {
  const [a, b] = [(latA * PI) / 180, (latB * PI) / 180];
  const half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(((lonB - lonA) * PI) / 360) ** 2;
  return 2 * 6371008.8 * Math.asin(Math.min(1, sqrt(half)));
}
