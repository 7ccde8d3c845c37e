// The bar of rates above a descent whose curvature is known.

import { sameRate } from "../compute/layout.js";
import { words } from "../compute/words.js";
import { line } from "./pen.js";

/** @import { Colours, DescentSpec, Pen, Strip } from "../types.js" */

/**
 * A name beside the tick of its rate: its left end is `from` its width off the tick, and at most `to`.
 * @typedef {{ text: string, rate: number, from: number, to: number, above?: boolean }} Label
 */

/** @type {(g: Pen, s: Strip, spec: DescentSpec, colour: Colours, ink: string) => void} */
export const drawStrip = (g, s, spec, colour, ink) => {
  const [L, mu, end] = [spec.L ?? 0, spec.mu ?? 0, s.x + s.w];
  const X = (/** @type {number} */ rate) => Math.max(s.x, Math.min(end, s.X(rate)));
  const ends = [s.x, X(1 / L), X(2 / L), end];
  for (const [k, zone] of [colour.green, colour.orange, colour.red].entries()) {
    g.fillStyle = zone;
    g.fillRect(ends[k], s.y, ends[k + 1] - ends[k], 9);
  }
  g.textAlign = "left";
  const wide = (/** @type {string} */ text) => g.measureText(text).width;
  const label = (/** @type {Label} */ { text, rate, from, to, above }) => {
    const left = Math.max(s.x, Math.min(to, X(rate) + from * wide(text)));
    const foot = Math.max(left, Math.min(left + wide(text), X(rate)));
    const [tick, bend, y] = above ? [9, -3, -19] : [0, 12, 17];
    const xs = [X(rate), X(rate), foot];
    line(g, 3, (j) => [xs[j], s.y + [tick, bend, y][j]], ink, 2);
    g.fillStyle = ink;
    g.textBaseline = above ? "bottom" : "top";
    g.fillText(text, left, s.y + y);
    return left;
  };
  const named = (/** @type {string} */ name, /** @type {number} */ rate) => {
    const text = `${name} = ${words(rate, 3)}`;
    return { text, rate, from: 0, to: end - wide(text) };
  };
  const calm = named(sameRate(spec) ? "1/L = 2/(L+μ)" : "1/L", 1 / L);
  const left = label(named("2/L", 2 / L));
  label({ ...calm, from: -1, to: left - 12 - wide(calm.text) });
  // 2/(L + μ) may lie close to 2/L: its name stands above the bar
  if (mu && !sameRate(spec)) label({ ...named("2/(L+μ)", 2 / (L + mu)), from: -0.5, above: true });
};
