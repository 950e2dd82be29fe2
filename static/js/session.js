/* Tells two minutes before the portal ends an unused session, and offers to go on. All tabs count. */
(() => {
  "use strict";
  const notice = document.getElementById("session-notice");
  if (!notice) return;
  const WARN = 120000;
  const SEEN = "session-seen";
  const idle = Number(notice.dataset.idle) * 1000;
  const end = Date.now() + Number(notice.dataset.left) * 1000;
  let seen = 0;
  const used = () => {
    seen = Date.now();
    try {
      localStorage.setItem(SEEN, String(seen));
    } catch {
      /* no storage here: this tab counts for itself */
    }
  };
  const last = () => {
    try {
      return Math.max(seen, Number(localStorage.getItem(SEEN)) || 0);
    } catch {
      return seen;
    }
  };
  const show = (state) => {
    if (notice.dataset.state === state) return;
    notice.dataset.state = state;
    notice.hidden = state === "";
    notice.querySelectorAll("[data-ending]").forEach((each) => (each.hidden = each.dataset.ending !== state));
  };
  const look = () => {
    const now = Date.now();
    const until = last() + idle;
    if (now >= Math.min(until, end)) show("over");
    else if (end - now <= WARN) show("old");
    else if (until - now <= WARN) show("idle");
    else show("");
  };
  notice.querySelector("[data-stay-button]").addEventListener("click", async () => {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const answer = await fetch(notice.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token } });
    if (answer.status === 204) used();
    else show("over");
    look();
  });
  document.addEventListener("htmx:afterOnLoad", used);
  used();
  setInterval(look, 5000);
})();
