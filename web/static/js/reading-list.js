/* Remembers the reading list that somebody is making, in their own browser, and lets its rows be
   dragged. Everything works without it, and the link of the list is always the other copy. */
(() => {
  "use strict";
  const KEY = "reading-list";
  const form = document.getElementById("reading-list");

  const draft = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      if (!kept || !/^[\w-]{1,3000}$/.test(kept.list) || !(kept.count > 0)) return null;
      return { ...kept, ids: Array.isArray(kept.ids) ? kept.ids : [] };
    } catch {
      return null;
    }
  };
  const keep = (kept) => {
    try {
      if (kept && kept.count) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch { /* a browser that keeps nothing: the link is the copy */ }
    show();
  };

  const link = document.getElementById("reading-list-link");
  const count = document.getElementById("reading-list-count");
  const start = link && link.dataset.start;
  function show() {
    const kept = draft();
    for (const button of document.querySelectorAll(".card-add")) mark(button, kept);
    if (!link) return;
    count.textContent = kept ? ` (${kept.count})` : "";
    link.href = kept ? `${start}/edit/${kept.list}` : start;
    const here = document.getElementById("reading-list-here");
    if (here && kept) {
      here.href = link.href;
      here.textContent = `Go on with your list (${kept.count})`;
    }
  }

  /* A button at a case in the list says so, and takes it out. */
  function mark(button, kept) {
    const isIn = Boolean(kept) && kept.ids.includes(button.value);
    const words = button.firstChild;
    button.dataset.add ||= words.textContent;
    words.textContent = isIn ? form.dataset.added : button.dataset.add;
    button.classList.toggle("is-added", isIn);
  }

  /* "Add to reading list": at once where that works, else by the page that asks which list. */
  const add = async (ids, takeOut) => {
    const asked = new URLSearchParams(ids.map((id) => ["id", id]));
    const kept = draft();
    const carried = form.elements.list;
    asked.set("list", kept ? kept.list : carried ? carried.value : "new");
    try {
      const answer = await fetch(`${takeOut ? form.dataset.takeOut : form.dataset.add}?${asked}`);
      if (!answer.ok) throw new Error(answer.status);
      const { list, count, ids: held } = await answer.json();
      keep({ list, count, ids: held });
    } catch {
      location.href = `${form.getAttribute("action")}?${asked}`;
    }
  };
  if (form) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || !button.value) return;
      event.preventDefault();
      add([button.value], button.classList.contains("is-added"));
    });
  }
  for (const other of document.querySelectorAll("form[action$='/packs/add'], #compare")) {
    if (other === form) continue;
    other.addEventListener("submit", (event) => {
      const button = event.submitter;
      const target = (button && button.getAttribute("formaction")) || other.getAttribute("action");
      const ids = new FormData(other).getAll("id");
      if (!target.endsWith("/packs/add") || other.elements.list || !ids.length) return;
      event.preventDefault();
      add(ids, false);
    });
  }

  /* The form of a list: it becomes the draft, but not because somebody sent its address. */
  const list = document.getElementById("list-form");
  if (list) {
    const fromHere = document.referrer.startsWith(`${location.origin}/`);
    if (list.dataset.list && (fromHere || !draft())) {
      const { list: address, count: n, ids } = list.dataset;
      keep({ list: address, count: Number(n), ids: ids ? ids.split(" ") : [] });
    } else if (fromHere && !list.dataset.list && !list.querySelector(".pack-row")) {
      keep(null);
    }
    drag(list);
    warn(list);
  }
  const shared = document.getElementById("link");
  if (shared) shared.addEventListener("focus", () => shared.select());

  /* Who leaves the form with words that no button has sent is asked first. */
  function warn(within) {
    let unsaved = false;
    within.addEventListener("input", (event) => { unsaved ||= event.target.name !== "q"; });
    within.addEventListener("submit", () => { unsaved = false; });
    addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  }

  function drag(within) {
    for (const row of within.querySelectorAll(".pack-row")) {
      const handle = document.createElement("span");
      handle.className = "pack-handle";
      handle.textContent = "⋮⋮";
      handle.title = "Drag to move";
      handle.setAttribute("aria-hidden", "true");
      row.prepend(handle);
      /* The window hears of the pointer: a row that is moved would lose it. */
      const move = (event) => {
        const rows = [...row.parentNode.children].filter((other) => other !== row);
        const middle = (other) => {
          const box = other.getBoundingClientRect();
          return box.top + box.height / 2;
        };
        const after = rows.find((other) => event.clientY < middle(other)) || null;
        if (row.nextElementSibling !== after) row.parentNode.insertBefore(row, after);
      };
      const drop = () => {
        removeEventListener("pointermove", move);
        within.requestSubmit();
      };
      handle.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        row.classList.add("is-held");
        addEventListener("pointermove", move);
        addEventListener("pointerup", drop, { once: true });
        addEventListener("pointercancel", drop, { once: true });
      });
    }
  }

  /* What the site hands on without this script, it need not with it. */
  for (const carried of document.querySelectorAll("a[href*='list=A']")) {
    const address = new URL(carried.href);
    if (address.origin !== location.origin) continue;
    address.searchParams.delete("list");
    carried.href = address.href;
  }

  /* A button beside the link that copies it; the words stand in the page. */
  if (shared) {
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.className = "second";
    button.textContent = shared.dataset.copy;
    said.setAttribute("role", "status");
    said.className = "pack-hint";
    button.addEventListener("click", async () => {
      shared.select(); // what is selected can be copied by hand
      let isCopied = true;
      try {
        await navigator.clipboard.writeText(shared.value);
      } catch { // not on a site without TLS, or the browser asked and was told no
        isCopied = document.execCommand("copy");
      }
      said.textContent = isCopied ? shared.dataset.copied : "";
    });
    shared.after(button, said);
  }
  show();
  addEventListener("storage", show);
  addEventListener("pageshow", (event) => { if (event.persisted) show(); });
})();
