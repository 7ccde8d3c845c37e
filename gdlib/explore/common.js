// What view.js and predict.js share: style, words, elements, keys. Each widget's code is this file and one of the two.

const CSS = `
.gd-explore { --gd: var(--gd-font, 16px); --gd-faint: color-mix(in srgb, currentColor 9%, transparent); --gd-edge: color-mix(in srgb, currentColor 62%, transparent);
  --jp-widgets-color: currentColor; --jp-widgets-label-color: currentColor; --jp-widgets-readout-color: currentColor; --jp-content-font-color1: currentColor;
  --jp-layout-color3: var(--gd-edge); --jp-widgets-inline-height: calc(1.75 * var(--gd)); color: inherit; }
.gd, .gd-again { width: 100%; min-width: 0; font-size: var(--gd); line-height: 1.45; }
.gd canvas { display: block; width: 100%; height: auto; touch-action: pan-y; }
.gd .gd-aim { cursor: crosshair; }
.jupyter-widgets-disconnected .gd .gd-asks { cursor: default; }
.gd-words { min-height: 3em; margin: 2px 4px 4px; font-variant-numeric: tabular-nums; }
.gd-words p { margin: 2px 0; }
.gd-explore :is(button, input, textarea) { font: inherit; color: inherit; padding: 4px 12px; margin: 4px 4px 4px 0; min-height: 32px;
  background: var(--gd-faint); border: 1px solid var(--gd-edge); border-radius: 4px; }
.gd-explore button:disabled { opacity: 0.5; }
.gd-explore :is(button, input, textarea, .noUi-handle, .widget-readout):focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
.gd textarea { display: block; box-sizing: border-box; width: 100%; min-height: 64px; }
.gd label { display: block; } .gd fieldset { border: 0; padding: 0; margin: 0; } .gd input[type=radio] { min-height: 0; margin-right: 8px; }
.gd-explore code { font-family: monospace; font-size: 0.92em; padding: 0 0.2em; background: var(--gd-faint); border-radius: 3px; color: inherit; border: 0; }
.gd-said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.gd-explore .noUi-handle { background: currentColor; border: 1px solid currentColor; box-shadow: none; }
.gd-explore > .widget-box { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, calc(17.5 * var(--gd))), 1fr)); column-gap: calc(1.25 * var(--gd)); }
.gd-explore .widget-slider { flex-wrap: wrap; width: auto; height: auto; min-width: 0; max-width: calc(35 * var(--gd)); }
.gd-explore .widget-slider .widget-label { width: 100% !important; text-align: left; height: 1.5em; line-height: 1.5em; }
.gd-explore .slider-container { flex: 1 1 auto; }
.gd-explore .widget-label, .gd-explore .widget-readout { font-size: calc(0.9375 * var(--gd)); }
.gd-explore .widget-htmlmath-content { font-size: var(--gd); line-height: 1.5; white-space: normal; }
@media print { .gd-explore button { display: none; } .gd canvas { background: #fff; print-color-adjust: exact; } }
@media (forced-colors: active) { .gd-explore .noUi-handle { background: ButtonText; forced-color-adjust: none; } .gd-explore .noUi-target { border: 1px solid ButtonText; } }
`;

function words(value, digits = 4) {
  if (value == null || Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(digits - 2) : Number(value.toPrecision(digits)).toString();
  return text.replace(/(\.\d*?)0+e/, "$1e").replace(".e", "e").replace("e+", "e").replaceAll("-", "−");
}

// Text with `code` in it, as nodes.
const rich = (text) => text.split("`").map((part, k) => (k % 2 ? node("code", "", part) : part));

function node(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  if (tag === "button" && text !== "Commit") made.type = "button";
  return made;
}

const NO_KERNEL = (what) => `${what} needs a running kernel: open the notebook in JupyterLab and run this cell.`;
const DISCONNECTED = ".jupyter-widgets-disconnected"; // ipywidgets' class of a view that no kernel hears: on a page, or once it is gone

// JupyterLab takes these keys from whatever has the focus in a notebook, a deck turns its pages by them: here they belong to the controls.
const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "Enter", " "]);
const ourKey = ({ key, ctrlKey, metaKey, altKey }) => KEYS.has(key) && !ctrlKey && !metaKey && !altKey;
function ours(node) { node.onkeydown = (event) => { if (ourKey(event)) event.stopPropagation(); }; }
if (!window.gdKeys) {
  window.gdKeys = true;
  window.addEventListener("keydown", (event) => {
    if (event.target.closest?.(".gd-explore")) event.target.toggleAttribute("data-lm-suppress-shortcuts", ourKey(event));
  }, true);
}
