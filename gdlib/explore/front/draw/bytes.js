// Bytes as bars on a logarithmic axis, against the memory of a machine.

import { across } from "../compute/layout.js";
import { say } from "../compute/say.js";
import { bytes, power } from "../compute/words.js";
import { box } from "./axes.js";
import { line, write } from "./pen.js";

const TICKS = [1, 2, 3, 4, 5].map((k) => 1024 ** k);
const named = (/** @type {number} */ tick) => `1 ${"KMGTP"[TICKS.indexOf(tick)]}iB`;

/** Of the bars, and of bytes against a batch size beside them. @type {(g: Pen, stage: Stage<any>) => void} */
export function axes(g, { main, side, ink, font }) {
  const { x, y, w, h } = side.box;
  const ticks = TICKS.filter((t) => t <= main.x[1]);
  Object.assign(g, { fillStyle: ink, globalAlpha: 0.25 });
  for (const t of ticks) g.fillRect(main.X(t) - 0.5, main.box.y, 1, main.box.h);
  for (const t of ticks) g.fillRect(x, side.Y(t) - 0.5, w, 1);
  box(g, main, ink, font, ticks, named);
  box(g, side, ink, font, side.X.ticks(font * 4.2), power);
  for (const t of ticks) write(g, named(t), x - 4, Math.min(side.Y(t), y + h - font / 2), "right", "middle");
}

/** The place in a list of the value nearest to v, by their ratio. @param {number[]} list @param {number} v */
export function nearestIn(list, v) {
  const away = list.map((value) => Math.abs(Math.log(value / v)));
  return away.indexOf(Math.min(...away));
}

/** Where bar k begins, from above, below its label, and how thick it is. @type {(stage: Stage<any>, k: number) => Pair} */
const lane = ({ main: { box }, font }, k) => {
  const tight = box.h / 3 < 3.1 * font; // as on some slides
  return [box.y + (k * box.h) / 3 + font * (tight ? 1.35 : 1.9), box.h / 3 - font * (tight ? 1.55 : 2.5)];
};

/** A ring at `size` bytes of bar k: it moves a slider, whose value the bytes are in proportion to.
 * @type {(stage: Stage<any>, k: number, name: string, trait: Trait, size: number, value: number) => Handle} */
export function ring(stage, k, name, trait, size, value) {
  const { spec, main } = stage;
  const step = main.X(1.75 * main.x[0]) - main.X(main.x[0]); // reaches the next value of each list
  const [top, thick] = lane(stage, k);
  const move = (/** @type {Pair} */ [x]) => ({
    [trait]: nearestIn(spec.values[trait], (main.X.back(x) * value) / size),
  });
  return across(name, [main.X(size), top + thick / 2], bytes(size), size, step, move);
}

/** Bars against the line of the memory; `whole`: an outline to so many bytes.
 * @type {(g: Pen, stage: Stage<any>, all: Bar[], memory: number) => void} */
export function bars(g, stage, all, memory) {
  const { main, colour, ink, back } = stage;
  const { x, y, w, h } = main.box;
  for (const [k, { size, fill, whole }] of all.entries()) {
    const [top, thick] = lane(stage, k);
    Object.assign(g, { fillStyle: fill, strokeStyle: ink, lineWidth: 1.5 });
    if (size) g.fillRect(x, top, Math.max(3, main.X(size) - x), thick);
    if (whole) g.strokeRect(x, top, Math.max(3, main.X(whole) - x), thick);
  }
  const edge = main.X(memory);
  line(g, 2, (j) => [edge, y + j * h], colour.red, 3);
  Object.assign(g, { textAlign: "left", textBaseline: "bottom", lineWidth: 4, strokeStyle: back, fillStyle: ink });
  for (const [k, { label }] of all.entries()) {
    const low = lane(stage, k)[0] - 3;
    g.strokeText(label, x + 6, low);
    g.fillText(label, x + 6, low);
  }
  const name = say`memory ${bytes(memory)}`;
  const half = g.measureText(name).width / 2 + 2;
  write(g, name, Math.max(x + half, Math.min(x + w - half, edge)), y - 4, "center");
}
