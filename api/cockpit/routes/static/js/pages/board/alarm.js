/** A new red incident is heard and seen, until somebody has looked at it; a mute silences, and never hides. */
import { h, label, t } from "../../lib.js";
import { choose, chosen } from "../../lib/facts.js";

const REPEAT_MS = 6000;

export class Alarm {
  constructor({ onOpen }) {
    this.onOpen = onOpen;
    this.unseen = new Map();
    this.muted = chosen("mute") === "1";
    this.title = document.title;
    this.timer = 0;
    this.audio = null;
    this.el = h("div", { class: "board-alarm", role: "alert", hidden: true });
    this.button = h("button", { type: "button", class: "btn btn-plain", onclick: () => this.toggle() });
    this.show();
    // Browsers let a page be heard only after somebody has touched it.
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.wake(), { once: true });
  }

  wake() {
    this.audio ??= new AudioContext();
    this.audio.resume?.();
  }

  toggle() {
    this.muted = !this.muted;
    choose("mute", this.muted ? "1" : "0");
    this.show();
  }

  ring(row) {
    this.unseen.set(row.id, row);
    this.show();
    this.sound();
    this.timer ||= setInterval(() => this.sound(), REPEAT_MS);
  }

  /** Somebody has looked at it. */
  seen(id) {
    if (!this.unseen.delete(id)) return;
    this.show();
  }

  /** Those that are over need nobody any more. */
  keep(rows) {
    for (const id of [...this.unseen.keys()]) if (!rows.has(id)) this.seen(id);
  }

  sound() {
    if (this.muted || !this.unseen.size || this.audio?.state !== "running") return;
    const start = this.audio.currentTime;
    [880, 660, 880].forEach((pitch, i) => {
      const tone = this.audio.createOscillator();
      const volume = this.audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, start + i * 0.22);
      volume.gain.exponentialRampToValueAtTime(0.25, start + i * 0.22 + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + i * 0.22 + 0.2);
      tone.connect(volume).connect(this.audio.destination);
      tone.start(start + i * 0.22);
      tone.stop(start + i * 0.22 + 0.21);
    });
  }

  show() {
    const rows = [...this.unseen.values()];
    this.button.textContent = t(this.muted ? "board.unmute" : "board.mute");
    this.button.setAttribute("aria-pressed", String(this.muted));
    this.el.hidden = rows.length === 0;
    document.title = rows.length ? `(${rows.length}) ${t("board.new_red")} · ${this.title}` : this.title;
    this.el.replaceChildren(
      ...rows.map((row) =>
        h(
          "button",
          { type: "button", class: "btn btn-danger", onclick: () => this.onOpen(row.id) },
          `${t("board.new_red")} ${label("incident_kind", row.kind)} ${row.ref} ${row.unit_name ?? ""}`,
        ),
      ),
    );
    if (!rows.length) {
      clearInterval(this.timer);
      this.timer = 0;
    }
  }
}
