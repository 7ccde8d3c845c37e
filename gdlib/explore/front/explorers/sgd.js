// A walk by mini-batches on the contours of the loss of all data.

import { trailOf } from "../compute/scale.js";
import { batchWalk } from "../compute/select.js";
import { counted, place, words } from "../compute/words.js";
import { clip, dot, plot } from "../draw/pen.js";
import { drawTrail } from "../draw/trail.js";

/** @import { BatchWalks, Explorer, SgdSpec, Stage, Values } from "../types.js" */

/** How much was read. @param {BatchWalks} spec @param {{ steps: number, size: number }} walk */
export function read({ n }, { steps, size }) {
  const [rows, times] = [steps * size, words((steps * size) / n, 3)];
  const each = `<b>${size}</b> row${size === 1 ? "" : "s"}`;
  return `${counted(steps)} of ${each}: ${rows} rows read, ${times} times the data`;
}

/** @param {Stage<SgdSpec>} stage @param {Values} values */
function select({ spec, arrays, main }, values) {
  const w = batchWalk(spec, arrays, values);
  const trail = trailOf(main, w.steps + 1, (t) => {
    const [x, y] = w.at(t);
    return main.at(x, y);
  });
  let rose = 0;
  for (let t = 1; t <= w.steps; t++) if (w.gap(t) > w.gap(t - 1)) rose++;
  const { steps, rate, size } = w;
  const { left, pixel } = trail;
  const [final, gap] = [w.at(steps), w.gap(steps)];
  return {
    w,
    trail,
    shown: { steps, rate, size, final, gap, left, pixel },
    text: [
      `<b>${read(spec, w)}</b>. At <b>${place(final)}</b>, the loss of all data is ` +
        `<b>${words(gap, 3)}</b> above its minimum.` +
        `${left ? " The walk has left the picture (arrow)." : ""}` +
        `${steps < values.T ? " It has diverged." : ""}`,
      `It rose in ${rose} of ${counted(steps)}.`,
    ],
  };
}

/** @type {Explorer<SgdSpec, ReturnType<typeof select>>} */
export const sgd = {
  select,
  keys: (_, { blue }) => [{}, { "full loss − its minimum": blue }],
  length: ({ spec, arrays }, values) => batchWalk(spec, arrays, values).steps,
  draw(g, stage, { w, trail }) {
    const { side, colour, back } = stage;
    drawTrail(g, stage, trail);
    plot(g, side, w.steps + 1, (t) => [t, w.gap(t)], colour.blue);
    clip(g, side, () => dot(g, side.at(w.steps, w.gap(w.steps)), 6, colour.blue, back));
  },
};
