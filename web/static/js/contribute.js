/* Keeps a draft in the browser of who writes it, and checks a case while it is written. Everything
   works without it, and the file that can be saved at any time is the other copy. */
(() => {
  "use strict";
  // The draft that was written last, and the one that it took the place of.
  const KEYS = { case: "contribute-case", story: "contribute-story" };
  const BEFORE = { case: "contribute-case-before", story: "contribute-story-before" };
  const SAVE_AFTER = 400; // milliseconds without a further letter
  const CHECK_AFTER = 900;

  const kept = (key) => {
    try {
      const draft = JSON.parse(localStorage.getItem(key));
      return draft && Array.isArray(draft.fields) && draft.fields.length ? draft : null;
    } catch {
      return null;
    }
  };
  const keep = (key, draft) => {
    try {
      if (draft) localStorage.setItem(key, JSON.stringify(draft));
      else localStorage.removeItem(key);
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

  // Whether the draft that is kept is the one on this page: then saving takes its place. Else the
  // other one stays beside it.
  const owned = {
    get: (which) => {
      try {
        return sessionStorage.getItem(KEYS[which]) === "own";
      } catch {
        return false;
      }
    },
    set: (which, own) => {
      try {
        if (own) sessionStorage.setItem(KEYS[which], "own");
        else sessionStorage.removeItem(KEYS[which]);
      } catch { /* then it is moved aside once more */ }
    },
  };
  if (form && "new" in form.dataset) owned.set(kind, false);

  const fieldsOf = (one) =>
    [...new FormData(one).entries()].filter(([name, value]) => name !== "do" && value);
  const isWritten = () => {
    if (kind === "story") {
      return fieldsOf(form).some(([name]) => name !== "at" && name !== "then");
    }
    return [...form.querySelectorAll("textarea, input[type='text']")].some(
      (field) => field.value && field.value !== field.defaultValue
    ) || Boolean(form.dataset.title);
  };
  let leaving = false;
  const save = () => {
    if (!form || leaving || !isWritten()) return;
    const named = form.querySelector("[name='title'], [name='short']");
    const title = (named && named.value) || form.dataset.title || "";
    const fields = fieldsOf(form);
    const old = kept(KEYS[kind]);
    if (old && !owned.get(kind) && JSON.stringify(old.fields) !== JSON.stringify(fields)) {
      keep(BEFORE[kind], old);
    }
    const done = keep(KEYS[kind], {
      title: title.slice(0, 120),
      saved: new Date().toISOString(),
      fields,
    });
    owned.set(kind, done);
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
    addEventListener("pagehide", save);
    // A phone may end a page that is out of view without a word.
    document.addEventListener("visibilitychange", () => document.hidden && save());
    save();
  } else if (note && kept(KEYS[note.dataset.of])) {
    note.hidden = false;
  }
  const button = (words, style, action) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.className = style;
    made.addEventListener("click", action);
    return made;
  };
  if (forget) {
    forget.addEventListener("click", () => {
      const key = KEYS[kind || note.dataset.of];
      const draft = kept(key);
      const before = [...note.childNodes];
      keep(key, null);
      const undo = button("Undo", "give-link", () => {
        keep(key, draft);
        note.replaceChildren(...before);
        forget.focus();
      });
      note.replaceChildren("The draft is deleted from this browser. ", undo);
      undo.focus();
    });
  }

  /* The drafts of this browser: on the page of the two doors, and where another one is begun. */
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
    const goOn = (which, key, draft) => {
      if (key === BEFORE[which]) {
        keep(BEFORE[which], kept(KEYS[which])); // the two change places
        keep(KEYS[which], draft);
      }
      owned.set(which, true);
      leaving = true; // what stands here is not to take its place on the way
      resume(which, draft);
    };
    const row = (which, key, draft) => {
      const made = document.createElement("li");
      const name = document.createElement("strong");
      const what = which === "case" ? "A case" : "A story";
      const when = new Date(draft.saved).toLocaleString(document.documentElement.lang || "en", {
        dateStyle: "medium",
        timeStyle: "short",
      });
      name.textContent = `${what}: ${draft.title || "without a title"} (${when})`;
      const remove = button("Delete it", "give-second give-small", () => {
        keep(key, null);
        const undo = button("Undo", "give-second give-small", () => {
          keep(key, draft);
          made.replaceWith(row(which, key, draft));
        });
        name.textContent = `Deleted: ${draft.title || "a draft without a title"}`;
        made.replaceChildren(name, undo);
        undo.focus();
      });
      made.append(name, button("Go on with it", "give-small", () => goOn(which, key, draft)), remove);
      return made;
    };
    for (const which of drafts.dataset.kind ? [drafts.dataset.kind] : ["case", "story"]) {
      for (const key of [KEYS[which], BEFORE[which]]) {
        const isHere = form && key === KEYS[which] && owned.get(which);
        const draft = isHere ? null : kept(key);
        if (draft) list.append(row(which, key, draft));
      }
    }
    drafts.hidden = !list.children.length;
  }

  /* How long each text is, and all of a case together. */
  if (form) {
    const language = document.documentElement.lang || "en";
    const wordsOf = (text) => (text.trim() ? text.trim().split(/\s+/u).length : 0);
    const count = () => {
      let all = 0;
      for (const note of form.querySelectorAll("[data-counts]")) {
        const field = document.getElementById(note.id.replace("count-", "field-"));
        if (!field) continue;
        const words = note.dataset.counts === "words";
        // Blanks at the ends, and more than one in a line, do not count.
        const length = words ? wordsOf(field.value) : [...field.value.trim().replace(/\s+/gu, " ")].length;
        if (words) all += length;
        note.firstElementChild.textContent = length.toLocaleString(language);
        note.classList.toggle("give-count-over", !words && length > Number(note.dataset.most));
      }
      const whole = document.querySelector("#count-all span");
      const other = document.getElementById("field-text-other");
      if (whole) whole.textContent = (all + wordsOf(other ? other.value : "")).toLocaleString(language);
    };
    form.addEventListener("input", count);
    count();
  }

  /* What the choice of a long list means stands below it. */
  if (form) {
    form.addEventListener("change", (event) => {
      const line = document.getElementById(event.target.id.replace(/^field-/, "means-"));
      const option = event.target.selectedOptions && event.target.selectedOptions[0];
      if (line && line !== event.target && option) line.textContent = option.dataset.means || "";
    });
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
  const tell = (name, faults, hints) => {
    const sentences = faults.length ? faults : hints;
    const place = placeOf(name);
    if (!place) return;
    const id = `why-${name.replaceAll(".", "-")}`;
    const field = place.matches("fieldset") ? place : place.querySelector("input, select, textarea");
    let line = place.querySelector(".give-fault, .give-look");
    place.classList.toggle("give-faulty", faults.length > 0);
    if (faults.length) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (!sentences.length) {
      if (line) line.remove();
      const others = (field.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
      if (others.length) field.setAttribute("aria-describedby", others.join(" "));
      else field.removeAttribute("aria-describedby");
      return;
    }
    if (!line) {
      line = document.createElement("p");
      line.id = id;
      (place.matches("fieldset") ? place.querySelector("ul") : field).before(line);
      const others = field.getAttribute("aria-describedby");
      if (!(others || "").split(" ").includes(id)) {
        field.setAttribute("aria-describedby", others ? `${others} ${id}` : id);
      }
    }
    line.className = faults.length ? "give-fault" : "give-look";
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
      const { id, faults, hints, missing } = await answer.json();
      for (const name of touched) tell(name, faults[name] || [], hints[name] || []);
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
