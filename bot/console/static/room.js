// The room: state, keys, suggestions, and what to do when news comes in.

import { get, listen, patch, path, post, remove } from "./api.js";
import { Desk } from "./desk.js";
import * as log from "./log.js";
import { free, neighbour, showChannels, showPeople, walkPeople } from "./people.js";
import { announce, language, say, suggestions, when } from "./words.js";

const $ = (id) => document.getElementById(id);
const state = {
  me: localStorage.getItem("sereno-me") ?? "eve",
  channel: "general",
  channels: new Map(),
  members: new Map(),
  lines: new Map(),
  unread: new Set(),
  invitesPaused: false,
  moderator: document.body.dataset.moderator === "yes",
};
const lamp = document.querySelector(".lamp");
const desk = state.moderator ? new Desk((error) => trouble(error), flare) : null;
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Why it did not work, in the reader's language where the page knows the reason itself. */
function reason(error, author) {
  const person = state.members.get(author);
  if (error.status === 403 && person?.timeout_until) return say("silent", { name: person.name, time: when(person.timeout_until) });
  return error.status ? error.message : say("failed", { detail: error.message });
}

function trouble(error, author = "", before = "") {
  const box = $("trouble");
  box.textContent = before + reason(error, author);
  box.hidden = false;
  clearTimeout(trouble.timer);
  trouble.timer = setTimeout(() => { box.hidden = true; }, 9000);
}

/** The watchman's lantern sways when something happened. */
function flare() {
  lamp.classList.remove("flare");
  requestAnimationFrame(() => lamp.classList.add("flare"));
}

const deeds = {
  startEdit: (line) => log.editInPlace(line, (text) => patch(path("api", "room", "messages", line.id), { text }).catch((error) => trouble(error))),
  withdraw: (line) => remove(path("api", "room", "messages", line.id)).catch((error) => trouble(error)),
  openCase: (id) => openDesk(() => desk.show(id)),
  press: (line, token) => post("/api/room/presses", { member: state.me, message: line.id, token }).catch((error) => trouble(error)),
  openCaseOf: (line) => openDesk(() => desk.showCaseOf(line)),
};

async function openDesk(act) {
  if (!desk) return;
  show("desk");
  await act();
  $("case").focus();
}

function show(view) {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === view));
}

async function glance() {
  const room = await get("/api/room");
  state.channels = new Map(room.channels.map((one) => [one.id, one]));
  state.members = new Map(room.members.map((one) => [one.id, one]));
  state.invitesPaused = room.invites_paused;
  if (!state.members.has(state.me)) state.me = room.members[0]?.id ?? "";
  drawSides();
}

function drawSides() {
  showPeople(state, bePerson);
  showChannels(state, enterChannel);
  $("text").placeholder = say("composer", { channel: state.channels.get(state.channel).name });
  $("text-label").textContent = $("text").placeholder;
}

async function loadChannel() {
  const channel = state.channel;
  const query = new URLSearchParams({ channel, member: state.me });
  const lines = await get(`/api/room/messages?${query}`);
  if (channel !== state.channel) return;
  for (const line of lines) state.lines.set(line.id, line);
  log.showAll(lines, state, deeds);
}

async function lookAnew() {
  try {
    await glance();
    await loadChannel();
    desk?.refresh();
  } catch (error) {
    trouble(error);
  }
}

async function enterChannel(id) {
  state.channel = id;
  $("trouble").hidden = true;
  state.unread.delete(id);
  drawSides();
  await loadChannel().catch((error) => trouble(error));
}

async function bePerson(id) {
  state.me = id;
  $("trouble").hidden = true;
  localStorage.setItem("sereno-me", id);
  drawSides();
  await loadChannel().catch((error) => trouble(error));
}

/* ── news ── */

function hear(kind, news) {
  if (kind === "behind") return void lookAnew();
  if (kind === "member") {
    state.members.set(news.id, news);
    showPeople(state, bePerson);
  } else if (kind === "channel") {
    if (news.id === "~door") state.invitesPaused = news.locked;
    else state.channels.set(news.id, news);
    showChannels(state, enterChannel);
  } else if (kind === "removal") {
    log.vanish(news, state.lines.get(news.id), state, deeds);
  } else if (kind !== "case") {
    hearLine(kind, news);
  }
  if (kind !== "message" && kind !== "member") desk?.refresh();
}

function hearLine(kind, line) {
  state.lines.set(line.id, line);
  if (state.lines.size > 3000) state.lines.delete(state.lines.keys().next().value);
  if (line.channel !== state.channel) {
    if (kind === "message") {
      state.unread.add(line.channel);
      showChannels(state, enterChannel);
    }
    return;
  }
  if (kind === "edit") log.change(line, state, deeds);
  else if (kind === "restored") log.bringBack(line, state, deeds);
  else if (!line.only_for || line.only_for === state.me) {
    log.add(line, state, deeds);
    if (line.only_for) announce(say("announce_notice", { name: state.members.get(line.only_for)?.name ?? "" }));
  }
}

/* ── writing ── */

const write = (author, channel, text, more = {}) =>
  post("/api/room/messages", { channel, author: { id: author }, text, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, ...more });

async function send() {
  const field = $("text");
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  grow();
  try {
    await write(state.me, state.channel, text);
    $("trouble").hidden = true;
  } catch (error) {
    if (!field.value) field.value = text;
    grow();
    trouble(error, state.me);
  }
}

function grow() {
  const field = $("text");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
}

async function play(button) {
  const one = suggestions[Number(button.dataset.suggestion)];
  const author = [one.as, "bo", "ana", state.me].find((id) => free(state.members.get(id))) ?? one.as;
  const lines = one.spread ? one.spread.map((channel) => [channel, one.say[0]]) : one.say.map((text) => [one.channel, text]);
  const here = lines[lines.length - 1][0];
  if (state.me !== author) await bePerson(author);
  if (!one.spread && state.channel !== here) await enterChannel(here);
  let count = 0;
  try {
    let quoted = null;
    for (const [channel, text] of lines) {
      const speaker = one.quote && count === 0 ? one.quote : author;
      const sent = await write(speaker, channel, text, quoted ? { reply_to: quoted } : {});
      if (one.quote && count === 0) quoted = sent.id;
      count += 1;
      await pause(lines.length > 4 ? 140 : 420);
    }
    $("trouble").hidden = true;
  } catch (error) {
    const name = state.members.get(author)?.name ?? author;
    trouble(error, author, count ? `${say("stopped", { name, count, total: lines.length })} ` : "");
  }
}

/* ── everything a hand can do ── */

function typing() {
  return /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
}

function keys(event) {
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    if (event.code === "KeyP") bePerson(neighbour([...state.members.keys()], state.me, 1));
    else if (event.code === "KeyC") enterChannel(neighbour([...state.channels.keys()], state.channel, 1));
    else return;
    event.preventDefault();
  } else if (!typing() && !event.ctrlKey && !event.metaKey && !event.altKey) {
    if (event.key === "/") {
      show("room");
      $("text").focus();
      event.preventDefault();
    } else if (desk?.key(event.key.toLowerCase())) event.preventDefault();
  }
}

async function enter(event) {
  event.preventDefault();
  const form = event.target;
  const name = form.elements.name.value.trim();
  if (!name) return;
  const id = `${name.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 32)}-${Math.random().toString(36).slice(2, 6)}`;
  const since = form.elements.since.value === "year" ? new Date(Date.now() - 365 * 864e5).toISOString() : undefined;
  try {
    await post("/api/room/members", { id, name, account_created: since });
    form.reset();
    announce(say("sure_joined", { name }));
    await glance();
    await bePerson(id);
    $("text").focus();
  } catch (error) {
    trouble(error);
  }
}

/** Whoever is chosen goes, or comes back. */
async function comeOrGo() {
  const me = state.members.get(state.me);
  const there = me.here ? remove(path("api", "room", "members", me.id)) : post("/api/room/members", { id: me.id, name: me.name });
  await there.catch((error) => trouble(error));
}

function connection(up, again) {
  const badge = $("link");
  badge.textContent = up ? "" : badge.dataset.offline;
  if (again) desk?.refresh();
}

function turnTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  document.cookie = `sereno-theme=${next}; path=/; max-age=31536000; samesite=lax`;
  $("theme").setAttribute("aria-pressed", String(next === "light"));
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  if (event.key === "Escape") $("text").blur();
});
$("suggestions").addEventListener("click", async (event) => {
  const chip = event.target.closest(".chip");
  if (!chip || chip.getAttribute("aria-busy") === "true") return;
  chip.setAttribute("aria-busy", "true");
  await play(chip);
  chip.removeAttribute("aria-busy");
});
$("enter").addEventListener("submit", enter);
$("presence").addEventListener("click", comeOrGo);
$("theme").addEventListener("click", turnTheme);
document.addEventListener("keydown", keys);
for (const button of document.querySelectorAll("[data-show]")) button.addEventListener("click", () => show(button.dataset.show));
walkPeople(state, bePerson);

await lookAnew();
const asked = new URLSearchParams(location.hash.slice(1)).get("case");
if (asked) deeds.openCase(asked);
listen(hear, connection);
document.documentElement.dataset.ready = language;
