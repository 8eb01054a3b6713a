/* Keeps a draft in the browser of who writes it, and checks a case while it is written. Everything
   works without it, and the file that can be saved at any time is the other copy. */
(() => {
  "use strict";
  const KEYS = { case: "contribute-case", story: "contribute-story" };
  const SAVE_AFTER = 400; // milliseconds without a further letter
  const CHECK_AFTER = 900;

  const kept = (kind) => {
    try {
      const draft = JSON.parse(localStorage.getItem(KEYS[kind]));
      return draft && Array.isArray(draft.fields) && draft.fields.length ? draft : null;
    } catch {
      return null;
    }
  };
  const keep = (kind, draft) => {
    try {
      if (draft) localStorage.setItem(KEYS[kind], JSON.stringify(draft));
      else localStorage.removeItem(KEYS[kind]);
      return Boolean(draft);
    } catch {
      return false; // a browser that keeps nothing: the file is the copy
    }
  };

  const form = document.getElementById("case-form") || document.getElementById("story-form");
  // A field of the form is called id, and would be what form.id is.
  const kind = form && (form.getAttribute("id") === "case-form" ? "case" : "story");
  const note = document.getElementById("kept");
  const forget = document.getElementById("forget");

  const fieldsOf = (one) =>
    [...new FormData(one).entries()].filter(([name, value]) => name !== "do" && value);
  const isWritten = () => {
    if (form.dataset.step && form.dataset.step !== "short") return true;
    return [...form.querySelectorAll("textarea, input[type='text']")].some(
      (field) => field.value && field.value !== field.defaultValue
    ) || Boolean(form.dataset.title);
  };
  const save = () => {
    if (!form || !isWritten()) return;
    const named = form.querySelector("[name='title'], [name='short']");
    const title = (named && named.value) || form.dataset.title || "";
    const done = keep(kind, {
      title: title.slice(0, 120),
      saved: new Date().toISOString(),
      fields: fieldsOf(form),
    });
    if (note) note.hidden = !done;
  };
  const later = (action, after) => {
    let waiting = 0;
    return () => {
      clearTimeout(waiting);
      waiting = setTimeout(action, after);
    };
  };

  if (form) {
    const saveSoon = later(save, SAVE_AFTER);
    form.addEventListener("input", saveSoon);
    form.addEventListener("change", saveSoon);
    form.addEventListener("submit", save);
    save();
  } else if (note && kept(note.dataset.of)) {
    note.hidden = false;
  }
  if (forget) {
    forget.addEventListener("click", () => {
      keep(kind || note.dataset.of, null);
      note.textContent = "The draft is deleted from this browser.";
      if (form) form.addEventListener("input", () => {}, { once: true });
    });
  }

  /* The drafts of this browser, on the page of the two doors. */
  const drafts = document.getElementById("drafts");
  if (drafts) {
    const list = drafts.querySelector("ul");
    const resume = (which, draft) => {
      const sent = document.createElement("form");
      sent.method = "post";
      sent.action = drafts.dataset[which];
      const fields = which === "case" ? [...draft.fields, ["do", "edit"]] : draft.fields;
      for (const [name, value] of fields) {
        if (which === "story" && name === "at") continue;
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        sent.append(field);
      }
      document.body.append(sent);
      sent.submit();
    };
    const button = (words, second, action) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = words;
      made.className = second ? "give-second give-small" : "give-small";
      made.addEventListener("click", action);
      return made;
    };
    const show = () => {
      list.replaceChildren();
      for (const which of ["case", "story"]) {
        const draft = kept(which);
        if (!draft) continue;
        const row = document.createElement("li");
        const name = document.createElement("strong");
        const what = which === "case" ? "A case" : "A story";
        const when = new Date(draft.saved).toLocaleString(document.documentElement.lang || "en", {
          dateStyle: "medium",
          timeStyle: "short",
        });
        name.textContent = `${what}: ${draft.title || "without a title"} (${when})`;
        row.append(
          name,
          button("Go on with it", false, () => resume(which, draft)),
          button("Delete it", true, () => {
            keep(which, null);
            show();
          })
        );
        list.append(row);
      }
      drafts.hidden = !list.children.length;
    };
    show();
  }

  /* The text of the file, to copy. */
  const copy = document.getElementById("copy");
  const text = document.getElementById("text");
  if (text) text.addEventListener("focus", () => text.select());
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.value);
        copy.textContent = copy.dataset.copied;
      } catch {
        text.focus();
      }
    });
  }

  /* What is wrong is seen first, and a button that changed the form leads to what it changed. */
  const wrong = document.getElementById("wrong");
  if (wrong) wrong.focus();
  else if (form && form.dataset.at) {
    const at = document.getElementById(form.dataset.at);
    if (at) {
      at.scrollIntoView();
      at.focus({ preventScroll: true });
    }
  }

  /* A case is checked while it is written: only of fields that somebody was in is anything said. */
  if (!form || !form.dataset.check) return;
  const touched = new Set();
  const status = document.getElementById("status");
  let asked = 0;
  const placeOf = (name) => form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  const tell = (name, sentences) => {
    const place = placeOf(name);
    if (!place) return;
    const id = `why-${name.replaceAll(".", "-")}`;
    const field = place.querySelector("input, select, textarea");
    let line = place.querySelector(".give-fault");
    place.classList.toggle("give-faulty", sentences.length > 0);
    if (!sentences.length) {
      if (line) line.remove();
      field.removeAttribute("aria-invalid");
      const others = (field.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
      if (others.length) field.setAttribute("aria-describedby", others.join(" "));
      else field.removeAttribute("aria-describedby");
      return;
    }
    if (!line) {
      line = document.createElement("p");
      line.className = "give-fault";
      line.id = id;
      field.before(line);
      const others = field.getAttribute("aria-describedby");
      if (!(others || "").split(" ").includes(id)) {
        field.setAttribute("aria-describedby", others ? `${others} ${id}` : id);
      }
    }
    field.setAttribute("aria-invalid", "true");
    if (line.textContent !== sentences.join(" ")) line.textContent = sentences.join(" ");
  };
  const check = async () => {
    const number = ++asked;
    try {
      const answer = await fetch(form.dataset.check, {
        method: "POST",
        body: new FormData(form),
      });
      if (!answer.ok || number !== asked) return;
      const { id, faults, missing } = await answer.json();
      for (const name of touched) tell(name, faults[name] || []);
      const address = document.getElementById("field-id");
      if (address && !address.value) address.placeholder = id;
      status.textContent = missing
        ? `Not finished yet: ${missing} ${missing === 1 ? "thing" : "things"} to fill in or mend.`
        : "Nothing is wrong so far.";
    } catch { /* it is checked when it is sent */ }
  };
  const checkSoon = later(check, CHECK_AFTER);
  form.addEventListener("input", checkSoon);
  form.addEventListener("change", checkSoon);
  form.addEventListener("focusout", (event) => {
    const place = event.target.closest && event.target.closest("[data-field]");
    if (place && event.target.value) touched.add(place.dataset.field);
    if (place) checkSoon();
  });
})();
