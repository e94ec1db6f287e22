// Cartogram: what a tile says, beside the pointer or the focus, read from its own <title>.
const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);

function show(tile, x, y) {
  tip.textContent = tile.dataset.say;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(x + 14, window.innerWidth - box.width - 8))}px`;
  tip.style.top = `${Math.max(8, y - box.height - 10)}px`;
}

function tileOf(target) {
  return target instanceof Element ? target.closest("[data-say]") : null;
}

document.addEventListener("pointermove", (event) => {
  const tile = tileOf(event.target);
  if (tile) {
    show(tile, event.clientX, event.clientY);
  } else {
    tip.hidden = true;
  }
});
document.addEventListener("focusin", (event) => {
  const tile = tileOf(event.target);
  if (tile) {
    const box = tile.getBoundingClientRect();
    show(tile, box.x + box.width / 2, box.y);
  } else {
    tip.hidden = true;
  }
});
