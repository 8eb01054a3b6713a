/* A button beside each citation that copies it. The page is whole without it. Its words stand in
   the page. */
"use strict";

for (const list of document.querySelectorAll("[data-copy]")) {
  const { copy, copied } = list.dataset;
  for (const cited of list.querySelectorAll(".cite")) addButton(cited, copy, copied);
}

function addButton(cited, copy, copied) {
  const text = cited.textContent.trim();
  const button = document.createElement("button");
  const said = document.createElement("span");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.setAttribute("aria-describedby", cited.previousElementSibling.id);
  said.setAttribute("role", "status");
  said.className = "copied";
  button.addEventListener("click", async () => {
    said.textContent = (await put(text, cited)) ? copied : "";
    setTimeout(() => { said.textContent = ""; }, 3000);
  });
  cited.append(" ", button, " ", said);
}

async function put(text, cited) {
  if (navigator.clipboard) { // not on a site without TLS
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* the browser asked, and was told no */ }
  }
  const range = document.createRange();
  range.selectNodeContents(cited.firstChild);
  getSelection().removeAllRanges();
  getSelection().addRange(range); // what is selected can be copied by hand
  return document.execCommand("copy");
}
