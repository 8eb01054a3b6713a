/* Tells how far a file is that is being made, and takes it when it is there. Without this script the
   page loads itself again. */
(() => {
  "use strict";
  const told = document.getElementById("being-made");
  const again = 1000 * Number(told.dataset.again);

  const look = async () => {
    let answer;
    try {
      answer = await fetch(location.href, { headers: { Range: "bytes=0-0" }, cache: "no-store" });
    } catch {
      return setTimeout(look, again);  /* the line is down: ask again */
    }
    if (answer.status !== 202) {
      if (answer.ok) told.textContent = told.dataset.ready;
      return location.replace(location.href);
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.getElementById("being-made").textContent;
    if (said !== told.textContent) told.textContent = said;
    return setTimeout(look, again);
  };
  setTimeout(look, again);
})();
