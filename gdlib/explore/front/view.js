// An explorer: a picture that follows the sliders, and its words.

import { fontSize, layout } from "./compute/layout.js";
import { nearest, unpack } from "./compute/select.js";
import { plain } from "./compute/words.js";
import { frame, legend } from "./draw/axes.js";
import { explorers } from "./explorers/index.js";
import { ask, disconnected, element, host, noKernel, paper, rooted, themeOf } from "./page.js";
import { player } from "./player.js";
import { nameSliders, watchSliders } from "./sliders.js";

/** @import { Keys, Panel, Pen, Spec, Stage, Trait, Values, View, Selected } from "./types.js" */

/** @typedef {Stage & ReturnType<typeof layout> & { keys: [Keys, Keys], ratio: number }} Scene */

/** @type {Trait[]} */
const TRAITS = ["lr", "T", "eps", "h", "x", "angle", "b", "seed", "n", "d", "dtype", "memory"];

/** @param {HTMLCanvasElement} canvas */
const penOf = (canvas) => /** @type {Pen} */ (canvas.getContext("2d"));

/** @param {number} size */
const typeOf = (size) => `${size}px system-ui, sans-serif`;

/** @param {Panel} panel */
const nameOf = ({ xlabel, ylabel }) => (ylabel ? `${ylabel} against ${xlabel}` : xlabel);

/** @param {Spec} spec */
function pointerOf({ kind, click }) {
  if (kind === "tangent") return "gd-aim";
  return click ? "gd-aim gd-asks" : "";
}

/** @param {View} view */
export function render({ model, el }) {
  const canvas = /** @type {HTMLCanvasElement & { shown?: object }} */ (element("canvas", { role: "img" }));
  const still = element("canvas"); // what does not follow the sliders, painted once
  const shown = element("div", { className: "gd-words" });
  const said = element("div", { className: "gd-said", role: "status", ariaLive: "polite" });
  const play = player(model, {
    steps: () => (stage ? explorers[stage.spec.kind].length?.(stage, values()) : undefined),
    done: () => last?.done,
    draw: soon,
  });
  const root = rooted(el, canvas, shown, element("div", {}, ...play.buttons), said);
  const ends = new AbortController(); // what listens outside of the view

  /** @type {Scene | null} null: to be made anew */
  let stage = null;
  /** @type {Selected | null} */
  let last = null;
  /** @type {HTMLImageElement | null} the contours */
  let picture = null;
  /** @type {MutationObserver | null} */
  let watcher = null;
  let [frameAsked, speaking, asking] = [0, 0, 0];
  let [stale, printing, note] = [true, false, ""];

  const values = () => /** @type {Values} */ (Object.fromEntries(TRAITS.map((name) => [name, model.get(name)])));

  /** Pixels of the canvas a CSS pixel: of the screen, and of what scales the page, as a deck does. */
  const sharpness = () => {
    const scaled = canvas.getBoundingClientRect().width / canvas.clientWidth || 1;
    return Math.min(4, (devicePixelRatio || 1) * scaled);
  };

  function soon() {
    frameAsked ||= requestAnimationFrame(draw);
  }
  function again() {
    stale = true;
    soon();
  }

  /** Where everything stands, in which colours. @returns {Scene} */
  function prepare() {
    /** @type {Spec} */
    const spec = model.get("spec");
    const style = getComputedStyle(root);
    const [W, px] = [Math.max(180, root.clientWidth), parseFloat(style.fontSize)];
    const tall = parseFloat(style.getPropertyValue("--gd-height")) || Number.POSITIVE_INFINITY;
    const theme = printing ? paper : themeOf(root);
    const keys = explorers[spec.kind].keys?.(spec, theme.colour) ?? [{}, {}];
    const g = penOf(still);
    g.font = typeOf(fontSize(W, px));
    const places = layout(spec, keys, { W, px, tall }, (text) => g.measureText(text).width);
    const arrays = unpack(model.get("table"), spec.layout);
    const flat = picture !== null;
    return { ...theme, ...places, spec, arrays, keys, flat, ratio: sharpness() };
  }

  /** Paint what stays. @param {Scene} scene */
  function paint(scene) {
    const { spec, keys, main, side, ratio, W, H, ink, font } = scene;
    const [explorer, g] = [explorers[spec.kind], penOf(still)];
    for (const c of [canvas, still]) {
      c.width = Math.round(W * ratio);
      c.height = Math.round(H * ratio);
    }
    canvas.className = pointerOf(spec);
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.font = typeOf(font);
    if (picture) g.drawImage(picture, main.box.x, main.box.y, main.box.w, main.box.h);
    if (explorer.axes) explorer.axes(g, scene);
    else for (const p of [main, side]) frame(g, p, ink, font);
    explorer.still?.(g, scene);
    legend(g, main, keys[0], ink, font);
    legend(g, side, keys[1], ink, font);
  }

  /** What is on the canvas behind the walk, made anew where it no longer fits. */
  function current() {
    if (stage && !stale && Math.abs(sharpness() / stage.ratio - 1) <= 0.02) return stage;
    stage = prepare();
    paint(stage);
    stale = false;
    return stage;
  }

  function draw() {
    frameAsked = 0;
    if (!root.clientWidth) return;
    const now = current();
    const [explorer, g] = [explorers[now.spec.kind], penOf(canvas)];
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, canvas.width, canvas.height);
    g.drawImage(still, 0, 0);
    g.setTransform(now.ratio, 0, 0, now.ratio, 0, 0);
    g.font = typeOf(now.font);
    const [at, part] = [values(), play.part()];
    if (part !== null) at.T = part;
    const selected = explorer.select(now, at, part !== null);
    explorer.draw(g, now, selected);
    last = selected;
    canvas.shown = selected.shown;
    write(now, selected.text);
    nameSliders(host(root));
    if (root.isConnected) watcher ??= watchSliders(host(root));
    clearTimeout(speaking);
    speaking = window.setTimeout(speak, 400);
  }

  /** @param {Stage} stage @param {string[]} text */
  function write({ spec, main, side }, text) {
    const raised = `<p role="alert"><b>Your function raised</b> ${plain(spec.error ?? "")}</p>`;
    const paragraphs = [...text, note].filter(Boolean).map((t) => `<p>${t}</p>`);
    shown.innerHTML = (spec.error ? raised : "") + paragraphs.join("");
    canvas.ariaLabel = `Picture: ${nameOf(main)}; beside it ${nameOf(side)}. ${heard()}`;
  }

  const heard = () => [...shown.children].map((p) => p.textContent).join(" ");

  /** For a screen reader, once the hand that moved something here rests. */
  function speak() {
    nameSliders(host(root));
    if (host(root).contains(document.activeElement)) said.textContent = heard();
  }

  canvas.onclick = ({ clientX, clientY }) => {
    if (!stage) return;
    const { main, arrays, spec, W, H } = stage;
    const seen = canvas.getBoundingClientRect(); // scaled, unlike the picture's own pixels
    const x = ((clientX - seen.left) / seen.width) * W;
    const y = ((clientY - seen.top) / seen.height) * H;
    if (!main.inside([x, y])) return;
    const at = [main.X.back(x), main.Y.back(y)];
    if (spec.kind === "tangent") {
      play.set({ x: Number(arrays.xs[nearest(arrays.xs, at[0])].toPrecision(7)) });
    } else if (spec.click) start(at);
  };

  /** A new start, which the kernel computes. @param {number[]} at */
  function start(at) {
    const unheard = () => {
      note = noKernel("A new start");
      soon();
    };
    clearTimeout(asking);
    if (disconnected(el)) return unheard();
    asking = window.setTimeout(unheard, 1500);
    ask(model, { type: "start", at });
  }

  function load() {
    const bytes = model.get("image");
    if (!bytes?.byteLength) return;
    const image = new Image();
    image.onload = () => {
      picture = image;
      URL.revokeObjectURL(image.src);
      again();
    };
    image.src = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  }

  /** The page's theme: at once, and once a transition of its colours is over. */
  function themed() {
    const look = () => {
      const { ink, back } = themeOf(root);
      if (stage && (ink !== stage.ink || back !== stage.back)) again();
    };
    look();
    setTimeout(look, 400);
  }

  const sizes = new ResizeObserver(() => {
    if (stale || root.clientWidth !== stage?.W) again();
  });
  sizes.observe(root);
  const themes = new MutationObserver(themed);
  for (const page of [document.documentElement, document.body]) themes.observe(page, { attributes: true });
  for (const media of ["prefers-color-scheme: dark", "forced-colors: active"])
    matchMedia(`(${media})`).addEventListener("change", themed, ends);
  window.addEventListener("resize", soon, ends);
  for (const event of ["beforeprint", "afterprint"]) {
    const print = () => {
      printing = event === "beforeprint";
      stale = true;
      draw();
    };
    window.addEventListener(event, print, ends);
  }
  const moved = (/** @type {() => void} */ then) => () => {
    clearTimeout(asking);
    note = "";
    play.moved();
    then();
  };
  for (const name of TRAITS) model.on(`change:${name}`, moved(soon));
  for (const name of ["spec", "table"]) model.on(`change:${name}`, moved(again));
  model.on("change:image", load);
  load();
  return () => {
    play.stop();
    ends.abort();
    for (const observer of [sizes, themes, watcher]) observer?.disconnect();
    clearTimeout(speaking);
    clearTimeout(asking);
    cancelAnimationFrame(frameAsked);
  };
}
