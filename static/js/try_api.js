/* Sends the calls of /api/v1/docs from the page itself. The key is read from its field for each call
   and kept nowhere. */
(() => {
  "use strict";
  const LONGEST = 100000;

  const pretty = (text, type) => {
    if (!/json/.test(type)) return text;
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  };

  const call = (form) => {
    let path = form.dataset.path;
    const query = new URLSearchParams();
    const options = { method: form.dataset.method, headers: { Accept: "application/json" }, credentials: "omit" };
    for (const field of form.elements) {
      const value = field.value;
      if (field.dataset.place === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(value));
      else if (field.dataset.place === "query" && value) query.append(field.name, value);
      else if (field.dataset.place === "header" && value) options.headers[field.name] = value;
      else if (field.dataset.place === "media") options.headers["Content-Type"] = value;
      else if (field.dataset.place === "body") options.body = value;
    }
    const key = document.getElementById("api-key").value.trim();
    if (key) options.headers.Authorization = `Api-Key ${key}`;
    const search = query.toString();
    return [search ? `${path}?${search}` : path, options];
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-try]");
    if (!form) return;
    event.preventDefault();
    const answer = document.getElementById(form.dataset.answer);
    const [address, options] = call(form);
    answer.hidden = false;
    const status = answer.querySelector("[data-status]");
    const body = answer.querySelector("[data-body]");
    status.textContent = "…";
    body.textContent = "";
    const began = performance.now();
    try {
      const response = await fetch(address, options);
      const text = await response.text();
      const took = Math.round(performance.now() - began);
      status.textContent = `${response.status} ${response.statusText} · ${took} ms · ${options.method} ${address}`;
      body.textContent = pretty(text, response.headers.get("Content-Type") ?? "").slice(0, LONGEST);
    } catch (problem) {
      status.textContent = String(problem);
    }
  });
})();
