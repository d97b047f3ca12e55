// Search for a medicine by name while it is typed. The list is fetched once and searched here: nothing typed is sent.
// Without this script the search button does the same, and it also corrects misspelt names.
"use strict";

const section = document.getElementById("medicine-search");
const input = document.getElementById("medicine_name");
const result = section.querySelector(".medicine-result");
let list;

/** The same as `comparable_name` in recommend/medicines.py. */
function wordsOf(text) {
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").match(/[\p{L}\p{N}]+/gu) || [];
}

function element(name, text, ...children) {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...children);
  return made;
}

function button(text, press) {
  const made = element("button", text);
  made.type = "button";
  made.className = "secondary";
  made.addEventListener("click", press);
  return made;
}

/** Tick the boxes, which also takes back "none of these"; the form's own events follow. */
function tick(ticks) {
  for (const [question, value] of ticks) {
    for (const box of document.querySelectorAll(`#${question} input[type=checkbox]`)) {
      if (box.value === value) box.checked = true;
      if (box.value === "none") box.checked = false;
    }
  }
}

function show(card) {
  const [title, ticks, lines, buttonText] = list.cards[card];
  const said = element("ul", "", ...lines.map((line) => element("li", list.sentences[line])));
  const shown = element("div", "", element("h3", title), said);
  if (ticks.length) {
    const done = element("p", "");
    shown.append(done);
    done.append(button(list.sentences[buttonText], () => {
      tick(ticks);
      input.value = "";
      result.replaceChildren(element("p", "", element("strong", title), `: ${list.messages.ticked}`), said);
      document.querySelector(`#${ticks[0][0]} input[value="${ticks[0][1]}"]`).focus();
    }));
  }
  result.replaceChildren(shown);
}

/** Names that begin like the typed one, else names of which a later word does; each medicine once. */
function candidates(typed) {
  const begun = Object.keys(list.names).filter((name) => name.startsWith(typed)).sort((a, b) => a.length - b.length);
  const found = begun.length ? begun : Object.keys(list.names).filter((name) => {
    const words = wordsOf(list.names[name][1]);
    return words.some((_, start) => start && words.slice(start).join("").startsWith(typed));
  });
  const cards = new Map();
  for (const name of found) if (!cards.has(list.names[name][0])) cards.set(list.names[name][0], list.names[name][1]);
  return [...cards];
}

function search() {
  if (!list) return result.replaceChildren(); // a result of the server is that of another name
  const typed = wordsOf(input.value).join("");
  if (typed.length < list.least) return result.replaceChildren();
  const found = candidates(typed);
  if (found.length === 0) return result.replaceChildren(element("p", list.messages.nothing));
  if (found.length === 1) return show(found[0][0]);
  const names = found.slice(0, list.most).map(([card, name]) =>
    element("li", "", button(name, () => {
      input.value = name;
      input.focus();
      show(card);
    })));
  const shown = element("ul", "", ...names);
  shown.className = "medicine-names";
  result.replaceChildren(element("p", list.messages.which), shown);
  if (found.length > list.most) result.append(element("p", list.messages.more));
}

input.addEventListener("focus", async () => {
  const answer = await fetch(section.dataset.list);
  if (!answer.ok) return;
  list = await answer.json();
  if (input.value !== input.defaultValue) search(); // typed while the list was on its way
}, { once: true });
input.addEventListener("input", search);
