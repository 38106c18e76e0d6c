// The moderators' desk: the queue, the case that is open, and what can be said about it.

import { get, path, post, Refused } from "./api.js";
import { caseFile, changes } from "./case.js";
import { announce, face, make, say, when, wordFor } from "./words.js";

const WAITING = new Set(["open", "held", "appealed"]);

export class Desk {
  constructor(onTrouble, onTurn) {
    this.list = document.getElementById("cases");
    this.article = document.getElementById("case");
    this.onTrouble = onTrouble;
    this.onTurn = onTurn;
    this.cases = [];
    this.open = null;
    this.filter = "all";
    this.asked = null;
    for (const button of document.querySelectorAll("[data-filter]")) {
      button.addEventListener("click", () => this.choose(button.dataset.filter));
    }
  }

  choose(filter) {
    this.filter = filter;
    for (const button of document.querySelectorAll("[data-filter]")) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
    }
    this.draw();
  }

  /** Look again soon; many happenings at once are one look. */
  refresh() {
    if (this.asked) return;
    this.asked = setTimeout(() => this.load(), 120);
  }

  async load() {
    this.asked = null;
    try {
      const known = new Set(this.cases.map((one) => one.id));
      const first = this.cases.length === 0 && !this.loaded;
      this.cases = await get("/api/cases?limit=100");
      this.loaded = true;
      if (!first && this.cases.some((one) => !known.has(one.id))) this.onTurn();
      if (this.open) await this.show(this.open, { quietly: true });
      else this.draw();
    } catch (error) {
      this.onTrouble(error);
    }
  }

  shown() {
    if (this.filter === "all") return this.cases.filter((one) => one.severity > 0 || WAITING.has(one.state));
    return this.cases.filter((one) => WAITING.has(one.state));
  }

  draw() {
    const rows = this.shown();
    const waiting = this.cases.filter((one) => WAITING.has(one.state)).length;
    for (const id of ["waiting", "waiting-tab"]) {
      const badge = document.getElementById(id);
      badge.hidden = waiting === 0;
      badge.textContent = waiting;
    }
    const held = this.list.contains(document.activeElement) ? document.activeElement.dataset.case : null;
    this.list.replaceChildren(...rows.map((one) => this.row(one)));
    if (held) this.list.querySelector(`[data-case="${CSS.escape(held)}"]`)?.focus();
    this.list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
    const hush = document.getElementById("no-cases");
    hush.hidden = rows.length > 0;
    hush.textContent = say(this.filter === "all" ? "desk_empty" : "nothing_waits");
  }

  row(one) {
    const who = one.member ?? { id: "sereno", name: "Sereno", bot: true };
    const what = one.rules.length ? one.rules.join(", ") : wordFor("origin", one.origin);
    return make(
      "li",
      {},
      make(
        "button",
        { type: "button", "data-case": one.id, "aria-current": one.id === this.open ? "true" : null, onclick: () => this.show(one.id) },
        face(who, true),
        make("span", { class: "who" }, `${who.name} `, make("small", {}, `${when(one.opened_at)}${one.channel ? ` · #${one.channel}` : ""}`)),
        make("span", { class: `pill ${one.state}` }, wordFor("state", one.state)),
        make("span", { class: "sub" }, what),
      ),
    );
  }

  async show(id, { quietly = false } = {}) {
    this.open = id;
    this.draw();
    try {
      const file = await get(path("api", "cases", id));
      if (this.open !== id) return;
      this.file = file;
      const { verb, why } = document.activeElement?.dataset ?? {};
      const asking = quietly && this.article.querySelector(".reasons")?.open;
      this.article.hidden = false;
      this.article.closest(".desk").classList.add("reading");
      this.article.replaceChildren(...caseFile(file, { settle: (one, verb, details) => this.settle(one, verb, details) }));
      if (asking) this.article.querySelector(".reasons")?.setAttribute("open", "");
      if (verb) this.article.querySelector(`[data-verb="${verb}"]${why ? `[data-why="${why}"]` : ""}`)?.focus();
      if (!quietly) this.article.scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.onTrouble(error);
    }
  }

  async settle(file, verb, details) {
    for (const button of this.article.querySelectorAll("button")) button.disabled = true;
    try {
      const after = await post(path("api", "cases", file.id, verb), details);
      if (after.moved.length) announce(changes(after).at(-1));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.onTrouble(error);
    }
    await this.load();
    this.article.focus();
  }

  /** J and K walk through the queue, U takes back, H upholds, N asks why it is no problem, R takes that back. */
  key(key) {
    const rows = this.shown();
    if (!rows.length) return false;
    const at = rows.findIndex((one) => one.id === this.open);
    if (key === "j" || key === "k") {
      const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)));
      this.show(rows[next].id).then(() => this.list.querySelector('[aria-current="true"]')?.focus());
      return true;
    }
    if (key === "n") return this.askWhy();
    const verb = { u: "undo", h: "uphold", r: "retract" }[key];
    const button = verb && !this.article.hidden && this.article.querySelector(`[data-verb="${verb}"]`);
    if (!button || button.disabled) return false;
    button.click();
    return true;
  }

  askWhy() {
    const reasons = !this.article.hidden && this.article.querySelector(".reasons");
    if (!reasons) return false;
    reasons.open = true;
    reasons.querySelector("button").focus();
    return true;
  }

  /** The newest case that rests on a message. */
  async showCaseOf(line) {
    const found = await get(`/api/cases?message=${encodeURIComponent(line)}`).catch((error) => this.onTrouble(error));
    if (found?.length) await this.show(found[0].id);
  }
}
