/** What the server wrote into the page: language, zone, version, tiles, stream. Nothing about anybody. */
export const settings = Object.freeze(JSON.parse(document.getElementById("facts").textContent));

/** The address below which this release's files lie. */
export const base = `/cockpit/static/${settings.version}`;

/** A query parameter of the page, or null. */
export function param(name) {
  return new URLSearchParams(location.search).get(name);
}

/** Set (or with null remove) a query parameter without a new page. */
export function setParam(name, value) {
  const query = new URLSearchParams(location.search);
  if (value === null || value === undefined || value === "") query.delete(name);
  else query.set(name, value);
  const text = query.toString();
  history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : "") + location.hash);
}

/** Remember a choice in this browser, where the server sees it too. */
export function choose(name, value) {
  const year = 365 * 24 * 3600;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `cockpit_${name}=${encodeURIComponent(value)}; Path=/cockpit; Max-Age=${year}; SameSite=Lax${secure}`;
}

/** Whether a choice was made in this browser. */
export function chosen(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`cockpit_${name}=`));
  return found ? decodeURIComponent(found.split("=")[1]) : null;
}
