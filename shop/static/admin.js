// A product's form: what is typed is stored on the server each minute and when the page is left, and leaving it unsaved
// asks first. The form works without this script.
"use strict";

const EVERY_MS = 60_000;

/** The typed values, without the token, which is another one on each page. */
function typed(form) {
  const values = new URLSearchParams(new FormData(form));
  values.delete("csrf_token");
  return values.toString();
}

function guard(form) {
  const status = document.getElementById("unsaved-status");
  const untouched = form.cloneNode(true);
  untouched.reset(); // what was typed before this script had come is unsaved too
  const begun = typed(untouched);
  let stored = "unsaved" in form.dataset ? "" : begun;
  let leaving = false;
  const isUnsaved = () => "unsaved" in form.dataset || typed(form) !== begun;

  async function store() {
    const values = typed(form);
    if (leaving || values === stored || !isUnsaved()) return;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.store, { method: "POST", body, keepalive: body.toString().length < 60_000, redirect: "error" });
      if (!answer.ok) throw new Error(answer.statusText);
      stored = values;
      status.textContent = form.dataset.stored.replace("00:00", new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
    } catch {
      status.textContent = form.dataset.notStored;
    }
  }

  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false; // a page that the browser kept for its Back button
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && isUnsaved()) event.preventDefault();
  });
  // While an earlier text waits to be taken back, storing this one would overwrite it.
  if ("waits" in form.dataset) return;
  setInterval(store, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") store();
  });
}

document.querySelectorAll("form.product-form[data-store]").forEach(guard);
