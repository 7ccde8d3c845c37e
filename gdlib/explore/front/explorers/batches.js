// Walks by mini-batches: on the contours of the loss of all data, or on the objectives of one batch and of all data.

import { spread, under } from "../compute/ground.js";
import { nearest, pointAt, trailOf } from "../compute/layout.js";
import { say } from "../compute/say.js";
import { degrees } from "../compute/select.js";
import { dealt, stochastic } from "../compute/walks.js";
import { counted, place, words } from "../compute/words.js";
import { arrow, dot, drawCurve, drawTrail, line, pin, plot } from "../draw/pen.js";

/** The walk from where everything stands. @param {Explored<SgdSpec> | Explored<BatchesSpec>} explored @param {Values} values */
export function batchWalk({ spec, arrays, ground }, { lr, T, b, seed, init }) {
  const [size, each] = [spec.batch_sizes[b], arrays.orders.length / spec.seeds.length];
  const orders = /** @type {Uint16Array} */ (arrays.orders.subarray(seed * each, (seed + 1) * each));
  const batch = dealt(orders, spec.n, size);
  const { points, steps } = stochastic(under(ground), init, { lr, T, batch });
  const gap = (/** @type {number} */ k) => under(ground).value(points[k]) - spec.lowest;
  return { rate: lr, size, steps, points, final: points[steps], gap, rows: batch(steps) };
}

/** How much was read. @param {{ n: number }} spec @param {BatchWalk} walk */
function read({ n }, { steps, size }) {
  const rows = steps * size;
  const each = size === 1 ? say`<b>1</b> row` : say`<b>${size}</b> rows`;
  return say`<b>${counted(steps)} of ${each}: ${rows} rows read, ${words(rows / n, 3)} times the data</b>.`;
}

/** How far above the minimum, step by step. @type {(g: Pen, stage: Stage<any>, w: BatchWalk, end: string) => void} */
const gaps = (g, { side, colour, back }, { steps, gap }, end) => {
  plot(g, side, steps + 1, (t) => [t, gap(t)], colour.blue);
  pin(g, side, side.at(steps, gap(steps)), 6, end, back);
};

/** The batch's gradient beside that of all data. @param {Ground} ground @param {BatchWalk} w @returns {Term[]} */
function compared({ gradient }, { final, rows, size }) {
  const [own, all] = [gradient(final, rows), gradient(final)];
  const name = (/** @type {number[]} */ v) =>
    v.length > 1 ? `(${v.map((c) => words(c, 3)).join(", ")})` : words(v[0], 3);
  const apart = Math.abs(((degrees(own) - degrees(all) + 540) % 360) - 180);
  return [
    `${say`next:`} `,
    { text: `${say`batch of ${size}`}: ∇f<sub>B</sub> = ${name(own)}`, lights: "batch" },
    ", ",
    { text: `${say`all rows`}: ∇f = ${name(all)}`, lights: "all" },
    own.length > 1 && Number.isFinite(apart) ? `, ${say`${words(apart, 2)}° apart`}` : "",
  ];
}

/** Minus a gradient at the walk's end, as an arrow. @type {(g: Pen, main: Panel, at: number[], slope: number[], colour: string) => void} */
const downhill = (g, main, at, slope, colour) => {
  const from = main.at(at[0], at[1]);
  const [u, v] = [-slope[0] * (main.X(1) - main.X(0)), -slope[1] * (main.Y(1) - main.Y(0))];
  const size = Math.hypot(u, v);
  if (size > 0 && main.inside(from))
    arrow(g, from, [from[0] + (60 * u) / size, from[1] + (60 * v) / size], colour, 6, "#fff");
};

/** The start, to be grabbed. @type {(main: Panel, at: Pair, init: number[]) => Handle} */
const start = (main, at, init) => ({
  name: say`start`,
  at: nearest(main, at),
  says: place(init),
  value: init[0],
  axis: init.length > 1 ? undefined : "x",
  move: (to) => ({ init: pointAt(main, to).slice(0, init.length) }),
});

/** @type {Explorer<SgdSpec>} */
export const sgd = {
  keys: (_, { blue }) => [{}, { [say`full loss − minimum`]: blue }],
  length: (explored, values) => batchWalk(explored, values).steps,
  select(stage, values) {
    const { spec, ground, main, colour, lit } = stage;
    const w = batchWalk(/** @type {any} */ (stage), values);
    const { steps, rate, size, points, final, rows } = w;
    const trail = trailOf(main, steps + 1, (t) => main.at(points[t][0], points[t][1]));
    const { left, pixel } = trail;
    const heights = points.map((_, t) => w.gap(t));
    const rose = heights.filter((height, t) => t > 0 && height > heights[t - 1]).length;
    const gap = heights[steps];
    return {
      shown: { steps, rate, size, final, gap, left, pixel, init: points[0] },
      text: [
        [
          read(spec, w),
          say`At <b>${place(final)}</b>, the loss of all data is <b>${words(gap, 3)}</b> above its minimum.`,
          left && say`The walk has left the picture (arrow).`,
          steps < values.T && say`It has diverged.`,
        ]
          .filter(Boolean)
          .join(" "),
        say`It rose in ${rose} of ${counted(steps)}.`,
      ],
      formula: compared(under(ground), w),
      handles: [start(main, trail.pixels[0], points[0])],
      draw(g) {
        drawTrail(g, stage, trail);
        gaps(g, stage, w, colour.blue);
        if (lit === "batch") downhill(g, main, final, under(ground).gradient(final, rows), colour.orange);
        if (lit === "all") downhill(g, main, final, under(ground).gradient(final), colour.blue);
      },
    };
  },
};

/** @type {Explorer<BatchesSpec>} */
export const batches = {
  keys: (_, { blue, orange }) => [
    { [say`all data`]: blue, [say`this batch`]: orange },
    { [say`objective of all data`]: blue },
  ],
  select(stage, values) {
    const { spec, ground, main, colour, back, lit } = stage;
    const { value, gradient } = under(ground);
    const w = batchWalk(/** @type {any} */ (stage), values);
    const { steps, rate, size, points, final, rows } = w;
    const [[x], gap, there] = [final, w.gap(steps), value(final, rows)];
    const pixel = main.at(x, gap);
    const first = main.at(points[0][0], w.gap(0));
    const tangent = (/** @type {number} */ at, /** @type {number} */ slope) => (/** @type {number} */ j) =>
      main.at(x + (j - 0.5) * 0.6, at + (j - 0.5) * 0.6 * slope);
    return {
      shown: { steps, rate, size, final, gap, pixel, init: points[0] },
      text: [
        `${read(spec, w)} ${say`At <b>x = ${words(x)}</b> all data say ${words(gap, 3)}, this batch says ${words(there, 3)}.`}`,
      ],
      formula: compared(under(ground), w),
      handles: [start(main, first, points[0])],
      draw(g) {
        const own = spread(main.x, 241);
        drawCurve(g, main, ground, colour.blue);
        plot(g, main, own.length, (j) => [own[j], value([own[j]], rows)], colour.orange, 3);
        dot(g, first, 7, back, colour.red);
        if (main.inside(pixel)) {
          const below = main.at(x, there);
          line(g, 2, (j) => (j ? below : pixel), colour.red, 1.5, [4, 4]);
          dot(g, pixel, 8, colour.red, back);
          dot(g, below, 6, colour.orange, back);
          if (lit === "batch") line(g, 2, tangent(there, gradient(final, rows)[0]), colour.orange, 5);
          if (lit === "all") line(g, 2, tangent(gap, gradient(final)[0]), colour.blue, 5);
        }
        gaps(g, stage, w, colour.red);
      },
    };
  },
};
