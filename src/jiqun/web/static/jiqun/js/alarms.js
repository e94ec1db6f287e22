// The alarm console: asks for the list every few seconds and changes only what changed, so that focus, ticks and a finger
// on a button stay where they are; keys handle alarms; whatever needs a reason asks for it first.
const form = document.getElementById("alarm-form");
const box = document.getElementById("alarms");
const said = document.getElementById("alarms-said");
const news = document.getElementById("alarms-new");
const lost = document.getElementById("alarms-lost");
const sheet = document.getElementById("why-sheet");
const keysSheet = document.getElementById("keys-sheet");
const POLL_MS = 2500;
const LOST_AFTER_MS = 9000;
const COMMAND_OF = { a: "acknowledge", s: "shelve", u: "unshelve", r: "reset" };
const title = document.title;
const picked = new Set();
let current = null;
let held = false;
let heard = Date.now();
let asking = 0;
let waiting = null; // what is to be done once the reason is given

const rows = () => [...box.querySelectorAll(".alarm")];
const rowOf = (key) => rows().find((row) => row.dataset.key === key) ?? null;
const can = (row, name) => row.dataset.can.split(" ").includes(name);

function say(text, isError) {
  const line = document.createElement("p");
  line.className = isError ? "notice is-error" : "notice";
  line.textContent = text;
  said.replaceChildren(line);
}

function paint() {
  for (const row of rows()) {
    const isCurrent = row.dataset.key === current;
    row.toggleAttribute("aria-current", false);
    if (isCurrent) row.setAttribute("aria-current", "true");
    row.tabIndex = isCurrent ? 0 : -1;
    const tick = row.querySelector("input[type=checkbox]");
    if (tick) tick.checked = picked.has(row.dataset.key);
    row.classList.toggle("is-picked", picked.has(row.dataset.key));
  }
  if (!current && rows().length) rows()[0].tabIndex = 0;
  const label = document.getElementById("alarm-picked");
  label.dataset.bare ??= label.textContent;
  label.textContent = picked.size ? `${form.dataset.picked} ${picked.size}` : label.dataset.bare;
  const count = Number(box.querySelector("[data-console]")?.dataset.unanswered ?? 0);
  document.title = count ? `(${count}) ${title}` : title;
}

// --- the list as the server has it now ---

function takeNews(before) {
  const fresh = rows().filter((row) => row.hasAttribute("data-waits") && before.get(row.dataset.key) !== row.dataset.raised);
  if (!fresh.length) return;
  news.hidden = false;
  news.textContent = `${form.dataset.new}: ${fresh.map((row) => `${row.dataset.priority} ${row.dataset.name}`).join("; ")}`;
}

function patch(fresh) {
  const cells = new Map([...box.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
  for (const cell of fresh.querySelectorAll("[data-cell]")) {
    const old = cells.get(cell.dataset.cell);
    if (old && old.innerHTML !== cell.innerHTML) {
      const focused = old.contains(document.activeElement);
      old.innerHTML = cell.innerHTML;
      window.htmx?.process(old);
      if (focused) old.closest(".alarm")?.focus({ preventScroll: true });
    }
  }
  for (const row of fresh.querySelectorAll(".alarm")) {
    const old = rowOf(row.dataset.key);
    old.className = row.className;
    for (const name of ["can", "raised", "priority"]) old.dataset[name] = row.dataset[name];
    old.toggleAttribute("data-waits", row.hasAttribute("data-waits"));
  }
  box.querySelector("[data-console]").dataset.unanswered = fresh.querySelector("[data-console]").dataset.unanswered;
}

function replaceAll(fresh) {
  const focused = document.activeElement?.closest?.(".alarm")?.dataset.key;
  const at = rows().findIndex((row) => row.dataset.key === (focused ?? current));
  box.replaceChildren(...fresh.childNodes);
  window.htmx?.process(box);
  const keys = new Set(rows().map((row) => row.dataset.key));
  for (const key of [...picked]) if (!keys.has(key)) picked.delete(key);
  if (current && !keys.has(current)) current = null;
  if (focused) {
    const next = rowOf(focused) ?? rows()[Math.min(at, rows().length - 1)] ?? null;
    next?.focus({ preventScroll: true });
  }
}

function put(text) {
  const holder = document.createElement("template");
  holder.innerHTML = text;
  const fresh = holder.content;
  if (!fresh.querySelector("[data-console]")) return false; // the login page, or an error
  const told = fresh.querySelector("[data-said]");
  if (told) {
    told.remove();
    said.replaceChildren(...told.childNodes);
  }
  const before = new Map(rows().filter((row) => row.hasAttribute("data-waits")).map((row) => [row.dataset.key, row.dataset.raised]));
  const shape = (root) => [...root.querySelectorAll(".alarm, .alarm-list")].map((one) => one.dataset.key ?? "|").join("\n");
  if (shape(box) === shape(fresh)) patch(fresh);
  else replaceAll(fresh);
  paint();
  takeNews(before);
  return true;
}

async function ask() {
  const isHeld = held || document.hidden || box.querySelector("details[open]") || sheet.open;
  if (isHeld) {
    if (document.hidden) heard = Date.now();
  } else {
    const mine = ++asking;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { "HX-Request": "true" } });
      const text = await answer.text();
      if (mine === asking && !held && answer.ok && put(text)) heard = Date.now();
    } catch {
      // said below, once it lasts
    }
  }
  const gone = !isHeld && Date.now() - heard > LOST_AFTER_MS;
  lost.hidden = !gone;
  box.classList.toggle("is-lost", gone);
}

// --- what people do ---

async function send(name, keys, more = {}) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("command", name);
  for (const key of keys) body.append("key", key);
  for (const [field, value] of Object.entries(more)) body.set(field, value);
  const mine = ++asking;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    const text = await answer.text();
    if (mine !== asking) asking += 1;
    if (!answer.ok || !put(text)) say(form.dataset.refused, true);
    else picked.clear();
  } catch {
    lost.hidden = false;
  }
  paint();
}

function start(name, keys) {
  const able = keys.filter((key) => rowOf(key) && can(rowOf(key), name));
  if (!keys.length) return say(form.dataset.choose, true);
  if (!able.length) return say(form.dataset.not, true);
  const button = box.querySelector(`[data-do="${name}"][data-why]`);
  return button ? reason(name, able, button.textContent) : send(name, able);
}

function reason(name, keys, word) {
  waiting = { name, keys };
  document.getElementById("why-title").textContent = word;
  document.getElementById("why-names").textContent = keys.map((key) => rowOf(key).dataset.name).join("、");
  document.getElementById("why-minutes").hidden = name !== "shelve";
  document.getElementById("why").value = "";
  sheet.showModal();
  document.getElementById("why").focus();
}

function chosen() {
  if (picked.size) return [...picked];
  const focused = document.activeElement?.closest?.(".alarm")?.dataset.key;
  const key = focused ?? current;
  return key && rowOf(key) ? [key] : [];
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const key = document.activeElement?.closest?.(".alarm")?.dataset.key ?? current;
  const at = all.findIndex((row) => row.dataset.key === key);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step))];
  current = next.dataset.key;
  paint();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function toggle(key) {
  if (!key || !rowOf(key)?.querySelector("input[type=checkbox]")) return;
  if (!picked.delete(key)) picked.add(key);
  paint();
}

function onKey(event) {
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select") || event.target.isContentEditable;
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const inList = event.target === document.body || box.contains(event.target);
  const steps = { j: 1, k: -1, ...(inList ? { ArrowDown: 1, ArrowUp: -1 } : {}) };
  if (steps[event.key]) move(steps[event.key]);
  else if (event.key === "x") toggle(chosen().length && !picked.size ? chosen()[0] : document.activeElement?.closest?.(".alarm")?.dataset.key ?? current);
  else if (event.key === "Escape" && picked.size) picked.clear();
  else if (event.key === "?") keysSheet.showModal();
  else if (COMMAND_OF[event.key] && !event.repeat) start(COMMAND_OF[event.key], chosen());
  else return;
  event.preventDefault();
  paint();
}

if (form) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    button.closest("details")?.removeAttribute("open");
    start(button.dataset.do, button.dataset.one ? [button.dataset.one] : chosen());
  });
  box.addEventListener("change", (event) => {
    const row = event.target.closest(".alarm");
    if (row && event.target.matches("input[type=checkbox]")) toggle(row.dataset.key);
  });
  box.addEventListener("focusin", (event) => {
    current = event.target.closest(".alarm")?.dataset.key ?? current;
    paint();
  });
  box.addEventListener("click", (event) => {
    const row = event.target.closest(".alarm");
    if (row && !event.target.closest("a, button, input, label, summary")) row.focus();
  });
  document.getElementById("why-form").addEventListener("submit", () => {
    const told = { why: document.getElementById("why").value };
    if (waiting.name === "shelve") told.minutes = document.getElementById("minutes").value;
    send(waiting.name, waiting.keys, told);
  });
  sheet.addEventListener("close", () => rowOf(current)?.focus());
  document.addEventListener("click", (event) => event.target.closest("[data-shut]")?.closest("dialog").close());
  document.getElementById("keys-open").addEventListener("click", () => keysSheet.showModal());
  document.addEventListener("keydown", onKey);
  document.addEventListener("pointerdown", () => { held = true; });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(() => { held = false; }, 80));
  setInterval(ask, POLL_MS);
  paint();
}
