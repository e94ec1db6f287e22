// The drawer: opens when htmx has put an explanation into it, closes by button, Escape or a click beside it.
const drawer = document.getElementById("drawer");
const body = document.getElementById("drawer-body");

function open() {
  if (!drawer.open) {
    drawer.showModal();
  }
}

if (drawer && body) {
  const waiting = document.getElementById("drawer-waiting");
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === body) {
      body.replaceChildren(waiting.content.cloneNode(true));
      open();
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === body) {
      open();
      body.scrollTop = 0;
    }
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (event.detail.target === body) {
      body.replaceChildren(document.getElementById("drawer-failed").content.cloneNode(true));
    }
  });
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer || event.target.closest("[data-close]")) {
      drawer.close();
    }
  });
}
