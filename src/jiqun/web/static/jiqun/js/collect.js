// Collecting: a suggested number is put into its field, a text is copied, and a draft that could not be kept says so.
document.addEventListener("click", async (event) => {
  const setter = event.target.closest("[data-set]");
  if (setter) {
    const field = document.getElementById(setter.dataset.set);
    field.value = setter.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    const field = document.getElementById(copier.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    copier.textContent = copier.dataset.done;
  }
});
