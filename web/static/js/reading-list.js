/* Remembers the reading list that somebody is making, in their own browser, and lets its rows be
   dragged. Everything works without it, and the link of the list is always the other copy. */
(() => {
  "use strict";
  const KEY = "reading-list";

  const draft = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return kept && /^[\w-]{1,3000}$/.test(kept.list) && kept.count > 0 ? kept : null;
    } catch {
      return null;
    }
  };
  const keep = (kept) => {
    try {
      if (kept) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch { /* a browser that keeps nothing: the link is the copy */ }
    show();
  };

  const link = document.getElementById("reading-list-link");
  const count = document.getElementById("reading-list-count");
  const start = link && link.getAttribute("href");
  function show() {
    const kept = draft();
    if (!link) return;
    count.textContent = kept ? ` (${kept.count})` : "";
    link.href = kept ? `${start}/edit/${kept.list}` : start;
    const here = document.getElementById("reading-list-here");
    if (here && kept) {
      here.href = link.href;
      here.textContent = `Go on with your list (${kept.count})`;
    }
  }

  /* "Add to reading list": at once where that works, else by the page that asks which list. */
  const form = document.getElementById("reading-list");
  const add = async (button, ids) => {
    const asked = new URLSearchParams(ids.map((id) => ["id", id]));
    const kept = draft();
    asked.set("list", kept ? kept.list : "new");
    try {
      const answer = await fetch(`${form.dataset.add}?${asked}`);
      if (!answer.ok) throw new Error(answer.status);
      const { list, count } = await answer.json();
      keep({ list, count });
      button.classList.add("is-added");
      button.firstChild.textContent = form.dataset.added;
    } catch {
      location.href = `${form.getAttribute("action")}?${asked}`;
    }
  };
  if (form) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || !button.value) return;
      event.preventDefault();
      add(button, [button.value]);
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
      add(button, ids);
    });
  }

  /* The form of a list: it becomes the draft, but not because somebody sent its address. */
  const list = document.getElementById("list-form");
  if (list) {
    const fromHere = document.referrer.startsWith(`${location.origin}/`);
    if (list.dataset.list && (fromHere || !draft())) {
      keep({ list: list.dataset.list, count: Number(list.dataset.count) });
    } else if (fromHere && !list.dataset.list && !list.querySelector(".pack-row")) {
      keep(null);
    }
    drag(list);
  }
  const shared = document.getElementById("link");
  if (shared) shared.addEventListener("focus", () => shared.select());

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

  show();
})();
