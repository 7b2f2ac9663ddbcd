"use strict";
const probes = [...document.querySelectorAll("details.probe")];
const buttons = [...document.querySelectorAll(".filters button[data-outcome]")];
const search = document.querySelector(".filters input");
const nothing = document.querySelector("#nothing");

function apply() {
  const on = new Set(buttons.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.outcome));
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const probe of probes) {
    const text = probe.dataset.text;
    probe.hidden = (on.size > 0 && !on.has(probe.dataset.outcome)) || !words.every((word) => text.includes(word));
    shown += !probe.hidden;
  }
  nothing.hidden = shown > 0;
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    apply();
  });
}
search?.addEventListener("input", apply);

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
  }
}
window.addEventListener("hashchange", reveal);
reveal();

for (const button of document.querySelectorAll("button.copy")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.nextElementSibling.textContent);
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
}
