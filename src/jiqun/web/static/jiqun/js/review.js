// The queue by keyboard: a key presses what bears it (data-key), unless somebody is typing.
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select") || event.target.isContentEditable;
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
    return;
  }
  const pressed = document.querySelector(`#review [data-key="${CSS.escape(event.key)}"]`);
  if (pressed) {
    event.preventDefault();
    pressed.click();
  }
});
