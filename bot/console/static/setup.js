// What the set-up does besides its forms: it looks again by itself, copies, guesses the time zone, and waits for a start.

const $ = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** After a press that did not work, whoever works with keys starts at the reason. */
function pointAtTrouble() {
  const field = document.querySelector('[aria-invalid="true"]');
  const trouble = $("trouble");
  if (field) field.focus();
  else if (trouble) {
    trouble.tabIndex = -1;
    trouble.focus();
  } else $("results")?.scrollIntoView({ block: "nearest" });
}

function offerCopies() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText($(button.dataset.copy).value);
      button.textContent = button.dataset.copied;
    });
  }
}

function guessZone() {
  const field = $("time-zone");
  if (!field || field.value) return;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  field.value = here && here.includes("/") ? here : "";
}

/** While the bot is in no server yet, or something needed is missing: look again every few seconds, for ten minutes. */
async function watch() {
  if ($("found")?.dataset.waiting !== "yes") return;
  if ($("watching")) $("watching").hidden = false;
  for (let round = 0; round < 120; round += 1) {
    await pause(5000);
    if (document.hidden || $("found").contains(document.activeElement)) continue;
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) continue;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("found");
    if (!fresh) continue;
    if (fresh.innerHTML !== $("found").dataset.seen) {
      const seen = fresh.innerHTML;
      $("found").replaceWith(fresh);
      fresh.dataset.seen = seen;
      $("announcer").textContent = fresh.querySelector("legend, h2, .well")?.textContent ?? "";
    }
    if (fresh.dataset.waiting !== "yes") return;
    if ($("watching")) $("watching").hidden = false;
  }
}

async function askState() {
  const answer = await fetch("/api/setup/state", { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

async function isReady() {
  const answer = await fetch("/readyz").catch(() => null);
  return Boolean(answer?.ok);
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function show(box, platforms) {
  const names = Object.keys(platforms);
  const items = names.map((name) => {
    const one = platforms[name];
    const item = element("li", one.state, "");
    item.dataset.platform = name;
    const words = [one.says || (one.state === "refused" ? "" : box.dataset[one.state]), one.mend].filter(Boolean).join(" ");
    item.append(
      element("strong", "", name[0].toUpperCase() + name.slice(1)), " ",
      element("span", `state ${one.state}`, box.dataset[`state${one.state[0].toUpperCase()}${one.state.slice(1)}`]),
      element("p", "", words),
    );
    return item;
  });
  $("states").replaceChildren(...(items.length ? items : [element("li", "", box.dataset.none)]));
  return names.length > 0 && names.every((name) => platforms[name].state !== "connecting");
}

/** Ask for the restart, wait until another run answers, then show how every platform stands. */
async function follow() {
  const box = $("progress");
  if (!box) return;
  let run = "";
  if (box.dataset.begin === "yes") {
    history.replaceState(null, "", location.pathname);
    run = box.dataset.run;
    $("restart").hidden = true;
    $("says").textContent = box.dataset.restarting;
    await fetch("/api/setup/restart", { method: "POST" }).catch(() => null);
  }
  for (let round = 0; round < 600; round += 1) {
    const state = (await isReady()) ? await askState() : null;
    if (state && state.run !== run) {
      $("says").textContent = state.trouble ? "" : box.dataset.ready;
      if ($("why").textContent !== state.trouble) $("why").textContent = state.trouble;
      $("unused").hidden = !state.trouble;
      const settled = show(box, state.platforms);
      const names = Object.values(state.platforms);
      $("done").hidden = state.trouble || !(names.length && names.every((one) => one.state === "connected"));
      if (settled) box.dataset.settled = "yes";
    } else if (round === 60) $("says").textContent = box.dataset.slow;
    await pause(round < 60 ? 500 : 2000);
  }
}

pointAtTrouble();
offerCopies();
guessZone();
document.documentElement.dataset.ready = "yes";
watch();
follow();
