// What a deck does beside reveal.js: light and dark, whose keys are whose, mathematics.

// Light, unless the system asks for dark; the key D changes it for this deck. On paper always light.
const system = matchMedia("(prefers-color-scheme: dark)");
function theme(name) {
  document.documentElement.dataset.theme = name;
  document.body.dataset.jpThemeLight = String(name === "light"); // the explorers repaint when it changes
}
theme(system.matches && !/print-pdf/.test(location.search) ? "dark" : "light");
system.addEventListener("change", () => theme(system.matches ? "dark" : "light"));
const other = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");

// An explorer or a form that has the focus keeps all keys. Escape gives them back to the slides.
const control = () => document.activeElement?.closest(".widget-subarea");
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !control()) return;
  document.activeElement.blur();
  event.stopImmediatePropagation();
}, true);

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
  keyboard: { 68: other },
  keyboardCondition: () => !control(),
  plugins: [RevealNotes],
});
