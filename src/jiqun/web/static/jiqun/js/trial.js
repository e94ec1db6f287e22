// Trials: a slider and the number beside it say the same; what differs from what holds is marked; the scatter takes the new grades.
const form = document.getElementById("trial");

function mark(field) {
  field.classList.toggle("is-changed", field.value.trim() !== (field.dataset.holds ?? ""));
}

function follow(field) {
  const slider = form.querySelector(`[data-slides="${field.id}"]`);
  if (slider) {
    slider.value = field.value.trim() || 0;
  }
  mark(field);
}

if (form) {
  form.addEventListener("input", (event) => {
    const slides = event.target.dataset.slides;
    if (slides) {
      const field = document.getElementById(slides);
      field.value = event.target.value;
      mark(field);
    } else if (event.target.name) {
      follow(event.target);
    }
  });
  form.addEventListener("reset", () => {
    setTimeout(() => {
      for (const field of form.querySelectorAll("[data-holds]")) {
        field.value = field.dataset.holds;
        follow(field);
      }
      form.dispatchEvent(new Event("input"));
    });
  });
  form.querySelectorAll("[data-holds]").forEach(mark);
}

document.body.addEventListener("htmx:afterSettle", () => {
  const result = document.getElementById("per-mu-result");
  const box = document.getElementById("per-mu-chart");
  if (result && box && box.dataset.marks !== result.dataset.marks) {
    box.dataset.marks = result.dataset.marks;
    box.dispatchEvent(new Event("marks"));
  }
});
