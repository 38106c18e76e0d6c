// Who is in the room, as whom one writes, and which channels there are.

import { face, make, say, when } from "./words.js";

const WEEK = 7 * 24 * 3600 * 1000;

/** Whether a person may write at this moment, as far as the page knows. */
export function free(person) {
  return person && person.here && !person.banned && !(person.timeout_until && new Date(person.timeout_until) > new Date());
}

/** What holds a person back, or what they are, in a few words. */
function standing(person) {
  if (person.banned) {
    return [person.banned_until ? say("kept_out_until", { time: when(person.banned_until) }) : say("kept_out"), true];
  }
  if (!person.here) return [say("gone"), true];
  if (person.timeout_until && new Date(person.timeout_until) > new Date()) {
    return [say("silenced_until", { time: when(person.timeout_until) }), true];
  }
  if (person.roles.includes("moderator")) return [say("moderator"), false];
  const fresh = !person.here_since || Date.now() - new Date(person.here_since) < WEEK;
  return [say(fresh ? "newcomer" : "regular"), false];
}

/** The list of people as a radio group: arrow keys walk, the chosen one writes. */
export function showPeople(state, choose) {
  const list = document.getElementById("people");
  const held = list.contains(document.activeElement);
  list.replaceChildren(
    ...[...state.members.values()].map((person) => {
      const [words, stopped] = standing(person);
      const chosen = person.id === state.me;
      return make(
        "button",
        {
          class: "person",
          type: "button",
          role: "radio",
          "aria-checked": String(chosen),
          tabindex: chosen ? "0" : "-1",
          "data-person": person.id,
          onclick: () => choose(person.id),
        },
        face(person),
        make("span", { class: "person-words" }, make("span", {}, person.name), make("small", { class: stopped ? "stopped" : "" }, words)),
      );
    }),
  );
  if (held) list.querySelector('[aria-checked="true"]')?.focus();
  const speaker = document.getElementById("speaker");
  const me = state.members.get(state.me);
  speaker.replaceChildren(...(me ? [face(me)] : []));
  const presence = document.getElementById("presence");
  presence.hidden = !me;
  if (!me) return;
  presence.textContent = `${me.here ? presence.dataset.leave : presence.dataset.back}: ${me.name}`;
  presence.classList.toggle("away", !me.here);
}

/** Arrow keys inside the group of people. */
export function walkPeople(state, choose) {
  document.getElementById("people").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(neighbour([...state.members.keys()], state.me, step));
  });
}

/** The next of a list, round the corner. */
export function neighbour(ids, current, step) {
  return ids[(ids.indexOf(current) + step + ids.length) % ids.length];
}

/** The list of channels. */
export function showChannels(state, choose) {
  const list = document.getElementById("channels");
  const held = list.contains(document.activeElement);
  list.replaceChildren(
    ...[...state.channels.values()].map((channel) =>
      make(
        "li",
        {},
        make(
          "button",
          {
            type: "button",
            class: state.unread.has(channel.id) ? "news" : "",
            "aria-current": channel.id === state.channel ? "true" : null,
            "data-channel": channel.id,
            onclick: () => choose(channel.id),
          },
          channel.name,
        ),
      ),
    ),
  );
  if (held) list.querySelector('[aria-current="true"]')?.focus();
  const here = state.channels.get(state.channel);
  document.getElementById("channel-title").textContent = `#${here.name}`;
  const facts = [];
  if (here.staff_only) facts.push(say("staff_only"));
  if (here.locked) facts.push(say("locked"));
  if (here.slow_mode) facts.push(say("slow_mode", { seconds: here.slow_mode }));
  if (state.invitesPaused) facts.push(say("invites_paused"));
  document.getElementById("channel-facts").textContent = facts.join(" · ");
}
