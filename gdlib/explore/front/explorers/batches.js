// Walks by mini-batches: on the contours of the loss of all data, or on the objectives of one batch and of all data.

import { trailOf } from "../compute/layout.js";
import { batchWalk, between } from "../compute/select.js";
import { counted, place, plural, words } from "../compute/words.js";
import { curve, dot, drawTrail, line, mark, plot } from "../draw/pen.js";

/** How much was read. @param {BatchWalks} spec @param {BatchWalk} walk */
function read({ n }, { steps, size }) {
  const rows = steps * size;
  const each = `<b>${size}</b> row${plural(size)}`;
  return `<b>${counted(steps)} of ${each}: ${rows} rows read, ${words(rows / n, 3)} times the data</b>`;
}

/** How far above the minimum, step by step. @type {(g: Pen, stage: Stage<any>, w: BatchWalk, end: string) => void} */
const gaps = (g, { side, colour, back }, { steps, gap }, end) => {
  plot(g, side, steps + 1, (t) => [t, gap(t)], colour.blue);
  mark(g, side, side.at(steps, gap(steps)), 6, end, back);
};

/** @type {Explorer<SgdSpec>} */
export const sgd = {
  keys: (_, { blue }) => [{}, { "full loss − its minimum": blue }],
  length: (explored, values) => batchWalk(explored, values).steps,
  select(stage, values) {
    const { spec, main, colour } = stage;
    const w = batchWalk(stage, values);
    const { steps, rate, size, at } = w;
    const trail = trailOf(main, steps + 1, (t) => main.at(at(t)[0], at(t)[1]));
    const { left, pixel } = trail;
    let rose = 0;
    for (let t = 1; t <= steps; t++) if (w.gap(t) > w.gap(t - 1)) rose++;
    const [final, gap] = [at(steps), w.gap(steps)];
    return {
      shown: { steps, rate, size, final, gap, left, pixel },
      text: [
        `${read(spec, w)}. At <b>${place(final)}</b>, the loss of all data is ` +
          `<b>${words(gap, 3)}</b> above its minimum.` +
          `${left ? " The walk has left the picture (arrow)." : ""}${steps < values.T ? " It has diverged." : ""}`,
        `It rose in ${rose} of ${counted(steps)}.`,
      ],
      draw(g) {
        drawTrail(g, stage, trail);
        gaps(g, stage, w, colour.blue);
      },
    };
  },
};

/** @type {Explorer<BatchesSpec>} */
export const batches = {
  keys: (_, { blue, orange }) => [{ "all data": blue, "this batch": orange }, { "objective of all data": blue }],
  select(stage, values) {
    const { spec, arrays, main, colour, back } = stage;
    const w = batchWalk(stage, values);
    const { steps, rate, size } = w;
    const last = spec.grid.length - 1;
    const [low, high] = [spec.grid[0], spec.grid[last]];
    const nth = (values.b * spec.seeds.length + values.seed) * (spec.T_max + 1) + steps;
    const own = arrays.own.subarray(nth * (last + 1), (nth + 1) * (last + 1));
    const [[x], gap] = [w.at(steps), w.gap(steps)];
    const there = between(own, ((x - low) / (high - low)) * last);
    const pixel = main.at(x, gap);
    return {
      shown: { steps, rate, size, final: [x], gap, pixel },
      text: [
        `${read(spec, w)}. At <b>x = ${words(x)}</b> all data say ${words(gap, 3)}, ` +
          `this batch says ${words(there, 3)}.`,
      ],
      draw(g) {
        curve(g, main, arrays.curve, colour.blue, 3);

        plot(
          g,
          main,
          4 * last + 1,
          (j) => [low + (j / 4 / last) * (high - low), between(own, j / 4)],
          colour.orange,
          3,
        );
        if (main.inside(pixel)) {
          const below = [pixel[0], main.Y(there)];
          line(g, 2, (j) => (j ? below : pixel), colour.red, 1.5, [4, 4]);
          dot(g, pixel, 8, colour.red, back);
          dot(g, below, 6, colour.orange, back);
        }
        gaps(g, stage, w, colour.red);
      },
    };
  },
};
