// Passkeys: the browser signs the shop's question, and the answer is sent with the form around the button. Nothing here has
// texts of its own; without this script, or in a browser that knows no passkeys, a code is typed instead.
"use strict";

const known = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

/** A question of the shop, with the token of the form. */
async function questions(address, form) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(address, { method: "POST", body, redirect: "error" });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

function offer(button) {
  const { form, dataset } = button;
  const status = button.parentElement.querySelector("[role=status]");
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    try {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await questions(dataset.questions, form));
      const credential = await navigator.credentials.get({ publicKey });
      form.elements[dataset.passkey].value = JSON.stringify(credential.toJSON());
      if (!dataset.fills) form.submit();
      status.textContent = dataset.fills ?? "";
    } catch {
      status.textContent = dataset.failed;
    }
  });
}

function make(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await questions(form.dataset.newPasskey, form));
      const credential = await navigator.credentials.create({ publicKey });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      document.getElementById("new-passkey-status").textContent = form.dataset.failed;
    }
  });
}

if (known) {
  document.querySelectorAll("button[data-passkey]").forEach(offer);
  document.querySelectorAll("form[data-new-passkey]").forEach(make);
} else {
  document.getElementById("no-passkeys")?.removeAttribute("hidden");
}
