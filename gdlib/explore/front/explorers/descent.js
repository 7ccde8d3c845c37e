// Walks by gradient descent or ascent: one beside its norms or the line that it fits; and those of one learning rate
// on several scales of one loss, by their distance from the solution.

import { trailOf } from "../compute/layout.js";
import { nearest, predicted, walk } from "../compute/select.js";
import { counted, place, words } from "../compute/words.js";
import { drawStrip } from "../draw/axes.js";
import { arrow, curve, dot, drawTrail, level, mark, plot, straight, upright } from "../draw/pen.js";

/** How it ended. @type {(w: Walk, eps: number, left: boolean, part: boolean) => string} */
export const verdict = (w, eps, left, part) => {
  const norm = w.norm(w.last);
  const size = `|gradient| = <b>${words(norm)}</b>`;
  const where = w.beyond ? "farther out than 1e38" : `at <b>${place(w.final, 7)}</b>`;
  const after = `after <b>${counted(w.steps)}</b> ${where}:`;
  const gone = left ? " It has left the picture (arrow)." : "";
  if (w.stop === "converged") return `<b>Converged</b> ${after} ${size} ≤ eps.${gone}`;
  if (w.stop === "diverged") {
    const none = Number.isNaN(norm);
    const why = none ? "there is no gradient there" : "the next number is too large for the computer";
    return `<b>Diverged</b> ${after} ${why}.${gone}`;
  }
  const first = w.norm(0);
  const grown = w.beyond || norm > first ? ` and |gradient| has grown from ${words(first)}` : "";
  const still = `${w.beyond ? "" : `${size}, `}above eps = ${words(eps)}${grown}`;
  return `<b>${part ? "On the way" : "Out of steps"}</b> ${after} ${still}.${gone}`;
};

/** Where the curvature is known. @type {(spec: DescentSpec, w: Walk, eps: number) => string} */
export const theory = ({ L, mu, ascent }, w, eps) => {
  if (!L || ascent) return "";
  const alike = mu !== null && L - mu < 1e-9 * L; // one curvature: every direction is the steep one
  const rate = `Theory: lr = ${words(w.rate, 3)} is ${zone(w.rate * L, alike && w.norm(0) > eps)}`;
  if (!mu) return `${rate}.`;
  const n = predicted(w.rate, L, mu, w.norm(0), eps);
  if (n === Number.POSITIVE_INFINITY) return `${rate}; it ${alike ? "never gets" : "need not get"} to eps.`;
  return `${rate}; to eps in ${alike ? "" : "at most "}<b>${counted(n)}</b>.`;
};

/** What a rate does, surely or to some starts. @param {number} rate times L @param {boolean} sure */
function zone(rate, sure) {
  if (rate > 2 * (1 + 1e-9)) return `above 2/L: it ${sure ? "grows" : "can grow"}`;
  const where = rate < 2 * (1 - 1e-9) ? "between 1/L and 2/L" : "2/L";
  if (rate > 1 + 1e-9) return `${where}: it ${sure ? "overshoots" : "can overshoot"}`;
  return `${rate > 1 - 1e-9 ? "1/L" : "below 1/L"}: no overshoot`;
}

/** @type {(g: Pen, stage: Stage<DescentSpec>, w: Walk) => void} */
const drawLines = (g, { side, arrays: { data }, colour }, w) => {
  for (let j = 0; j < data.length; j += 2) mark(g, side, side.at(data[j], data[j + 1]), 4, colour.blue);
  const [[b0, b1], [c0, c1]] = [w.at(0), w.final];
  straight(g, side, [0, b0], b1, colour.purple, 3, [8, 6]);
  straight(g, side, [0, c0], c1, colour.red, 3);
};

/** @type {(g: Pen, stage: Stage<DescentSpec>, w: Walk, eps: number) => void} */
const drawNorms = (g, { spec, side, colour, back }, { last, gap, norm }, eps) => {
  level(g, side, eps, colour.green, 2, [8, 5]);
  if (spec.bounded) plot(g, side, last + 1, (k) => [k, gap(k)], colour.blue);
  plot(g, side, last + 1, (k) => [k, norm(k)], colour.orange, 3);
  mark(g, side, side.at(last, norm(last)), 6, colour.orange, back);
};

/** @type {Explorer<DescentSpec>} */
export const descent = {
  keys({ fit, bounded, ascent }, { orange, blue, green, purple, red }) {
    if (fit) return [{}, { start: purple, now: red }];
    const gap = bounded ? { [ascent ? "highest f − f" : "f − lowest f"]: blue } : {};
    return [{}, { "|gradient|": orange, ...gap, eps: green }];
  },
  length: (explored, values) => walk(explored, values).steps,
  select(stage, values, part) {
    const { spec, arrays, main, strip, colour, ink, back } = stage;
    const w = walk(stage, values);
    const height = (/** @type {number} */ k) => (spec.best ?? 0) + (spec.ascent ? -1 : 1) * w.gap(k);
    const trail = trailOf(main, w.last + 1, (k) => {
      const [x, y] = w.at(k);
      return main.at(x, spec.init.length === 1 ? height(k) : y);
    });
    const { left, pixel } = trail;
    const { rate, steps, stop, final, beyond } = w;
    return {
      shown: { steps, stop, final, norm: w.norm(w.last), rate, beyond, left, pixel },
      text: [verdict(w, values.eps, left, part), theory(spec, w, values.eps)],
      draw(g) {
        if (arrays.curve) curve(g, main, arrays.curve, colour.blue, 3);
        drawTrail(g, stage, trail);
        if (spec.fit) drawLines(g, stage, w);
        else drawNorms(g, stage, w, values.eps);
        if (!strip) return;
        drawStrip(g, strip, spec, colour, ink);
        const x = strip.X(rate);
        arrow(g, [x, strip.y - 15], [x, strip.y + 1], colour.red, 4, back);
      },
    };
  },
};

/** @type {(name: string, end: number, edge: number, rate: number) => string} */
const outcome = (name, end, edge, rate) => {
  const where = Number.isFinite(end) && end < 1e30 ? `${words(end, 3)} away` : "beyond all bounds";
  return `<b>${name}</b> ${where}${rate > edge ? `, above its 2/L = ${words(edge, 3)}` : ""}`;
};

/** @type {Explorer<LossesSpec>} */
export const losses = {
  keys: ({ names }, colour) => [{}, Object.fromEntries(names.map((name, k) => [name, Object.values(colour)[k]]))],
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
        const inks = Object.values(colour);
        for (const [k, edge] of edges.entries()) upright(g, side, edge, inks[k], 1.5, [4, 4]);
        upright(g, side, rate, colour.red, 2);
        for (const [k, end] of ends.entries()) {
          plot(g, main, T + 1, (t) => [t, distance(k, i, t)], inks[k], 3);
          plot(g, side, rates.length, (r) => [rates[r], distance(k, r, T)], inks[k]);
          const [x, y] = main.at(T, end);
          dot(g, [x, Math.max(main.box.y, y)], 6, inks[k], back);
        }
      },
    };
  },
};
