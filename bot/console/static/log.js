// The conversation: messages appear, change, vanish, and come back.

import { announce, face, make, say, when } from "./words.js";

const log = document.getElementById("log");
const VANISHING = 640;

function atBottom() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
}

function toBottom() {
  log.scrollTop = log.scrollHeight;
}

/** Change the log and stay at its end if that is where the reader was. */
function keepingPlace(change) {
  const follow = atBottom();
  change();
  if (follow) toBottom();
}

function header(line) {
  const head = make("div", { class: "msg-head" }, make("b", {}, line.author.name), make("time", { datetime: line.at }, when(line.at)));
  if (line.author.roles.includes("moderator")) head.append(make("span", { class: "badge" }, say("moderator")));
  if (line.edited_at) head.append(make("small", {}, say("edited")));
  return head;
}

function tools(line, deeds) {
  if (line.author.bot) return null;
  return make(
    "div",
    { class: "msg-tools" },
    make("button", { type: "button", onclick: () => deeds.startEdit(line) }, say("edit")),
    make("button", { type: "button", onclick: () => deeds.withdraw(line) }, say("remove")),
  );
}

function message(line, state, deeds) {
  const answered = line.reply_to ? state.lines.get(line.reply_to) : null;
  const own = line.author.id === state.me;
  return make(
    "article",
    { class: "msg", "data-line": line.id, "data-author": line.author.id },
    face(line.author),
    header(line),
    answered ? make("div", { class: "reply" }, `${answered.author.name}: ${answered.text}`) : null,
    make("div", { class: "text", dir: "auto" }, line.text),
    own ? tools(line, deeds) : null,
  );
}

function notice(line, state) {
  const name = state.members.get(line.only_for)?.name ?? line.only_for;
  return make(
    "article",
    { class: "notice", "data-line": line.id },
    make("img", { src: "/static/lantern.svg", alt: "" }),
    make("div", { class: "only" }, `Sereno · ${say("only_you", { name })}`),
    make("div", { class: "text", dir: "auto" }, line.text),
  );
}

function card(line, deeds) {
  return make(
    "article",
    { class: "card", "data-line": line.id },
    make("b", {}, line.card.title),
    make("div", { class: "text" }, line.text),
    make(
      "div",
      { class: "card-tools" },
      ...line.card.buttons.map((one) => make("button", { type: "button", class: "quiet", onclick: () => deeds.press(line, one.token) }, one.words)),
      make("button", { type: "button", class: "quiet", onclick: () => deeds.openCase(line.card.case) }, say("why")),
    ),
  );
}

function drawn(line, state, deeds) {
  if (line.card) return card(line, deeds);
  return line.only_for ? notice(line, state) : message(line, state, deeds);
}

const find = (id) => log.querySelector(`[data-line="${CSS.escape(id)}"]`);

/** Show a channel from the start. */
export function showAll(lines, state, deeds) {
  const shown = lines.map((line) => drawn(line, state, deeds));
  log.replaceChildren(...(shown.length ? shown : [make("p", { class: "hush" }, say(state.channels.get(state.channel)?.staff_only ? "empty_staff" : "empty"))]));
  toBottom();
}

/** Something new was said. */
export function add(line, state, deeds) {
  if (find(line.id)) return;
  keepingPlace(() => {
    log.querySelector(".hush")?.remove();
    const element = drawn(line, state, deeds);
    element.classList.add("fresh");
    log.append(element);
  });
}

/** A message reads differently now. */
export function change(line, state, deeds) {
  find(line.id)?.replaceWith(drawn(line, state, deeds));
}

/** A message vanishes for everybody; where it stood, one quiet line says so to those who saw it. */
export function vanish(news, line, state, deeds) {
  const element = find(news.id);
  if (!element || element.classList.contains("going")) return;
  element.classList.remove("fresh");
  element.classList.add("going");
  element.querySelectorAll("button").forEach((button) => { button.disabled = true; });
  const name = line?.author.name ?? "";
  setTimeout(() => keepingPlace(() => bury(element, news, name, line?.author.id ?? "", state, deeds)), VANISHING);
  if (news.state !== "withdrawn") announce(say(news.state === "held" ? "announce_held" : "announce_removed", { name }));
}

function bury(element, news, name, author, state, deeds) {
  const before = element.previousElementSibling;
  const same = before?.classList.contains("tomb") && before.dataset.author === author && before.dataset.state === news.state;
  if (same && news.state !== "withdrawn") {
    element.remove();
    engrave(before, [...before.dataset.lines.split(" "), news.id], name, state, deeds);
    return;
  }
  const tomb = make("div", { class: `tomb ${news.state}`, "data-author": author, "data-state": news.state });
  engrave(tomb, [news.id], name, state, deeds);
  element.replaceWith(tomb);
}

function engrave(tomb, lines, name, state, deeds) {
  tomb.dataset.lines = lines.join(" ");
  const held = tomb.dataset.state === "held";
  const key = {
    withdrawn: "tombstone_own",
    held: lines.length > 1 ? "tombstone_many_held" : "tombstone_held",
    removed: lines.length > 1 ? "tombstone_many" : "tombstone_deleted",
  }[tomb.dataset.state] ?? (held ? "tombstone_held" : "tombstone_deleted");
  const why = state.moderator && tomb.dataset.state !== "withdrawn";
  tomb.replaceChildren(
    make("span", {}, say(key, { name, count: lines.length })),
    ...(why ? [make("button", { type: "button", onclick: () => deeds.openCaseOf(lines[lines.length - 1]) }, say("why"))] : []),
  );
}

/** A message comes back to where it stood. */
export function bringBack(line, state, deeds) {
  const element = message(line, state, deeds);
  element.classList.add("given-back", "fresh");
  element.querySelector(".msg-head").append(make("span", { class: "badge" }, say("restored_mark")));
  announce(say("announce_restored", { name: line.author.name }));
  find(line.id)?.remove();
  keepingPlace(() => {
    log.querySelector(".hush")?.remove();
    const tomb = [...log.querySelectorAll(".tomb")].find((one) => one.dataset.lines.split(" ").includes(line.id));
    if (!tomb) return insertInOrder(element, line);
    const left = tomb.dataset.lines.split(" ").filter((id) => id !== line.id);
    tomb.before(element);
    if (left.length) engrave(tomb, left, line.author.name, state, deeds);
    else tomb.remove();
  });
}

function insertInOrder(element, line) {
  const times = [...log.querySelectorAll(".msg time")];
  const later = times.find((time) => new Date(time.dateTime) > new Date(line.at));
  if (later) later.closest(".msg").before(element);
  else log.append(element);
}

/** Turn a message into a small form; Enter saves, Escape leaves it as it was. */
export function editInPlace(line, save) {
  const element = find(line.id);
  const words = element?.querySelector(".text");
  if (!words) return;
  const field = make("input", { value: line.text, maxlength: 4000, "aria-label": say("edit") });
  const form = make("form", {}, field, make("button", { class: "quiet" }, say("save")));
  const done = () => form.replaceWith(words);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    done();
    if (field.value !== line.text) await save(field.value);
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") done(); });
  words.replaceWith(form);
  field.focus();
}
