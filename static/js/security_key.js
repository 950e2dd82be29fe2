/* The button that asks a security key: puts allauth's script to work, and says when it fails. */
(() => {
  "use strict";
  const form = document.getElementById("security-key");
  if (!form || !window.allauth?.webauthn) return;
  const failed = document.getElementById("security-key-failed");
  const start = form.dataset.kind === "add" ? "addForm" : "authenticateForm";
  window.allauth.webauthn.forms[start]({
    ids: {
      add: "security-key-ask",
      authenticate: "security-key-ask",
      credential: form.dataset.credential,
      data: "js_data",
    },
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    failed.hidden = false;
  });
  /* On the way down: allauth's own listener may have failed before one that comes after it. */
  form.addEventListener("click", () => (failed.hidden = true), { capture: true });
})();
