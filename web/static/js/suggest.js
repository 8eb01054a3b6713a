/* Suggestions under a search box while somebody types: an editable combobox with list
   autocomplete (WAI-ARIA Authoring Practices). The page is whole without it: then the box has a
   plain list. What is chosen is opened; Enter with nothing chosen searches, as ever. */
"use strict";

for (const place of document.querySelectorAll("[data-suggest]")) {
  const box = document.getElementById(place.dataset.suggest);
  if (box) suggestUnder(box, place, JSON.parse(place.dataset.words));
}

function suggestUnder(box, place, words) {
  const LEAST = 2, MOST = 200, PAUSE = 120; // letters, letters, milliseconds
  const list = element("ul", { id: `${box.id}-suggestions`, role: "listbox", "aria-label": words.list });
  const said = element("div", { role: "status", class: "hidden" });
  list.hidden = true;
  place.append(list, said);
  place.hidden = false;
  box.removeAttribute("list"); // the plain list would stand over this one
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": list.id, "aria-haspopup": "listbox",
  })) box.setAttribute(name, value);

  let chosen = -1, waiting = 0, asking = null;

  function open() {
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  }

  function close() {
    clearTimeout(waiting);
    if (asking) asking.abort();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(at) {
    chosen = at;
    box.removeAttribute("aria-activedescendant");
    [...list.children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === at));
      if (place !== at) return;
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    });
  }

  function follow(option) {
    close();
    window.location.assign(option.dataset.url);
  }

  async function ask() {
    const typed = box.value.trim();
    if (asking) asking.abort();
    if (typed.length < LEAST || typed.length > MOST) return close();
    asking = new AbortController();
    try {
      const address = `${place.dataset.address}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: asking.signal });
      if (!answer.ok) return close();
      show(typed, (await answer.json()).suggestions);
    } catch {
      // Without a connection, or asked again since: there is nothing to suggest.
    }
  }

  function show(typed, found) {
    if (typed !== box.value.trim() || document.activeElement !== box) return;
    list.replaceChildren(...found.map((one, at) => optionOf(one, at)));
    choose(-1);
    said.textContent = counted(words.said, found.length);
    if (found.length) open(); else close();
  }

  function optionOf(one, at) {
    const option = element("li", { id: `${list.id}-${at}`, role: "option", "aria-selected": "false" });
    const page = new URL(one.url); // the public address, which may not be where this page is
    option.dataset.url = page.origin === window.location.origin ? page.href : page.pathname;
    const label = element("span", { class: "suggested", lang: "en" });
    label.textContent = one.name ? `${one.label} (${one.name})` : one.label;
    const kind = element("span", { class: "suggested-kind" });
    const parts = [words.kinds[one.facet || one.kind]];
    if (one.cases !== null) parts.push(counted(words.cases, one.cases));
    kind.textContent = parts.join(", ");
    option.append(label, " ", kind);
    return option;
  }

  function counted(forms, n) {
    const words = n === 0 && forms.none ? forms.none : n === 1 ? forms.one : forms.many;
    return words.replace("{n}", n.toLocaleString(document.documentElement.lang));
  }

  function element(name, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  box.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(ask, PAUSE);
  });
  box.addEventListener("compositionend", ask);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = list.children.length - 1, shown = !list.hidden;
    const keys = {
      ArrowDown: () => {
        if (!shown) return ask();
        if (!event.altKey) choose(chosen === last ? 0 : chosen + 1);
      },
      ArrowUp: () => {
        if (event.altKey || !shown) return close();
        choose(chosen <= 0 ? last : chosen - 1);
      },
      Enter: chosen >= 0 && (() => follow(list.children[chosen])),
      Escape: shown && close,
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      choose(-1); // the cursor moves in what was typed
    }
  });
  // The box keeps the focus while a finger or mouse is down on the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    if (event.ctrlKey || event.metaKey) window.open(option.dataset.url, "_blank", "noopener");
    else follow(option);
  });
}
