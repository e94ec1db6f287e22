// A page that lives: the server sends the parts that changed; ages tick here; when the line breaks, the page says so.
const box = document.getElementById("live");
const lost = document.getElementById("live-lost");
const LOST_AFTER_MS = 8000;
const JOIN = document.documentElement.lang.startsWith("zh") ? "" : " ";
let ages = {};
let behind = 0; // this clock minus the server's, in ms
let heard = Date.now();
let source = null;

function span(seconds) {
  const words = box.dataset;
  if (seconds < 60) return `${seconds} ${words.second}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${words.minute}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} ${words.hour} ${Math.floor((seconds % 3600) / 60)} ${words.minute}`;
  return `${Math.floor(seconds / 86400)} ${words.day} ${Math.floor((seconds % 86400) / 3600)} ${words.hour}`;
}

function tick() {
  const now = Date.now() - behind;
  for (const one of box.querySelectorAll("[data-age]")) {
    const read = ages[one.dataset.age];
    if (read !== undefined) {
      one.textContent = `${span(Math.max(0, Math.floor(now / 1000 - read / 1e6)))}${JOIN}${box.dataset.ago}`;
    }
  }
  for (const one of box.querySelectorAll("[data-since]")) {
    one.textContent = span(Math.max(0, Math.floor(now / 1000 - Number(one.dataset.since))));
  }
  const gone = Date.now() - heard > LOST_AFTER_MS;
  box.classList.toggle("is-lost", gone);
  lost.hidden = !gone;
  lost.textContent = gone ? box.dataset.lost : "";
}

function put(part, html) {
  if (part.dataset.chart) {
    part.dataset.json = html;
    part.dispatchEvent(new CustomEvent("fresh"));
    return;
  }
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  part.innerHTML = html;
  if (window.htmx) window.htmx.process(part);
  if (part.hasAttribute("data-tile")) {
    const tone = [...(part.querySelector(".state")?.classList ?? [])].find((name) => name.startsWith("is-"));
    part.className = `machine ${tone ?? ""}`;
  }
  if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function take(message) {
  const told = JSON.parse(message.data);
  heard = Date.now();
  behind = heard - told.at_ms;
  for (const [name, html] of Object.entries(told.parts)) {
    if (name === "ages") {
      ages = JSON.parse(html);
    } else {
      box.querySelectorAll(`[data-part="${CSS.escape(name)}"]`).forEach((part) => put(part, html));
    }
  }
  tick();
}

function open() {
  if (!source) {
    source = new EventSource(box.dataset.live);
    source.addEventListener("parts", take);
  }
}

function close() {
  source?.close();
  source = null;
}

if (box) {
  ages = JSON.parse(box.dataset.ages || "{}");
  behind = Date.now() - Number(box.dataset.at) / 1000;
  open();
  setInterval(tick, 1000);
  tick();
  document.addEventListener("visibilitychange", () => {
    heard = Date.now();
    (document.hidden ? close : open)();
  });
  window.addEventListener("pagehide", close);
}
