// One learning rate for several scales of one loss: how far from the solution.

import { nearest } from "../compute/select.js";
import { counted, words } from "../compute/words.js";
import { dot, plot, upright } from "../draw/pen.js";

/** @import { Colours, Explorer, LossesSpec, Stage, Values } from "../types.js" */

/** The colour of scale k. @param {Colours} colour @param {number} k */
const shade = (colour, k) => Object.values(colour)[k];

/** @param {string} name @param {number} end @param {number} edge @param {number} rate */
function outcome(name, end, edge, rate) {
  const where = Number.isFinite(end) && end < 1e30 ? `${words(end, 3)} away` : "beyond all bounds";
  return `<b>${name}</b> ${where}${rate > edge ? `, above its 2/L = ${words(edge, 3)}` : ""}`;
}

/** @param {Stage<LossesSpec>} stage @param {Values} values */
function select({ spec, arrays }, { lr, T }) {
  const { rates, names, edges } = spec;
  const i = nearest(rates, lr, true);
  const distance = (/** @type {number} */ k, /** @type {number} */ r, /** @type {number} */ t) =>
    arrays.distance[(k * rates.length + r) * (spec.T_max + 1) + t];
  const ends = names.map((_, k) => distance(k, i, T));
  const outcomes = names.map((name, k) => outcome(name, ends[k], edges[k], rates[i]));
  const now = `lr = ${words(rates[i], 3)}, after ${counted(T)}`;
  return {
    i,
    distance,
    shown: { rate: rates[i], ends, T },
    text: [`${now}, from the solution: ${outcomes.join("; ")}.`],
  };
}

/** @type {Explorer<LossesSpec, ReturnType<typeof select>>} */
export const losses = {
  select,
  keys: ({ names }, colour) => [{}, Object.fromEntries(names.map((name, k) => [name, shade(colour, k)]))],
  still(g, { side, spec, colour }) {
    for (const [k, edge] of spec.edges.entries()) upright(g, side, edge, shade(colour, k), 1.5, [4, 4]);
  },
  draw(g, { main, side, spec: { rates }, colour, back }, { i, distance, shown }) {
    const { rate, ends, T } = shown;
    upright(g, side, rate, colour.red, 2);
    for (const [k, end] of ends.entries()) {
      const ink = shade(colour, k);
      plot(g, main, T + 1, (t) => [t, distance(k, i, t)], ink, 3);
      plot(g, side, rates.length, (r) => [rates[r], distance(k, r, T)], ink);
      const [x, y] = main.at(T, end);
      dot(g, [x, Math.max(main.box.y, y)], 6, ink, back);
    }
  },
};
