/* Small comforts; every page works without them. No inline handlers, no evaluation, no outside host. */
(() => {
  "use strict";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const say = (text) => {
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = text;
  };

  const prepare = (root) => {
    all("[data-copy], [data-print], [data-script-only]", root).forEach((element) => {
      element.hidden = false;
    });
    all("[data-batch]", root).forEach((bar) => count(bar.closest("form")));
  };

  /* Ticked rows: how many, and all at once. */
  const count = (form) => {
    if (!form) return;
    const picks = all('input[name="pick"]', form);
    const picked = picks.filter((box) => box.checked);
    picks.forEach((box) => box.closest("tr")?.classList.toggle("m-picked", box.checked));
    const head = form.querySelector("[data-pick-all]");
    if (head) {
      head.checked = picks.length > 0 && picked.length === picks.length;
      head.indeterminate = picked.length > 0 && picked.length < picks.length;
    }
    /* The list beyond this page, where it is ticked: how many those are, the page has said. */
    const everything = form.querySelector('input[name="everything"]:checked');
    const number = everything ? everything.dataset.number : picked.length;
    form.querySelector("[data-batch]")?.classList.toggle("m-batch-active", everything !== null || number > 0);
    const words = form.querySelector("[data-batch-count]");
    if (words) {
      words.dataset.words ??= words.textContent.trim();
      words.textContent = `${words.dataset.words} ${number}`;
    }
  };

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches?.("[data-pick-all]")) {
      all('input[name="pick"]', box.form).forEach((pick) => (pick.checked = box.checked));
      count(box.form);
    } else if (box.name === "pick" || box.name === "everything") count(box.form);
  });

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const source = document.querySelector(copy.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        const words = copy.querySelector("span");
        copy.dataset.words ??= words.textContent;
        words.textContent = copy.dataset.done;
        setTimeout(() => (words.textContent = copy.dataset.words), 2000);
        say(copy.dataset.done);
      } catch {
        window.getSelection().selectAllChildren(source); // no clipboard here: one key is left to press
      }
    }
    if (event.target.closest("[data-print]")) window.print();
    const leave = event.target.closest("[data-leave]");
    if (leave) {
      event.preventDefault();
      document.body.hidden = true;
      window.location.replace(leave.href);
    }
    all("details.m-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      all("details.m-menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      const search = document.querySelector("[data-search-key]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
  });

  /* What htmx brought: a drawer opens, new parts are prepared, how many there are is said. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.id === "drawer-body") {
      const drawer = document.getElementById("drawer");
      const opener = event.detail.requestConfig.elt;
      drawer.addEventListener("close", () => opener.focus(), { once: true });
      if (!drawer.open) drawer.showModal();
      return;
    }
    const found = target.id && document.getElementById(target.id)?.querySelector(".m-pager p, .m-empty-title");
    if (found) say(found.textContent.trim());
  });
  /* Where a part cannot be had, the whole page can, or says why not. */
  ["htmx:responseError", "htmx:sendError"].forEach((name) =>
    document.addEventListener(name, (event) => {
      const { verb, path } = event.detail.requestConfig ?? {};
      const query = event.detail.pathInfo?.finalRequestPath ?? path;
      if (verb === "get" && query) window.location.assign(query);
    }),
  );
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement ?? document));

  const start = () => {
    prepare(document);
    document.querySelector("[data-focus]")?.focus();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
