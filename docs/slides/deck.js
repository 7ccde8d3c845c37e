// What a deck does beside reveal.js: light and dark, whose keys are whose, votes, answers that wait, mathematics.

// Light, unless the system asks for dark; the key D changes it for this deck. On paper always light.
const system = matchMedia("(prefers-color-scheme: dark)");
function theme(name) {
  document.documentElement.dataset.theme = name;
  document.body.dataset.jpThemeLight = String(name === "light"); // the explorers repaint when it changes
}
theme(system.matches && !/print-pdf/.test(location.search) ? "dark" : "light");
system.addEventListener("change", () => theme(system.matches ? "dark" : "light"));
const other = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");

// An explorer or a form that has the focus keeps all keys but G, which goes to a slide. Escape gives them back to the
// slides, closes what lies over them, and does nothing else: all slides at a glance would show what is to come.
const control = () => document.activeElement?.closest(".widget-subarea");
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const over = Reveal.isOverview() || document.querySelector(".r-overlay, .jump-to-slide");
  if (!control() && over) return;
  document.activeElement?.blur();
  event.stopImmediatePropagation();
}, true);

// A word to the teacher, for some seconds.
const hint = document.createElement("p");
Object.assign(hint, { className: "hint", role: "status", ariaLive: "polite" });
document.querySelector(".reveal").append(hint);
function tell(words) {
  hint.textContent = words;
  clearTimeout(tell.waiting);
  tell.waiting = setTimeout(() => (hint.textContent = ""), 4000);
}

// A form keeps its answer back: what is committed is locked, and the key A lets the form judge it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.querySelector("legend.gd-said") || form.dataset.asked !== undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  lock(form);
  keep(answers(form));
  document.activeElement?.blur();
}, true);
function lock(form) {
  form.classList.add("committed");
  form.inert = true;
}
function answer() {
  const form = Reveal.getCurrentSlide().querySelector("form.committed");
  if (!form && Reveal.getCurrentSlide().querySelector("form fieldset:enabled")) tell(WORDS.commit);
  if (!form) return;
  tell("");
  form.inert = false;
  form.classList.remove("committed");
  keep(); // from here on the form itself remembers
  form.dataset.asked = "";
  form.requestSubmit();
  delete form.dataset.asked;
  document.activeElement?.blur(); // the form goes on to its "Why?", and the keys shall turn the slides
}

// The next class begins anew: what the last one committed is forgotten when the deck is opened in a new tab, or after
// CLASS milliseconds. A reload in between forgets nothing but drawings that wait for their answer.
const CLASS = 100 * 60 * 1000;
const copy = /[?&]receiver/.test(location.search); // in the speaker's window
const path = decodeURIComponent(location.pathname);
let waiting = { since: Date.now(), given: {} }; // {a slide's number: what is committed in its fields}
try {
  const kept = JSON.parse(sessionStorage.getItem(`gdlib class ${path}`));
  if (kept && Date.now() - kept.since < CLASS) waiting = kept;
  else if (!copy) localStorage.removeItem(`gdlib predictions ${path}`);
  sessionStorage.setItem(`gdlib class ${path}`, JSON.stringify(waiting));
} catch {} // nothing is kept here
const at = () => Reveal.getSlides().indexOf(Reveal.getCurrentSlide());
const fields = (form) => [...form.querySelectorAll("input, textarea")];
const answers = (form) => fields(form).map((field) => (field.type === "radio" ? field.checked : field.value));
function keep(given) {
  waiting.given[at()] = given;
  try {
    sessionStorage.setItem(`gdlib class ${path}`, JSON.stringify(waiting));
  } catch {} // nothing is kept here
}
function bringBack() {
  const form = Reveal.getCurrentSlide()?.querySelector(".form form:not(.committed)");
  const given = waiting.given[at()];
  if (!form || copy || given?.length !== fields(form).length) return;
  fields(form).forEach((field, n) => {
    field[field.type === "radio" ? "checked" : "value"] = given[n];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  lock(form);
}

// A vote: hands are counted by keys or clicks. The wall shows how many there are, and for whom only after the key V.
const WORDS = JSON.parse(document.body.dataset.words);
const AGREED = 0.7; // the largest share with which a class still has something to say to each other
const voting = () => Reveal.getCurrentSlide()?.querySelector(".vote");
const votes = (vote) => (vote.votes ??= []); // in their order: 0 is A
function showVote(vote) {
  const [shown, all] = [vote.classList.contains("shown"), votes(vote)];
  const counts = [...vote.querySelectorAll("button")].map((button, k) => {
    const count = all.filter((one) => one === k).length;
    button.querySelector(".count").textContent = shown ? count : "";
    button.style.setProperty("--share", shown ? count / all.length || 0 : 0);
    return count;
  });
  const split = shown && all.length > 1 && Math.max(...counts) <= AGREED * all.length;
  const told = all.length === 1 ? WORDS.one : WORDS.many.replace("{n}", all.length);
  vote.querySelector("p").textContent = split ? WORDS.split : all.length ? told : "";
}
function change(act) {
  const vote = voting();
  if (!vote) return;
  act(vote);
  showVote(vote);
}
const cast = (k) => change((vote) => vote.querySelectorAll("button")[k] && votes(vote).push(k));
const takeBack = () => change((vote) => votes(vote).pop());
const reveal = () => change((vote) => vote.classList.toggle("shown"));
const anew = () => change((vote) => {
  vote.votes = [];
  vote.classList.remove("shown");
});
document.addEventListener("click", (event) => {
  const button = event.target.closest(".vote button");
  if (!button) return;
  cast([...button.parentElement.querySelectorAll("button")].indexOf(button));
  button.blur(); // the space bar turns slides
});

// A name that no slide has.
let left; // the slide on which the key G was pressed
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".jump-to-slide-input")) left = Reveal.getCurrentSlide();
});
document.addEventListener("keydown", ({ target, key }) => {
  const name = key === "Enter" && target.matches(".jump-to-slide-input") ? target.value.trim() : "";
  if (!name) return;
  setTimeout(() => {
    const here = Reveal.getCurrentSlide();
    if (here === left && ![here.dataset.id, `${at() + 1}`].includes(name)) tell(WORDS.unknown.replace("{name}", name));
  });
}, true);

// Late: on to the next section that the plan marks as worth keeping, the homework at last.
function late() {
  const all = Reveal.getSlides();
  const to = all.slice(all.indexOf(Reveal.getCurrentSlide()) + 1).find((slide) => "keep" in slide.dataset);
  if (!to) return;
  const { h, v } = Reveal.getIndices(to);
  Reveal.slide(h, v);
}

window.MathJax = {
  tex: { inlineMath: [["\\(", "\\)"], ["$", "$"]], displayMath: [["\\[", "\\]"], ["$$", "$$"]] },
  svg: { fontCache: "local" },
  options: { enableMenu: false, skipHtmlTags: ["script", "noscript", "style", "textarea", "pre", "code", "samp"] },
  startup: {
    ready() {
      MathJax.startup.defaultReady();
      // ipywidgets typesets as MathJax 2 did
      MathJax.Hub = { Queue: ([, , element]) => (MathJax.startup.promise = MathJax.startup.promise.then(() => MathJax.typesetPromise([element]))) };
      MathJax.startup.promise = MathJax.startup.promise.then(() => {
        // the speaker view has no style for what is hidden from the eye
        for (const spoken of document.querySelectorAll("aside.notes mjx-assistive-mml")) spoken.remove();
      });
    },
  },
};

Reveal.initialize({
  width: 1280, height: 720, margin: 0, center: false,
  hash: true, transition: "none", backgroundTransition: "none",
  navigationMode: "linear", // the arrow keys and a clicker pass every slide
  slideNumber: "c/t", pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
  defaultTiming: 0, // the speaker view tells whether the class is ahead, by each slide's own time
  keyboardCondition: (event) => !control() || event.keyCode === 71, // in a text field reveal.js leaves G alone
  plugins: [RevealNotes],
});

Reveal.on("slidechanged", bringBack);
Reveal.on("slidechanged", () => tell(""));
new MutationObserver(bringBack).observe(document.querySelector(".slides"), { childList: true, subtree: true });

// Whoever has gone back comes forward slide by slide: reveal.js would go on where a section was left last time.
Reveal.on("slidechanged", ({ previousSlide }) => {
  previousSlide?.closest(".stack")?.removeAttribute("data-previous-indexv");
});

// What is pressed in the speaker's window happens on the wall.
function bind(keyCode, act, key, description) {
  const wall = copy && window.parent.opener;
  const relayed = () => wall.postMessage(JSON.stringify({ method: "triggerKey", args: [keyCode] }), "*");
  Reveal.addKeyBinding(key ? { keyCode, key, description } : keyCode, wall ? relayed : act);
}
bind(68, other, "D", "Dark or light");
bind(76, late, "L", "Late: the next section worth keeping");
bind(86, reveal, "V", "Show or hide the votes");
bind(65, answer, "A", "Show the answer of a committed form");
bind(48, anew, "0", "Vote anew");
bind(8, takeBack, "Backspace", "Take the last vote back");
for (let k = 0; k < 9; k++) bind(49 + k, () => cast(k));
Reveal.registerKeyboardShortcut("1 – 9", "A vote for A, B and so on");

// What the list of keys says of reveal.js and is otherwise here.
Reveal.on("showhelp", () => {
  for (const keys of document.querySelectorAll(".r-overlay-help-content td:first-child"))
    keys.textContent = keys.textContent.replace(/\s+,\s+L\b/, "").replace("ESC, O", "O");
});
