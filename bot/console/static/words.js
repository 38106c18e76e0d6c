// The page's words in the reader's language, and how times and people are written.

const dictionary = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang;
export const suggestions = dictionary.suggestions;

/** A text of the page with {names} filled in; an unknown key is shown as it is, so that nothing disappears. */
export function say(key, values = {}) {
  const text = dictionary[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The page's words for an action, a state, an outcome; the name itself where the page has none. */
export const wordFor = (kind, name) => dictionary[`${kind}_${name}`] ?? String(name).replaceAll("_", " ");

const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const both = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

/** A moment as people say it: the hour today, otherwise the day as well. */
export function when(iso) {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : both.format(date);
}
export const dayOf = (iso) => day.format(new Date(iso));

const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 });

/** A share of 1 as a percentage, as exact as thresholds are. */
export const percent = (value) => share.format(value);

/** An element with attributes, classes and children; text is always text, never markup. */
export function make(tag, details = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(details)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A round face with an initial; the colour belongs to the id. */
export function face(person, small = false) {
  if (person.bot) {
    return make("span", { class: `face bot${small ? " small" : ""}` }, make("img", { src: "/static/lantern.svg", alt: "" }));
  }
  let sum = 0;
  for (const letter of person.id) sum = (sum * 37 + letter.codePointAt(0)) % 1009;
  const initial = [...(person.name || person.id)][0].toLocaleUpperCase(language);
  return make("span", { class: `face hue-${sum % 8}${small ? " small" : ""}`, "aria-hidden": "true" }, initial);
}

/** Tell whoever listens with a screen reader. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
