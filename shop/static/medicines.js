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

function show(card) {
  const [title, id, lines, buttonText, onward] = list.cards[card];
  const said = element("ul", "", ...lines.map((line) => element("li", list.sentences[line])));
  const shown = element("div", "", element("h2", title), said);
  if (id) {
    // The server ticks the box, as it does without this script: a medicine can also tell of a condition.
    const taking = element("button", list.sentences[buttonText]);
    Object.assign(taking, { type: "submit", className: "secondary", name: "take_medicine", value: id });
    taking.formAction = "#medicine-search";
    const done = element("p", "");
    done.append(taking);
    if (onward) {
      const going = element("button", list.messages.onward);
      Object.assign(going, { type: "submit", name: "take_and_go_on", value: id });
      done.append(" ", going);
    }
    shown.append(done);
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

async function fetchList() {
  const answer = await fetch(section.dataset.list);
  if (!answer.ok) return;
  list = await answer.json();
  if (input.value !== input.defaultValue) search(); // typed while the list was on its way
}
if (document.activeElement === input) fetchList(); // entered before this script had come
else input.addEventListener("focus", fetchList, { once: true });
input.addEventListener("input", search);
