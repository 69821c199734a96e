/** Ids of 16 bytes each, out of base64. */
export function unpackIds(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const hex = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));
  const ids = [];
  for (let at = 0; at < bytes.length; at += 16) {
    let id = "";
    for (let i = 0; i < 16; i += 1) id += (i === 4 || i === 6 || i === 8 || i === 10 ? "-" : "") + hex[bytes[at + i]];
    ids.push(id);
  }
  return ids;
}
