// One case, laid open: what was written, what decided, what was done, where the person stands.

import { dayOf, language, make, percent, say, when, wordFor } from "./words.js";

const REASONS = ["quote", "reclaimed", "joke", "wrong_language", "other"];
const TICKS = { applied: "✓", simulated: "○", refused: "✕", failed: "✕", unknown: "?", pending: "…" };

/** Text with the deciding parts marked; spans count in code points, as the server does. */
export function marked(text, spans) {
  const letters = [...text];
  const parts = [];
  let at = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    parts.push(letters.slice(at, from).join(""), make("mark", {}, letters.slice(from, end).join("")));
    at = end;
  }
  parts.push(letters.slice(at).join(""));
  return parts.filter((part) => part !== "");
}

/** An action in words, with what it is limited to: "silence 1d". */
const action = (one) => [wordFor("action", one.name), one.words].filter(Boolean).join(" · ");

function section(title, ...children) {
  return make("section", {}, make("h4", {}, title), ...children);
}

function written(file) {
  if (!file.messages.length) return null;
  const plain = file.messages.every((one) => !one.spans.length);
  const many = file.messages.length > 4;
  return section(
    say("written"),
    ...file.messages.map((one) =>
      make(
        "blockquote",
        { class: many ? "quote brief" : "quote", dir: "auto" },
        make("span", {}, ...(one.text === null ? [make("em", {}, say("written_gone"))] : marked(one.text, one.spans))),
        make("small", {}, many ? `#${one.channel} · ${when(one.at)}` : `${one.author} · #${one.channel} · ${when(one.at)}`),
      ),
    ),
    plain && file.messages.some((one) => one.text !== null) ? make("p", { class: "saw" }, say("unmarked")) : null,
  );
}

/** A score that decided, what the rule asks for, and what applies here where moderators' verdicts moved that. */
function scored(one) {
  const asks = one.here === one.asked ? say("asks", { asked: percent(one.asked) }) : say("asks_here", { asked: percent(one.asked), here: percent(one.here) });
  return make("span", {}, make("code", {}, wordFor("label", one.label)), ` ${percent(one.score)} · ${asks}`);
}

function decided(file) {
  const why = (rule) => rule.why[language] ?? Object.values(rule.why)[0] ?? "";
  const rules = file.decided_by.map((rule) =>
    make(
      "div",
      {},
      make("p", { class: "why" }, why(rule)),
      make("p", { class: "saw" }, make("span", {}, `${say("rule")} `, make("code", {}, rule.id)),
        ...rule.scores.map(scored),
        ...rule.because.filter((one) => !(rule.scores.length && one.condition.startsWith("score: ")))
          .map((one) => make("span", {}, make("code", {}, one.condition), ` ${one.saw}`))),
    ),
  );
  const origin = file.origin === "rules" ? null : make("p", { class: "why" }, [wordFor("origin", file.origin), file.about].filter(Boolean).join(": "));
  return origin || rules.length ? section(say("rule_and_why"), origin, ...rules) : null;
}

/** Receipts are written in English; in other languages the word for the outcome is enough when all went well. */
const noteOf = (one) => (language === "en" || one.outcome !== "applied" ? one.note : "");

function receipts(file) {
  const rows = file.actions.map((one) =>
    make(
      "li",
      {},
      make("span", { class: `tick ${{ refused: "bad", failed: "bad", unknown: "bad", pending: "wait" }[one.outcome] ?? ""}`, "aria-hidden": "true" }, one.undoes ? "↺" : TICKS[one.outcome] ?? "·"),
      make("span", {}, action(one), " ", make("small", {}, [wordFor("outcome", one.outcome), noteOf(one)].filter(Boolean).join(" · "))),
    ),
  );
  return section(say("done"), rows.length ? make("ul", { class: "receipts" }, ...rows) : make("p", { class: "saw" }, say("nothing_done")));
}

function points(count) {
  if (!count) return say("points_none");
  return count === 1 ? say("points_one") : say("points_many", { points: count });
}

function ladder(one) {
  const here = one.steps.filter((step) => step.points <= one.points).length - 1;
  const next = one.steps.find((step) => step.points > one.points);
  const rungs = one.steps.map((step, index) =>
    make(
      "li",
      { class: `rung ${index === here ? "here" : index < here ? "reached" : ""}` },
      make("i"),
      make("span", {}, step.actions.map(action).join(", ")),
      make("small", {}, say("at_points", { points: step.points })),
    ),
  );
  const facts = [points(one.points)];
  if (one.given) facts.push(say("this_case", { points: one.given }));
  if (one.points && one.forgotten_at) facts.push(say("forgotten_on", { date: dayOf(one.forgotten_at) }));
  const ground = make("li", { class: `rung ${here < 0 ? "here" : "reached"}` }, make("i"), make("span", {}, points(here < 0 ? one.points : 0)), make("small", {}, one.ladder));
  return make(
    "div",
    {},
    make("p", { class: "standing-line" }, facts.join(" · ")),
    make("ol", { class: "ladder", "aria-label": one.ladder }, ground, ...rungs),
    make("p", { class: "standing-line" }, next ? say("next_step", { points: next.points, actions: next.actions.map(action).join(", ") }) : say("last_step_passed")),
  );
}

function standing(file) {
  if (!file.member || !file.standing.length) return null;
  return section(say("standing", { name: file.member.name }), ...file.standing.map(ladder));
}

function told(file) {
  if (!file.told.length || !file.member) return null;
  return make("details", {}, make("summary", {}, say("told", { name: file.member.name })), ...file.told.map((text) => make("p", { class: "told", dir: "auto" }, text)));
}

function verbs(file, deeds) {
  const done = { upheld: "uphold_done", overturned: "undo_done" }[file.state];
  const verdict = file.changed_by === "rules" || file.changed_by === "sereno" ? null
    : make("p", { class: "verdict" }, say("decided_by", { what: done ? say(done) : wordFor("state", file.state), who: file.changed_by, time: when(file.changed_at) }));
  const buttons = [];
  if (file.verbs.includes("undo")) buttons.push(make("button", { type: "button", class: "primary", "data-verb": "undo", onclick: () => deeds.settle(file, "undo") }, say("undo")));
  if (file.verbs.includes("uphold")) buttons.push(make("button", { type: "button", class: "second", "data-verb": "uphold", onclick: () => deeds.settle(file, "uphold") }, say("uphold")));
  if (file.verbs.includes("retract")) buttons.push(make("button", { type: "button", class: "second", "data-verb": "retract", onclick: () => deeds.settle(file, "retract") }, say("retract")));
  if (file.verbs.includes("not-a-problem")) buttons.push(reasons(file, deeds));
  return [verdict, ...opinion(file), buttons.length ? make("div", { class: "verbs" }, ...buttons) : null];
}

/** "Not a problem" asks why before it does anything. */
function reasons(file, deeds) {
  const pick = (why) => make("button", { type: "button", class: "quiet", "data-verb": "not-a-problem", "data-why": why, onclick: () => deeds.settle(file, "not-a-problem", { why }) }, wordFor("why", why));
  return make("details", { class: "reasons" },
    make("summary", { class: "second" }, say("not_a_problem")),
    make("div", { role: "group", "aria-label": say("not_a_problem_ask") }, make("p", {}, say("not_a_problem_ask")), ...REASONS.map(pick)));
}

/** What each change of a threshold did, in a sentence, oldest first. */
export const changes = (file) => file.moved.map((one) =>
  say(one.taken_back_at ? "threshold_back" : "threshold_now", { rule: one.rule, label: wordFor("label", one.label), was: percent(one.was), now: percent(one.now) }));

function opinion(file) {
  const said = file.said;
  if (!said) return [];
  const words = said.said === "not_a_problem" ? say("said_not_a_problem", { why: wordFor("why", said.why), who: said.by, time: when(said.at) }) : null;
  const back = said.taken_back_at ? say("said_taken_back", { who: said.taken_back_by, time: when(said.taken_back_at) }) : null;
  return [words, back, ...changes(file)].filter(Boolean).map((text) => make("p", { class: "verdict" }, text));
}

/** The whole case, as children of its article. */
export function caseFile(file, deeds) {
  return [
    make("header", { class: "case-head" }, make("h3", {}, say("case", { number: file.number })), make("span", { class: "rule-id" }, file.id), make("span", { class: `pill ${file.state}` }, wordFor("state", file.state))),
    written(file),
    decided(file),
    receipts(file),
    standing(file),
    told(file),
    ...verbs(file, deeds),
  ].filter(Boolean);
}
