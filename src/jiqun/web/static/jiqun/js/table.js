// Small comforts: forms that send themselves when a choice changes, menus that close (Escape too), the search key "/".
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) {
    form.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.pop[open], details.menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
  const printer = event.target.closest("[data-print]");
  if (printer) {
    window.print();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    for (const menu of document.querySelectorAll("details.pop[open], details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = event.target.matches("input, textarea, select") || event.target.isContentEditable;
  if (event.key === "/" && !typing) {
    const field = document.querySelector("[data-seek]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
});
