// What view.js and predict.js share: style, words, elements, keys. Each widget's code is this file and one of the two.

const CSS = `
.gd { width: 100%; min-width: 0; color: var(--jp-content-font-color1, CanvasText); font-size: 16px; line-height: 1.45; }
.gd canvas { display: block; width: 100%; touch-action: pan-y; }
.gd-words { min-height: 3em; margin: 2px 4px 4px; font-variant-numeric: tabular-nums; }
.gd-words p { margin: 2px 0; } .gd-words b { font-weight: 700; }
.gd button, .gd input, .gd textarea { font: inherit; color: inherit; padding: 4px 12px; margin: 4px 4px 4px 0; min-height: 32px;
  background: var(--jp-layout-color2, Canvas); border: 1px solid var(--jp-border-color1, GrayText); border-radius: 4px; }
.gd button:disabled { opacity: 0.5; }
.gd button:focus-visible, .gd input:focus-visible, .gd textarea:focus-visible { outline: 3px solid #E69F00; outline-offset: 1px; }
.gd textarea { display: block; box-sizing: border-box; width: 100%; min-height: 64px; }
.gd label { display: block; } .gd fieldset { border: 0; padding: 0; margin: 0; } .gd input[type=radio] { min-height: 0; margin-right: 8px; }
.gd-said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.gd-explore .noUi-handle:focus-visible { outline: 3px solid #E69F00; outline-offset: 2px; }
.gd-explore .widget-label, .gd-explore .widget-readout { font-size: 15px; }
.gd-explore :is(.widget-html-content, .widget-htmlmath-content) { font-size: 16px; line-height: 1.5; white-space: normal; }
.gd-narrow .widget-slider { flex: 1 1 100% !important; flex-wrap: wrap; height: auto; min-width: 0 !important; }
.gd-narrow .widget-slider .widget-label { width: 100% !important; text-align: left; height: 22px; line-height: 22px; }
.gd-narrow .widget-slider .slider-container { flex: 1 1 auto; }
`;

function words(value, digits = 4) {
  if (value == null || Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(digits - 2) : Number(value.toPrecision(digits)).toString();
  return text.replace("e+", "e").replaceAll("-", "−");
}

function node(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  if (tag === "button" && text !== "Commit") made.type = "button";
  return made;
}

// JupyterLab takes the arrow keys from whatever has the focus in a notebook; on the view's controls they belong to these.
const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "Enter", " "]);
if (typeof window !== "undefined" && !window.gdKeys) {
  window.gdKeys = true;
  window.addEventListener("keydown", ({ target, key, ctrlKey, metaKey, altKey }) => {
    if (!target.closest?.(".gd-explore")) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", KEYS.has(key) && !ctrlKey && !metaKey && !altKey);
  }, true);
}
