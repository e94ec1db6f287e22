// 大屏: a clock in Shanghai time, a slow turn of the list, and a fresh page every five minutes.
const clock = document.querySelector("[data-clock]");
const list = document.querySelector("[data-rotate]");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function tick() {
  clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai",
  }).format(new Date());
}

if (clock) {
  tick();
  setInterval(tick, 10_000);
}
if (list && !calm) {
  setInterval(() => {
    if (!list.matches(":hover, :focus-within")) {
      list.append(list.firstElementChild);
    }
  }, 8_000);
}
setTimeout(() => {
  const drawer = document.getElementById("drawer");
  if (!drawer || !drawer.open) {
    window.location.reload();
  }
}, 300_000);
