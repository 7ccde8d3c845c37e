// One learning rate for several scales of one loss: how far from the solution.

import { nearest } from "../compute/select.js";
import { counted, words } from "../compute/words.js";
import { dot, plot, upright } from "../draw/pen.js";

/** @import { Colours, Explorer, LossesSpec } from "../types.js" */

/** The colour of scale k. @param {Colours} colour @param {number} k */
const shade = (colour, k) => Object.values(colour)[k];

/** @type {(name: string, end: number, edge: number, rate: number) => string} */
const outcome = (name, end, edge, rate) => {
  const where = Number.isFinite(end) && end < 1e30 ? `${words(end, 3)} away` : "beyond all bounds";
  return `<b>${name}</b> ${where}${rate > edge ? `, above its 2/L = ${words(edge, 3)}` : ""}`;
};

/** @type {Explorer<LossesSpec>} */
export const losses = {
  keys: ({ names }, colour) => [{}, Object.fromEntries(names.map((name, k) => [name, shade(colour, k)]))],
  select({ spec, arrays, main, side, colour, back }, { lr, T }) {
    const { rates, names, edges } = spec;
    const i = nearest(rates, lr, true);
    const rate = rates[i];
    const distance = (/** @type {number} */ k, /** @type {number} */ r, /** @type {number} */ t) =>
      arrays.distance[(k * rates.length + r) * (spec.T_max + 1) + t];
    const ends = names.map((_, k) => distance(k, i, T));
    const outcomes = names.map((name, k) => outcome(name, ends[k], edges[k], rate));
    return {
      shown: { rate, ends, T },
      text: [`lr = ${words(rate, 3)}, after ${counted(T)}, from the solution: ${outcomes.join("; ")}.`],
      draw(g) {
        for (const [k, edge] of edges.entries()) upright(g, side, edge, shade(colour, k), 1.5, [4, 4]);
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
  },
};
