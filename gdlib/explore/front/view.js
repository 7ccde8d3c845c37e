// An explorer: a picture that follows the sliders and the hand, and its words.

import * as address from "./address.js";
import { faultOf, groundOf } from "./compute/ground.js";
import { fontSize, layout } from "./compute/layout.js";
import { say } from "./compute/say.js";
import { unpack } from "./compute/select.js";
import { frame, legend } from "./draw/axes.js";
import { painted } from "./draw/relief.js";
import { explorers } from "./explorers/index.js";
import { field } from "./field.js";
import { grips } from "./handles.js";
import { button, element, host, keep, nameSliders, paper, rooted, sharpness, themeOf, typeOf, watch } from "./page.js";
import { player } from "./player.js";
import { runner } from "./runner.js";
import { terms } from "./terms.js";

// Where a hand does not keep to the slider's marks, and with how many digits the slider says where it is.
/** @type {Record<string, number>} */
const DIGITS = { lr: 3, eps: 3, h: 3, x: 4, turn: 4 };

/** @param {View} view */
export function render({ model, el }) {
  const canvas = /** @type {HTMLCanvasElement & { shown?: object }} */ (element("canvas", { role: "img" }));
  const g = /** @type {Pen} */ (canvas.getContext("2d"));
  const shown = element("div", { className: "gd-words" });
  const said = element("div", { className: "gd-said", role: "status", ariaLive: "polite" });
  const link = button(say`Copy link`);
  const [grip, own] = [grips(canvas, changed), field((formula) => changed({ formula }))];
  const formula = terms((lights) => {
    lit = lights;
    soon();
  });
  const steps = () => explorers[explored.spec.kind].length?.(explored, values());
  const { begin } = explorers[/** @type {Spec["kind"]} */ (model.get("spec").kind)];
  const play = begin
    ? runner(model, { begin: () => begin(explored, values()), draw: soon })
    : player(model, { steps, done: () => selected?.done, draw: soon });
  const row = element("div", { className: "gd-buttons" }, ...play.buttons, link);
  const picture = element("div", { className: "gd-picture" }, canvas, grip.layer);
  const root = rooted(el, own.line, picture, row, formula.line, shown, said);
  root.classList.toggle("gd-runs", !!begin);

  const traits = /** @type {Trait[]} */ (Object.keys(model.get("spec").initial)); // where everything stands
  const values = () => /** @type {Values} */ (Object.fromEntries(traits.map((name) => [name, model.get(name)])));

  /** @returns {Explored} */
  function taken() {
    const [spec, typed] = [model.get("spec"), model.get("formula") ?? ""];
    const arrays = unpack(model.get("table"), spec.layout);
    const fault = faultOf(spec, typed);
    own.show(spec, typed, fault);
    const known = { spec, arrays, ground: groundOf(spec, arrays, fault ? "" : typed) };
    const frames = { main: known.ground?.main ?? spec.main, side: spec.side };
    const none = { best: 0, bounded: false };
    return {
      ...known,
      ...frames,
      ...none,
      ...explorers[/** @type {Spec["kind"]} */ (spec.kind)].prepare?.(known, values()),
    };
  }
  let explored = taken();
  /** @type {Scene | null} null: to be made anew */
  let scene = null;
  /** @type {Selected | null} */
  let selected = null;
  let [waiting, speaking, writing, printing, lit] = [false, 0, 0, false, ""];
  /** @type {Pair | null} */
  let pointed = null;

  function soon() {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }
  function again() {
    scene = null;
    soon();
  }

  /** Where everything stands, in which colours. @returns {Scene} */
  function prepare() {
    const { spec } = explored;
    const style = getComputedStyle(root);
    const [W, px, ratio] = [Math.max(180, root.clientWidth), parseFloat(style.fontSize), sharpness(canvas)];
    const tall = parseFloat(style.getPropertyValue("--gd-height")) || Math.max(170, 0.33 * window.innerHeight);
    const theme = printing ? paper : themeOf(root);
    const keys = explorers[spec.kind].keys?.(explored, theme.colour) ?? [{}, {}];
    const type = typeOf(fontSize(W, px));
    g.font = type;
    const places = layout(explored, keys, { W, px, tall }, (text) => g.measureText(text).width);
    canvas.width = Math.round(W * ratio);
    canvas.height = Math.round(places.H * ratio); // which forgets the type
    Object.assign(g, { font: type }).setTransform(ratio, 0, 0, ratio, 0, 0);
    const relief = explored.ground?.relief;
    const flat = relief ? painted(relief, places.main, ratio) : null;
    return { ...explored, ...theme, ...places, keys, flat, ratio, lit, pointed, ran: play.ran };
  }

  function draw() {
    waiting = false;
    if (!root.clientWidth) return;
    if (!scene || Math.abs(sharpness(canvas) / scene.ratio - 1) > 0.02) scene = prepare();
    Object.assign(scene, { lit, pointed, ran: play.ran });
    const part = play.part();
    const at = part === null ? values() : { ...values(), T: part };
    selected = explorers[scene.spec.kind].select(scene, at, part !== null);
    paint(scene, selected);
    canvas.shown = selected.shown;
    grip.place(selected.handles ?? [], scene);
    tend.observe(host(root), { subtree: true, childList: true, attributeFilter: ["aria-valuetext"] });
    write(scene, selected);
  }

  /** @param {Scene} scene @param {Selected} selected */
  function paint(scene, { draw, handles }) {
    const { spec, keys, main, side, ink, font, flat } = scene;
    g.clearRect(0, 0, canvas.width, canvas.height);
    if (flat) g.drawImage(flat, main.box.x, main.box.y, main.box.w, main.box.h);
    const { axes } = explorers[spec.kind];
    for (const [k, p] of [main, side].entries()) {
      if (!axes) frame(g, p, ink, font);
      legend(g, p, keys[k], ink, font);
    }
    axes?.(g, scene);
    draw(g);
    canvas.className = handles?.some(({ own }) => !own) ? "gd-aim" : "";
  }

  /** @param {Scene} scene @param {Selected} selected */
  function write({ main, side }, { text, formula: line }) {
    shown.innerHTML = text
      .filter(Boolean)
      .map((t) => `<p>${t}</p>`)
      .join("");
    formula.show(line ?? []);
    const [one, two] = [main, side].map(({ xlabel, ylabel }) => (ylabel ? say`${ylabel} against ${xlabel}` : xlabel));
    const heard = [...shown.children].map((p) => p.textContent).join(" ");
    canvas.ariaLabel = `${say`Picture: ${one}; beside it ${two}.`} ${heard}`;
    clearTimeout(speaking);
    speaking = window.setTimeout(() => {
      if (host(root).contains(document.activeElement)) said.textContent = heard;
    }, 400); // for a screen reader, once the hand that moved something here rests
  }

  /** What the hand has moved. @param {Partial<Values>} changes */
  function changed(changes) {
    keep(model, changes);
  }

  /** A finger has no place where it rests. @param {PointerEvent} event */
  const point = (event) => {
    pointed = event.type === "pointermove" && event.pointerType === "mouse" ? grip.pixelOf(event) : null;
    soon();
  };
  canvas.onpointermove = point;
  canvas.onpointerleave = point;
  canvas.onclick = (event) => {
    const [x, y] = grip.pixelOf(event);
    const on = (/** @type {Box} */ { x: left, y: top, w, h }) => x >= left && x <= left + w && y >= top && y <= top + h;
    const free = selected?.handles?.filter(({ own }) => !own) ?? [];
    const there = free.find(({ within }, k) => (within ? on(within) : !k && scene?.main.inside([x, y])));
    if (there) changed(there.move([x, y]));
  };

  link.onclick = async () => {
    const to = address.linkTo(model.get("site") ?? "", address.written(explored.spec, values()));
    const copied = await navigator.clipboard?.writeText(to).then(
      () => true,
      () => false,
    );
    if (!copied) return void prompt(say`The link to this:`, to);
    link.textContent = say`Copied`;
    setTimeout(() => Object.assign(link, { textContent: say`Copy link` }), 1500);
  };
  link.hidden = !address.linkTo(model.get("site") ?? "", "x");

  /** The address of the page follows, once the hand rests. */
  function remember() {
    clearTimeout(writing);
    if (!address.isPage()) return;
    writing = window.setTimeout(
      () => history.replaceState(null, "", `#${address.written(explored.spec, values())}`),
      400,
    );
  }

  function restore() {
    const asked = address.isPage() ? address.read(explored.spec, location.hash) : null;
    if (!asked) return;
    keep(model, asked);
    host(root).scrollIntoView({ block: "center" });
  }

  const numbers = () =>
    explored.spec.sliders.map((name) => (DIGITS[name] ? model.get(name).toPrecision(DIGITS[name]) : null));
  const tend = new MutationObserver(() => nameSliders(host(root), numbers()));
  const stop = watch(root, () => scene, { again, resized: again, printed });
  function printed(/** @type {boolean} */ now) {
    printing = now;
    scene = null;
    draw();
  }
  window.addEventListener("hashchange", restore);

  const moved = () => {
    play.moved();
    remember();
    soon();
  };
  const given = () => {
    explored = taken();
    scene = null;
    moved();
  };
  const anew = new Set(["spec", "table", "formula"]);
  for (const name of new Set([...traits, ...anew])) model.on(`change:${name}`, anew.has(name) ? given : moved);
  restore();
  return () => {
    play.stop();
    stop();
    tend.disconnect();
    window.removeEventListener("hashchange", restore);
  };
}
