// The objective of one batch over that of all data.

import { batchWalk, between } from "../compute/select.js";
import { words } from "../compute/words.js";
import { clip, curve, dot, line, plot } from "../draw/pen.js";
import { read } from "./sgd.js";

/** @import { BatchesSpec, Explorer, Stage, Values } from "../types.js" */

/** @param {Stage<BatchesSpec>} stage @param {Values} values */
function select({ spec, arrays, main }, values) {
  const w = batchWalk(spec, arrays, values);
  const { steps, rate, size } = w;
  const [low, high, last] = [spec.grid[0], spec.grid[spec.grid.length - 1], spec.grid.length - 1];
  const nth = (values.b * spec.seeds.length + values.seed) * (spec.T_max + 1) + steps;
  const own = arrays.own.subarray(nth * (last + 1), (nth + 1) * (last + 1));
  const [[x], gap] = [w.at(steps), w.gap(steps)];
  const there = between(own, ((x - low) / (high - low)) * last);
  return {
    ...{ w, there, n: 4 * last + 1 },
    /** Point j of n on the batch's curve. @param {number} j */
    pointAt: (j) => [low + (j / 4 / last) * (high - low), between(own, j / 4)],
    shown: { steps, rate, size, final: [x], gap, pixel: main.at(x, gap) },
    text: [
      `<b>${read(spec, w)}</b>. At <b>x = ${words(x)}</b> all data say ${words(gap, 3)}, ` +
        `this batch says ${words(there, 3)}.`,
    ],
  };
}

/** @type {Explorer<BatchesSpec, ReturnType<typeof select>>} */
export const batches = {
  select,
  keys: (_, { blue, orange }) => [{ "all data": blue, "this batch": orange }, { "objective of all data": blue }],
  still(g, { main, arrays, colour }) {
    curve(g, main, arrays.curve, colour.blue, 3);
  },
  draw(g, { main, side, colour, back }, { w, there, n, pointAt, shown: { pixel } }) {
    plot(g, main, n, pointAt, colour.orange, 3);
    if (main.inside(pixel)) {
      const below = [pixel[0], main.Y(there)];
      line(g, 2, (j) => (j ? below : pixel), colour.red, 1.5, [4, 4]);
      dot(g, pixel, 8, colour.red, back);
      dot(g, below, 6, colour.orange, back);
    }
    plot(g, side, w.steps + 1, (t) => [t, w.gap(t)], colour.blue);
    clip(g, side, () => dot(g, side.at(w.steps, w.gap(w.steps)), 6, colour.red, back));
  },
};
