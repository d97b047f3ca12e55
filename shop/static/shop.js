// Comfort on top of pages that work without it: "none of these", counts before a filter is sent, copying, printing, and
// products ticked on several pages. What a visitor ticks for comparing stays in this tab; nothing else is stored.
"use strict";

const words = document.currentScript.dataset;
const MOST = 4; // products in one comparison, as catalog and server have it
const TICKED = "compare";

function made(name, text, className) {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = className;
  return element;
}

function button(text, press) {
  const element = made("button", text, "secondary no-print");
  element.type = "button";
  element.addEventListener("click", press);
  return element;
}

// An address with # keeps a browser from giving the summary of errors its focus.
document.querySelector(".error-summary")?.focus();

/** "None of these" and the other boxes of its question untick each other. */
function excludeNone({ target }) {
  if (target.type !== "checkbox" || !target.checked) return;
  const boxes = [...(target.closest("fieldset")?.querySelectorAll('input[type="checkbox"]') ?? [])];
  if (!boxes.some((box) => box.value === "none")) return;
  for (const box of boxes) {
    if (box !== target && (box.value === "none") !== (target.value === "none")) box.checked = false;
  }
}
document.getElementById("questions")?.addEventListener("change", excludeNone);

/** The button of the filters says how many products it would show. */
const wide = window.matchMedia("(min-width: 62rem)");

function queryOf(form) {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
}

function countLive(form) {
  let timer;
  let asked;
  async function count() {
    const send = form.querySelector(".show button");
    if (!send) return;
    const plain = send.textContent;
    asked?.abort();
    asked = new AbortController();
    const query = queryOf(form);
    query.delete("p");
    query.set("lang", document.documentElement.lang);
    try {
      const answer = await fetch(`/api/v1/products?${query}`, { signal: asked.signal, credentials: "omit" });
      if (!answer.ok) throw new Error(answer.statusText);
      const { total } = await answer.json();
      send.textContent = (total === 1 ? words.showOne : words.showMany).replace(/\d/, total.toLocaleString(document.documentElement.lang));
    } catch (error) {
      if (error.name !== "AbortError") send.textContent = plain;
    }
  }
  form.addEventListener("change", () => {
    clearTimeout(timer);
    if (!wide.matches) timer = setTimeout(count, 250);
  });
}

/** In a wide window the filters stay beside the list, and a tick shows its products at once. */
function filterAtOnce(form) {
  const said = made("span", "", "visually-hidden");
  said.role = "status";
  form.after(said);
  let shown = location.search;
  let asked;
  function show(next, chosen) {
    const [results, facets] = [next.querySelector(".results"), next.querySelector(".facets")];
    if (!results || !facets) throw new Error("no list");
    const own = form.querySelector(".facets");
    const isOpen = [...own.querySelectorAll("details")].map((fold) => fold.open);
    document.querySelector(".results").replaceChildren(...results.childNodes);
    own.replaceChildren(...facets.childNodes);
    const folds = [...own.querySelectorAll("details")];
    if (folds.length === isOpen.length) folds.forEach((fold, place) => { fold.open = isOpen[place]; });
    form.querySelectorAll('input[type="hidden"][name="p"]').forEach((field) => field.remove());
    form.append(...next.querySelectorAll('.filters > input[type="hidden"][name="p"]'));
    const again = chosen.id ? document.getElementById(chosen.id) : [...form.elements].find((field) => field.name === chosen.name && field.value === chosen.value);
    again?.focus({ preventScroll: true });
    said.textContent = document.querySelector(".total")?.textContent ?? "";
    document.title = next.title;
    startCompare();
  }
  form.addEventListener("change", async ({ target }) => {
    if (!wide.matches || target.name === "q") return;
    asked?.abort();
    asked = new AbortController();
    const query = queryOf(form);
    try {
      const answer = await fetch(`${form.action}?${query}`, { signal: asked.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      show(new DOMParser().parseFromString(await answer.text(), "text/html"), target);
      history.pushState(null, "", `?${query}`);
      shown = location.search;
    } catch (error) {
      if (error.name !== "AbortError") form.requestSubmit();
    }
  });
  window.addEventListener("popstate", () => {
    if (location.search !== shown) location.reload();
  });
}
document.querySelectorAll("form.filters").forEach((form) => {
  countLive(form);
  filterAtOnce(form);
});

/** Suggestions for the word being typed, from the catalogue's own: fetched once, searched here, nothing typed is sent.
    A combobox with a list, as ARIA's patterns have it: the focus stays in the field, arrows move through the list. */
const SUGGESTED = 8;
let known;
function suggest(field) {
  const list = document.createElement("div");
  const frame = made("span", "", "suggest");
  Object.assign(list, { id: `${field.id}-words`, role: "listbox", ariaLabel: field.labels[0].textContent, hidden: true });
  Object.assign(field, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false" });
  field.setAttribute("aria-controls", list.id);
  const isTypedIn = document.activeElement === field; // before this script had come
  field.before(frame);
  frame.append(field, list);
  function show(texts) {
    list.replaceChildren(...texts.map((text, place) => {
      const option = made("div", text, "");
      return Object.assign(option, { id: `${list.id}-${place}`, role: "option", ariaSelected: "false" });
    }));
    list.hidden = !texts.length;
    field.ariaExpanded = String(!list.hidden);
    field.removeAttribute("aria-activedescendant");
  }
  function move(step) {
    const options = [...list.children];
    const here = options.findIndex((one) => one.ariaSelected === "true");
    const next = here < 0 ? options.at(step > 0 ? 0 : -1) : options.at((here + step) % options.length);
    for (const one of options) one.ariaSelected = String(one === next);
    field.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }
  function take(option) {
    field.value = option.textContent;
    show([]);
  }
  field.addEventListener("focus", () => {
    known ??= fetch(words.suggest, { credentials: "omit" }).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []);
  }, { once: true });
  async function offer() {
    const typed = field.value;
    const [, before = "", last] = /^(.*\s)?(\S*)$/.exec(typed);
    const start = last.toLocaleLowerCase();
    const found = start.length < 2 ? [] : (await known ?? []).filter((word) => word.toLocaleLowerCase().split(/[\s-]/).some((part) => part.startsWith(start)));
    if (field.value === typed && field === document.activeElement) show(found.slice(0, SUGGESTED).map((word) => before + word));
  }
  field.addEventListener("input", offer);
  field.addEventListener("keydown", (event) => {
    const chosen = list.querySelector('[aria-selected="true"]');
    if (event.isComposing) return;
    if (list.hidden) {
      if (event.key === "ArrowDown") offer(); // again, after Escape
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape") show([]);
    else if (event.key === "Enter" && chosen) return take(chosen); // and the form is sent with it
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => show([]));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", ({ target }) => {
    if (target.role !== "option") return;
    take(target);
    field.form.requestSubmit(frame.parentElement.querySelector("button"));
  });
  if (isTypedIn) { // moving it took the focus away
    field.focus();
    offer();
  }
}
for (const field of [document.getElementById("site-q"), document.querySelector(".listing #q"), document.querySelector(".compare #q")]) {
  if (field) suggest(field);
}
const siteSearch = document.querySelector(".site-search");
function enterSearch() {
  if (siteSearch.open) siteSearch.querySelector("input").focus();
}
siteSearch?.addEventListener("toggle", enterSearch);
if (siteSearch?.querySelector("summary") === document.activeElement) enterSearch(); // opened before this script had come

/** A button beside a field copies it; without a secure page there is no clipboard, and no button. */
function offerCopy(field) {
  const said = made("span", "", "copied");
  said.role = "status";
  const copy = button(words.copy, async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = words.copied;
    } catch {
      field.select();
    }
  });
  field.after(copy, said);
}
if (navigator.clipboard) document.querySelectorAll(".copy").forEach(offerCopy);

document.querySelector(".summary h1")?.after(button(words.print, () => window.print()));

function ticked() {
  try {
    return JSON.parse(sessionStorage.getItem(TICKED)) ?? [];
  } catch {
    return []; // storage is refused, or holds something else
  }
}

function keep(slugs) {
  try {
    sessionStorage.setItem(TICKED, JSON.stringify(slugs.slice(-MOST)));
  } catch {
    // storage is refused: ticks count on one page, as without this script
  }
}

/** Products ticked on an earlier page go along with those ticked on this one. */
function carryTicks(bar, send) {
  const form = send.form;
  const boxes = [...form.elements].filter((box) => box.name === "p" && box.type === "checkbox");
  const plain = send.textContent;
  function show() {
    const slugs = ticked();
    for (const box of boxes) box.checked = slugs.includes(box.value);
    form.querySelectorAll('input[type="hidden"][name="p"]').forEach((field) => field.remove());
    for (const slug of slugs.filter((one) => !boxes.some((box) => box.value === one))) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "p", value: slug });
      form.append(field);
    }
    send.textContent = slugs.length ? `${words.compare} (${slugs.length})` : plain;
    bar.classList.toggle("has-ticks", slugs.length > 0);
  }
  const here = [...new Set([...boxes.filter((box) => box.checked), ...form.querySelectorAll('[type="hidden"][name="p"]')].map((box) => box.value))];
  keep([...new Set([...ticked(), ...here])]);
  show();
  for (const box of boxes) {
    box.addEventListener("change", () => {
      keep([...ticked().filter((slug) => slug !== box.value), ...(box.checked ? [box.value] : [])]);
      show();
    });
  }
  showTicks = show;
}
let showTicks = () => {};
window.addEventListener("pageshow", () => showTicks()); // a page that the browser kept for its Back button

function startCompare() {
  const bar = document.querySelector(".compare-bar");
  const send = bar?.querySelector("button");
  if (send?.form) carryTicks(bar, send);
}
startCompare();
// The comparison itself says what is chosen: its removals and additions count on the list too.
if (document.querySelector(".wide.compare")) keep(new URLSearchParams(location.search).getAll("p"));
