// An explorer: a picture that follows the sliders, and its words.

import { fontSize, layout } from "./compute/layout.js";
import { nearest, unpack } from "./compute/select.js";
import { plain } from "./compute/words.js";
import { frame, legend } from "./draw/axes.js";
import { explorers } from "./explorers/index.js";
import { ask, element, host, keep, nameSliders, noKernel, paper, rooted, themeOf } from "./page.js";
import { player } from "./player.js";

/** @param {View} view */
export function render({ model, el }) {
  const canvas = /** @type {HTMLCanvasElement & { shown?: object }} */ (element("canvas", { role: "img" }));
  const g = /** @type {Pen} */ (canvas.getContext("2d"));
  const shown = element("div", { className: "gd-words" });
  const said = element("div", { className: "gd-said", role: "status", ariaLive: "polite" });
  const steps = () => explorers[explored.spec.kind].length?.(explored, values());
  const play = player(model, { steps, done: () => selected?.done, draw: soon });
  const root = rooted(el, canvas, shown, element("div", {}, ...play.buttons), said);
  const ends = new AbortController(); // what listens outside of the view

  /** @returns {Explored} */
  const taken = () => ({ spec: model.get("spec"), arrays: unpack(model.get("table"), model.get("spec").layout) });
  let explored = taken();
  /** @type {Scene | null} null: to be made anew */
  let scene = null;
  /** @type {Selected | null} */
  let selected = null;
  /** @type {ImageBitmap | null} the contours */
  let picture = null;
  let [waiting, speaking, asking, printing, note] = [false, 0, 0, false, ""];

  const traits = Object.keys(explored.spec.initial); // where the sliders stand
  const values = () => /** @type {Values} */ (Object.fromEntries(traits.map((name) => [name, model.get(name)])));

  /** Pixels of the canvas a CSS pixel: of the screen, and of what scales the page, as a deck does. */
  const sharpness = () => {
    const scaled = canvas.getBoundingClientRect().width / canvas.clientWidth || 1;
    return Math.min(4, (devicePixelRatio || 1) * scaled);
  };

  function soon() {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }
  function again() {
    scene = null;
    soon();
  }
  function tell(text = "") {
    note = text;
    soon();
  }

  /** Where everything stands, in which colours. @returns {Scene} */
  function prepare() {
    const { spec } = explored;
    const style = getComputedStyle(root);
    const [W, px, ratio] = [Math.max(180, root.clientWidth), parseFloat(style.fontSize), sharpness()];
    const tall = parseFloat(style.getPropertyValue("--gd-height")) || Number.POSITIVE_INFINITY;
    const theme = printing ? paper : themeOf(root);
    const keys = explorers[spec.kind].keys?.(spec, theme.colour) ?? [{}, {}];
    const type = `${fontSize(W, px)}px system-ui, sans-serif`;
    g.font = type;
    const places = layout(spec, keys, { W, px, tall }, (text) => g.measureText(text).width);
    canvas.width = Math.round(W * ratio);
    canvas.height = Math.round(places.H * ratio); // which forgets the type
    Object.assign(g, { font: type }).setTransform(ratio, 0, 0, ratio, 0, 0);
    canvas.className = spec.kind === "tangent" ? "gd-aim" : spec.click ? "gd-aim gd-asks" : "";
    return { ...theme, ...places, ...explored, keys, flat: picture !== null, ratio };
  }

  function draw() {
    waiting = false;
    if (!root.clientWidth) return;
    if (!scene || Math.abs(sharpness() / scene.ratio - 1) > 0.02) scene = prepare();
    const part = play.part();
    const at = part === null ? values() : { ...values(), T: part };
    selected = explorers[scene.spec.kind].select(scene, at, part !== null);
    paint(scene, selected);
    canvas.shown = selected.shown;
    tend.observe(host(root), { subtree: true, childList: true, attributeFilter: ["aria-valuetext"] });
    write(scene, selected.text);
  }

  /** @param {Scene} scene @param {Selected} selected */
  function paint(scene, { draw }) {
    const { spec, keys, main, side, ink, font } = scene;
    g.clearRect(0, 0, canvas.width, canvas.height);
    if (picture) g.drawImage(picture, main.box.x, main.box.y, main.box.w, main.box.h);
    const { axes } = explorers[spec.kind];
    for (const [k, p] of [main, side].entries()) {
      if (!axes) frame(g, p, ink, font);
      legend(g, p, keys[k], ink, font);
    }
    axes?.(g, scene);
    draw(g);
  }

  /** @param {Stage} stage @param {string[]} text */
  function write({ spec, main, side }, text) {
    const raised = `<p role="alert"><b>Your function raised</b> ${plain(spec.error ?? "")}</p>`;
    const paragraphs = [...text, note].filter(Boolean).map((t) => `<p>${t}</p>`);
    shown.innerHTML = (spec.error ? raised : "") + paragraphs.join("");
    const [one, two] = [main, side].map(({ xlabel, ylabel }) => (ylabel ? `${ylabel} against ${xlabel}` : xlabel));
    const heard = [...shown.children].map((p) => p.textContent).join(" ");
    canvas.ariaLabel = `Picture: ${one}; beside it ${two}. ${heard}`;
    clearTimeout(speaking);
    speaking = window.setTimeout(() => {
      if (host(root).contains(document.activeElement)) said.textContent = heard;
    }, 400); // for a screen reader, once the hand that moved something here rests
  }

  canvas.onclick = ({ clientX, clientY }) => {
    if (!scene) return;
    const { main, arrays, spec, W, H } = scene;
    const seen = canvas.getBoundingClientRect(); // scaled, unlike the picture's own pixels
    const x = ((clientX - seen.left) / seen.width) * W;
    const y = ((clientY - seen.top) / seen.height) * H;
    if (!main.inside([x, y])) return;
    const at = [main.X.back(x), main.Y.back(y)];
    if (spec.kind === "tangent") keep(model, { x: Number(arrays.xs[nearest(arrays.xs, at[0])].toPrecision(7)) });
    else if (spec.click) start(at);
  };

  /** A new start, which the kernel computes. @param {number[]} at */
  function start(at) {
    clearTimeout(asking);
    const alone = el.closest(".jupyter-widgets-disconnected"); // ipywidgets says so of what no kernel hears
    asking = window.setTimeout(tell, alone ? 0 : 1500, noKernel("A new start"));
    if (!alone) ask(model, { type: "start", at });
  }

  async function load() {
    const bytes = model.get("image");
    if (!bytes?.byteLength) return;
    picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    again();
  }

  /** The page's theme: at once, and once a transition of its colours is over. */
  function themed() {
    const look = () => {
      const { ink, back } = themeOf(root);
      if (scene && (ink !== scene.ink || back !== scene.back)) again();
    };
    look();
    setTimeout(look, 400);
  }

  const tend = new MutationObserver(() => nameSliders(host(root)));
  const sizes = new ResizeObserver(() => {
    if (root.clientWidth !== scene?.W) again();
  });
  sizes.observe(root);
  const themes = new MutationObserver(themed);
  for (const page of [document.documentElement, document.body]) themes.observe(page, { attributes: true });
  for (const media of ["prefers-color-scheme: dark", "forced-colors: active"])
    matchMedia(`(${media})`).addEventListener("change", themed, ends);
  window.addEventListener("resize", soon, ends);
  const print = (/** @type {Event} */ { type }) => {
    printing = type === "beforeprint";
    scene = null;
    draw();
  };
  for (const event of ["beforeprint", "afterprint"]) window.addEventListener(event, print, ends);

  const moved = () => {
    clearTimeout(asking);
    play.moved();
    tell("");
  };
  const given = () => {
    explored = taken();
    scene = null;
    moved();
  };
  for (const name of traits) model.on(`change:${name}`, moved);
  for (const name of ["spec", "table"]) model.on(`change:${name}`, given);
  model.on("change:image", load);
  load();
  return () => {
    play.stop();
    ends.abort();
    for (const observer of [sizes, themes, tend]) observer.disconnect();
  };
}
