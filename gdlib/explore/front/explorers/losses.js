// One learning rate on several scales of one loss: how far each walk is from the solution.

import { spread } from "../compute/ground.js";
import { objective } from "../compute/objectives.js";
import { say } from "../compute/say.js";
import { descend, length } from "../compute/walks.js";
import { counted, words } from "../compute/words.js";
import { dot, plot, upright } from "../draw/pen.js";

/** @type {(name: string, end: number, edge: number, rate: number) => string} */
const outcome = (name, end, edge, rate) => {
  const near = Number.isFinite(end) && end < 1e30;
  const where = near ? say`<b>${name}</b> ${words(end, 3)} away` : say`<b>${name}</b> beyond all bounds`;
  return rate > edge ? say`${where}, above its 2/L = ${words(edge, 3)}` : where;
};

/** The distance to the solution at each step; of a walk that has diverged it is infinite.
 * @param {LossesSpec} spec @param {Arrays} arrays @param {number[]} init */
const distances = ({ names, best, T_max }, arrays, init) =>
  names.map((scale) => {
    const { gradient } = objective({ of: "table", scale, d: best.length }, arrays);
    return (/** @type {number} */ lr) => {
      const { points, stop } = descend(gradient, init, { lr, eps: 0, T: T_max });
      const away = points.map((point) => length(point.map((v, k) => v - best[k])));
      const rest = stop === "diverged" ? Number.POSITIVE_INFINITY : away[away.length - 1];
      return Float64Array.from({ length: T_max + 1 }, (_, t) => away[t] ?? rest);
    };
  });

/** @type {Explorer<LossesSpec>} */
export const losses = {
  prepare({ spec, arrays }, { init }) {
    const rates = spread([Math.log(spec.rates[0]), Math.log(spec.rates[1])], 81).map(Math.exp);
    const walks = distances(spec, arrays, init);
    return { rates, walks, against: walks.map((away) => rates.map(away)) };
  },
  keys: ({ spec: { names } }, colour) => [
    {},
    Object.fromEntries(names.map((name, k) => [name, Object.values(colour)[k]])),
  ],
  select({ spec, main, side, colour, back, lit, rates = [], walks = [], against = [] }, { lr, T }) {
    const { names, edges } = spec;
    const away = walks.map((from) => from(lr));
    const ends = away.map((distance) => distance[T]);
    const outcomes = names.map((name, k) => outcome(name, ends[k], edges[k], lr));
    return {
      shown: { rate: lr, ends, T },
      text: [say`lr = ${words(lr, 3)}, after ${counted(T)}, from the solution: ${outcomes.join("; ")}.`],
      formula: names.flatMap((name, k) => [
        k ? "; " : "2/L: ",
        { text: `${name} ${words(edges[k], 3)}`, lights: name },
      ]),
      handles: [
        {
          name: say`learning rate`,
          at: side.at(lr, side.y[0]),
          says: `lr = ${words(lr, 3)}`,
          value: lr,
          axis: "x",
          own: true,
          move: ([x]) => ({
            lr: Number(Math.max(spec.rates[0], Math.min(spec.rates[1], side.X.back(x))).toPrecision(3)),
          }),
        },
      ],
      draw(g) {
        const inks = Object.values(colour);
        for (const [k, edge] of edges.entries()) upright(g, side, edge, inks[k], lit === names[k] ? 5 : 1.5, [4, 4]);
        upright(g, side, lr, colour.red, 2);
        for (const [k, end] of ends.entries()) {
          const wide = lit === names[k] ? 6 : 3;
          plot(g, main, T + 1, (t) => [t, away[k][t]], inks[k], wide);
          plot(g, side, rates.length, (r) => [rates[r], against[k][r][T]], inks[k], wide - 1);
          const [x, y] = main.at(T, end);
          dot(g, [x, Math.max(main.box.y, y)], 6, inks[k], back);
        }
      },
    };
  },
};
