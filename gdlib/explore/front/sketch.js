// A prediction that is drawn: a curve, or a walk on a map. A pencil and four points are moved by hand or by keys; both
// change one line, a list of points from 0 to 1 each way: of a walk in the picture, of a curve in its unknown part.

import { commitment } from "./commitment.js";
import { judgedCurve, judgedWalk, placing } from "./compute/judge.js";
import { fontSize, panel, placed, rowHeight, sizeOf } from "./compute/layout.js";
import { say } from "./compute/say.js";
import { along, bent, CELLS, led, shares, simplified, swept, whole } from "./compute/strokes.js";
import { place, words } from "./compute/words.js";
import { frame, legend } from "./draw/axes.js";
import { compared, drawn, known as given } from "./draw/sheet.js";
import { grips } from "./handles.js";
import { button, element, paper, sharpness, themeOf, typeOf, watch } from "./page.js";

const POINTS = 4; // that the keys can move
/** The pixel of a place in the picture. @type {(main: Panel, place: Pair) => Pair} */
const pixelOn = ({ box: { x, y, w, h } }, [s, t]) => [x + s * w, y + (1 - t) * h];

const within = (/** @type {number} */ v) => Math.max(0, Math.min(1, v));

// What differs between a curve and a walk.
const KINDS = {
  curve: {
    judge: judgedCurve,
    picture: (/** @type {string} */ axes) => say`Picture: ${axes}, to draw a curve in.`,
    hint: say`Drag the pencil to the right edge.`,
    missing: say`Draw the line to the right edge first.`,
    point: (/** @type {number} */ k) => say`Point ${k} of ${POINTS} of the line, up and down`,
  },
  walk: {
    judge: judgedWalk,
    picture: (/** @type {string} */ axes) => say`Picture: ${axes}, to draw a walk on the map in.`,
    hint: say`Drag the pencil to where the walk ends.`,
    missing: say`Draw the walk first.`,
    point: (/** @type {number} */ k) => say`Point ${k} of ${POINTS} of the walk`,
  },
};

/** @param {View} view */
export function render(view) {
  const { model } = view;
  /** @type {Sheet} */
  const spec = model.get("spec");
  const { axes, known } = spec;
  const free = spec.sketch === "walk";
  const { of, back } = placing(axes);
  const kind = KINDS[spec.sketch];

  const canvas = /** @type {HTMLCanvasElement & { shown?: object }} */ (element("canvas", { role: "img" }));
  const g = /** @type {Pen} */ (canvas.getContext("2d"));
  const { layer, place: put, pixelOf } = grips(canvas, moved);
  const sheet = element("div", { className: `gd-sheet gd-${spec.sketch}` }, canvas, layer);
  const clear = button(say`Clear`);
  const byKeys = say`By keyboard: the arrow keys move it, and four points of the line.`;
  const hint = element("p", {}, `${kind.hint} ${byKeys}`);

  const last = known.length ? of(known[known.length - 1]) : /** @type {Pair} */ ([0, 0.5]);
  const from = free ? 0 : last[0]; // where the line's part of the picture begins
  const toPicture = (/** @type {Pair} */ [x, y]) => /** @type {Pair} */ ([from + x * (1 - from), y]);
  const start = /** @type {Pair} */ ([free ? last[0] : 0, last[1]]);
  let line = [start];
  let pen = start;
  let [dragged, waiting, locked, printing] = [false, false, false, false];
  /** @type {{ given: Pair[], truth: Pair[] | null } | null} what was committed, and what it is */
  let result = null;
  /** @type {Desk | null} null: to be made anew */
  let scene = null;
  /** @type {ImageBitmap | null} the contours */
  let picture = null;

  const complete = () => (free ? line.length > 1 : line.length > CELLS);

  function emptied() {
    [line, pen, dragged] = [[start], start, false];
    soon();
  }

  function soon() {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }
  function again() {
    scene = null;
    soon();
  }
  /** At once for the next key, which may come before the next frame. */
  function moved() {
    if (scene) put(handles(scene), scene);
    soon();
  }

  // ---------------------------------------------------------------- the line

  /** Where the hand is. @param {Pair} pixel @returns {Pair} */
  function placeOf([x, y]) {
    const { box } = /** @type {Desk} */ (scene).main;
    const s = (x - box.x) / box.w;
    return [within((s - from) / (1 - from)), within((box.y + box.h - y) / box.h)];
  }

  /** The pencil goes on, or is put down anew. @param {Pair} to @param {boolean} anew */
  function pencil(to, anew) {
    const tip = line[line.length - 1];
    const before = !anew ? pen : to[0] < tip[0] ? to : tip;
    line = free ? led(line, to) : swept(line, before, to, known.length ? 1 : 0);
    pen = to;
    soon();
  }

  /** The pencil is lifted. A curve that lacks little goes on level to the edge, where a thumb hardly comes; where it is
   * complete, it can be drawn anew from the start. */
  function lifted() {
    dragged = false;
    if (!free && line.length > 0.9 * CELLS) line = whole(line, free);
    pen = complete() && !free ? line[0] : line[line.length - 1];
    form.touched();
    soon();
  }

  /** What can be grabbed: the pencil first, then points of the line. @param {Desk} desk @returns {Handle[]} */
  function handles({ at }) {
    const says = (/** @type {Pair} */ p) => saying(back(toPicture(p)));
    const value = (/** @type {Pair} */ p) => back(toPicture(p))[1];
    const full = whole(line, free);
    const ways = free ? shares(full) : full.map(([x]) => x);
    const points = Array.from({ length: POINTS }, (_, k) => along(full, ways, (k + 1) / POINTS));
    const tip = {
      name: say`Pencil: draws where it is moved`,
      at: at(pen),
      says: says(pen),
      value: value(pen),
      step: 8,
      move(/** @type {Pair} */ pixel) {
        pencil(placeOf(pixel), false);
        return {};
      },
    };
    return [
      tip,
      ...points.map((point, k) => ({
        name: kind.point(k + 1),
        at: at(point),
        says: says(point),
        value: value(point),
        step: 8,
        move(/** @type {Pair} */ pixel) {
          const to = placeOf(pixel);
          line = bent(full, k + 1, POINTS, [to[0] - point[0], to[1] - point[1]], free);
          if (!dragged) pen = free ? line[line.length - 1] : line[0];
          return {};
        },
      })),
    ];
  }

  /** A point of the picture in words. @param {Pair} point */
  const saying = ([x, y]) => (free ? place([x, y], 3) : `${axes.xlabel} ${words(x, 3)}: ${words(y, 3)}`);

  canvas.onpointerdown = (event) => {
    const at = pixelOf(event);
    if (event.pointerType !== "mouse" || event.button || locked || !scene?.main.inside(at)) return;
    canvas.setPointerCapture(event.pointerId); // a finger beside the pencil scrolls
    event.preventDefault();
    dragged = true;
    pencil(placeOf(at), true);
  };
  canvas.onpointermove = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) pencil(placeOf(pixelOf(event)), false);
  };
  canvas.onlostpointercapture = lifted;
  layer.onpointerdown = ({ target }) => {
    dragged = true;
    if (target !== layer.firstChild) line = whole(line, free); // a point was taken
  };
  for (const over of ["lostpointercapture", "focusout"]) layer.addEventListener(over, lifted);
  clear.onclick = emptied;

  const begins = known.length ? ` ${say`It begins at ${saying(known[known.length - 1])}.`}` : "";
  canvas.ariaLabel = kind.picture(say`${axes.ylabel} against ${axes.xlabel}`) + begins;

  // ---------------------------------------------------------------- the picture

  /** Where everything stands, in which colours. @returns {Desk} */
  function prepare() {
    const style = getComputedStyle(sheet);
    const [W, px, ratio] = [Math.max(180, sheet.clientWidth), parseFloat(style.fontSize), sharpness(canvas)];
    const { ink, back, colour } = printing ? paper : themeOf(sheet);
    /** @type {Keys} */
    const keys = {
      [say`your line`]: colour.purple,
      ...(result?.truth ? { [say`what it is`]: free ? colour.red : colour.blue } : {}),
    };
    const font = fontSize(W, px);
    g.font = typeOf(font);
    const left = font * 3.4;
    const room = W - left - 16;
    const tall = parseFloat(style.getPropertyValue("--gd-height")) || Number.POSITIVE_INFINITY;
    const { w, h } = sizeOf(axes, free, room, Math.max(0.62, Math.min(260 / room, 0.8)), tall);
    const rows = placed((text) => g.measureText(text).width, keys, w, axes.ylabel).rows - 1;
    const y = font * 1.6 + rows * rowHeight(font);
    const main = panel(axes, { x: left, y, w, h });
    const H = y + main.box.h + font * 2.6 + 8;
    canvas.width = Math.round(W * ratio);
    canvas.height = Math.round(H * ratio); // which forgets the type
    Object.assign(g, { font: typeOf(font) }).setTransform(ratio, 0, 0, ratio, 0, 0);
    const at = (/** @type {Pair} */ place) => pixelOn(main, toPicture(place));
    return { W, H, font, ink, back, colour, keys, main, at, ratio, free };
  }

  function draw() {
    waiting = false;
    if (!sheet.clientWidth) return;
    if (!scene || Math.abs(sharpness(canvas) / scene.ratio - 1) > 0.02) scene = prepare();
    paint(scene);
    put(locked ? [] : handles(scene), scene);
    clear.disabled = locked || line.length < 2;
    canvas.shown = { points: line.length, complete: complete(), locked, pen: scene.at(pen), box: scene.main.box };
  }

  /** @param {Desk} desk */
  function paint(desk) {
    const { main, keys, ink, font } = desk;
    const pixels = (/** @type {Pair[]} */ points) => points.map((point) => pixelOn(main, of(point)));
    g.clearRect(0, 0, canvas.width, canvas.height);
    if (picture) g.drawImage(picture, main.box.x, main.box.y, main.box.w, main.box.h);
    frame(g, main, ink, font);
    legend(g, main, keys, ink, font);
    const rest = free ? [] : whole(line, free).slice(line.length - 1);
    const truth = result?.truth?.slice(Math.max(0, known.length - 1)) ?? [];
    if (result) compared(g, desk, pixels(result.given), pixels(truth));
    else drawn(g, desk, line.map(desk.at), rest.map(desk.at));
    given(g, desk, pixels(known));
  }

  async function load() {
    const bytes = model.get("image");
    if (!bytes?.byteLength) return;
    picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    soon();
  }

  const stop = watch(sheet, () => scene, { again, resized: soon, printed });
  function printed(/** @type {boolean} */ now) {
    printing = now;
    scene = null;
    draw();
  }

  const form = commitment(view, {
    still: true,
    fields: [hint, sheet, clear],
    read(tell) {
      if (!complete()) {
        tell(kind.missing);
        return null;
      }
      const points = simplified(line, 0.002).map((p) => back(toPicture(p)));
      return JSON.stringify(points);
    },
    judged: (given, truth) => {
      const { answer, ...came } = kind.judge(spec, JSON.parse(given), truth);
      return { ...came, answer: [answer] };
    },
    shown(now, given, truth) {
      locked = now;
      hint.style.visibility = now ? "hidden" : ""; // the picture stays where it is
      clear.hidden = now;
      result = now && given ? { given: JSON.parse(given), truth: truth || null } : null;
      again();
    },
    emptied,
  });
  load();
  return () => {
    form.leave();
    stop();
  };
}
