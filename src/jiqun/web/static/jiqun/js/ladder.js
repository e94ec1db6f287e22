// Bars of the pyramid: their width comes from data-share, since the content policy forbids inline styles in markup.
function widen(root) {
  for (const bar of root.querySelectorAll(".rung-fill[data-share]")) {
    bar.style.width = `${bar.dataset.share}%`;
  }
}

widen(document);
document.body.addEventListener("htmx:afterSettle", (event) => widen(event.detail.elt.parentElement ?? document));
