// Comfort only: every page works without this file.
"use strict";

// Copy buttons stand hidden in the page, since without script they do nothing.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
    } catch {
      button.textContent = button.dataset.failed;
    }
    setTimeout(() => { button.textContent = label; }, 4000);
  });
}

// A double click sends once. The key in the form makes a second one harmless
// all the same; this spares the wait.
let leaving = false;
let changed = false;
document.addEventListener("submit", (event) => {
  const form = event.target;
  const last = Number(form.dataset.sent || 0);
  if (event.timeStamp - last < 3000 && last > 0) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = event.timeStamp;
  leaving = !changed || form.hasAttribute("data-guard");
});

// Back from the next page: the form may be sent again.
addEventListener("pageshow", () => {
  leaving = false;
  for (const form of document.forms) delete form.dataset.sent;
});

// autofocus loses to an address with a #fragment; the summary comes first.
document.querySelector(".summary")?.focus();

// Ask before answers are lost.
document.addEventListener("input", (event) => {
  if (event.target.form?.hasAttribute("data-guard")) changed = true;
});
addEventListener("beforeunload", (event) => {
  if (changed && !leaving) event.preventDefault();
});
