// The page around a view: elements, keys, the kernel, the theme.

import palette from "../../figures/palette.json";
import { say } from "./compute/say.js";
import style from "./view.css";

/** A new element. @type {<T extends keyof Tags>(tag: T, options?: object, ...inside: (string | Node)[]) => Tags[T]} */
export const element = (tag, properties = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inside);
  return made;
};

export const button = (/** @type {string} */ label) => element("button", { type: "button" }, label);

/** Text in which backquotes mark code. @param {string} text */
export const rich = (text) => text.split("`").map((part, k) => (k % 2 ? element("code", {}, part) : part));

// What is focused on a picture, light or dark, and what is wrong.
const marks = `.gd{--gd-focus:${palette.dark.sky};--gd-wrong:${palette.light.red}}`;

/** The view's own element, with its style. @param {HTMLElement} el @param {Node[]} inside */
export function rooted(el, ...inside) {
  const root = element("div", { className: "gd" }, element("style", {}, style + marks), ...inside);
  el.append(root);
  return root;
}

/** The explorer or the prediction around an element. @param {HTMLElement} root */
export const host = (root) => /** @type {HTMLElement} */ (root.closest(".gd-explore") ?? root);

/** @param {Model} model @param {Record<string, unknown>} changes */
export function keep(model, changes) {
  for (const [name, value] of Object.entries(changes)) model.set(name, value);
  model.save_changes();
}

/** Ask the kernel, if there is one. @param {Model} model @param {object} message */
export const ask = (model, message) => new Promise((done) => done(model.send(message))).catch(() => {});

// JupyterLab takes these from whatever has the focus in a notebook, a deck turns its pages by them:
// here they belong to the controls.
const KEYS = /^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down)|Enter| )$/;

/** @param {KeyboardEvent} event */
function keepKeys({ target, key, ctrlKey, metaKey, altKey }) {
  const at = /** @type {Element} */ (target);
  const around = /** @type {HTMLElement | null} */ (at.closest?.(".gd-explore"));
  if (!around) return;
  const ours = KEYS.test(key) && !ctrlKey && !metaKey && !altKey;
  at.toggleAttribute("data-lm-suppress-shortcuts", ours);
  around.onkeydown = ours ? (event) => event.stopPropagation() : null;
}
window.addEventListener("keydown", keepKeys, true);

/** What ipywidgets leaves out on its sliders: names and values for a screen reader, and the number itself where it
 * writes that of the nearest mark. @param {HTMLElement} around @param {(string | null)[]} numbers one for each slider */
export function nameSliders(around, numbers) {
  for (const [k, slider] of around.querySelectorAll(".widget-slider").entries()) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (slider.querySelector(name));
    const [label, handle, readout] = [".widget-label", "[role=slider]", ".widget-readout"].map(part);
    if (label && handle && readout) nameSlider(label, handle, readout, numbers[k]);
  }
}

/** @param {HTMLElement} label @param {HTMLElement} handle @param {HTMLElement} readout @param {string | null} number */
function nameSlider(label, handle, readout, number) {
  label.title = ""; // it is "null"
  handle.ariaLabel = label.textContent;
  const off = number && Math.abs(Number(readout.textContent?.replace("−", "-")) - Number(number)) > 1e-12;
  if (off && document.activeElement !== readout) readout.textContent = number.replace(/^-/, "−");
  if (handle.ariaValueText !== readout.textContent) handle.ariaValueText = readout.textContent;
  if (!readout.isContentEditable) return;
  readout.role = "textbox";
  readout.ariaLabel = say`${label.textContent ?? ""}, to type in`;
}

const brush = /** @type {Pen} */ (element("canvas").getContext("2d", { willReadFrequently: true }));

/** How light any CSS colour is, and whether it hides what is behind it. @param {string} colour */
function seen(colour) {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
  return { light: (0.3 * r + 0.6 * g + 0.1 * b) / 255, opaque: a > 127 };
}

export const paper = { ink: "#000", back: "#fff", colour: palette.light };

/** What the page gives an element: ink, background, palette. @param {HTMLElement} root */
export function themeOf(root) {
  const ink = getComputedStyle(root).color;
  const dark = seen(ink).light > 0.5;
  const colour = dark ? palette.dark : palette.light;
  for (let at = /** @type {HTMLElement | null} */ (root); at; at = at.parentElement) {
    const back = getComputedStyle(at).backgroundColor;
    const { light, opaque } = seen(back);
    if (opaque && light < 0.5 === dark) return { ink, back, colour };
    if (opaque) break;
  }
  return { ink, back: dark ? "#111" : "#fff", colour };
}

/** The type of a picture's words; "Hangul" is what a page may bring. @param {number} size */
export const typeOf = (size) => `${size}px Hangul, system-ui, sans-serif`;

/** Pixels of a canvas a CSS pixel: of the screen, and of what scales the page, as a deck does. @param {HTMLElement} canvas */
export function sharpness(canvas) {
  const scaled = canvas.getBoundingClientRect().width / canvas.clientWidth || 1;
  return Math.min(4, (devicePixelRatio || 1) * scaled);
}

/** Tell of what changes how a picture looks: its width, its type, the page's theme, the zoom, paper. Returns how to stop.
 * @param {HTMLElement} root @param {() => { W: number, ink: string, back: string } | null} drawn
 * @param {{ again(): void, resized(): void, printed(now: boolean): void }} tell */
export function watch(root, drawn, { again, resized, printed }) {
  const ends = new AbortController();
  const look = () => {
    const [{ ink, back }, was] = [themeOf(root), drawn()];
    if (was && (ink !== was.ink || back !== was.back)) again();
  };
  const themed = () => {
    look();
    setTimeout(look, 400); // once a transition of the page's colours is over
  };
  const sizes = new ResizeObserver(() => {
    if (root.clientWidth !== drawn()?.W) again();
  });
  sizes.observe(root);
  const themes = new MutationObserver(themed);
  for (const page of [document.documentElement, document.body]) themes.observe(page, { attributes: true });
  for (const media of ["prefers-color-scheme: dark", "forced-colors: active"])
    matchMedia(`(${media})`).addEventListener("change", themed, ends);
  window.addEventListener("resize", resized, ends);
  document.fonts.addEventListener("loadingdone", again, ends);
  const print = (/** @type {Event} */ { type }) => printed(type === "beforeprint");
  for (const event of ["beforeprint", "afterprint"]) window.addEventListener(event, print, ends);
  return () => {
    ends.abort();
    for (const observer of [sizes, themes]) observer.disconnect();
  };
}
