// The tangent at a point, and which way is up.

import { nearest } from "../compute/select.js";
import { words } from "../compute/words.js";
import { clip, curve, dot, mark, plot, straight, zero } from "../draw/pen.js";

/** @import { Colours, Explorer, Stage, TangentSpec, Values } from "../types.js" */

/** @type {(slope: number, slopes: Float32Array) => [string, keyof Colours]} */
export const way = (slope, slopes) => {
  if (!Number.isFinite(slope)) return ["No derivative here", "purple"];
  const steepest = Math.max(...slopes.filter(Number.isFinite).map(Math.abs));
  if (Math.abs(slope) <= 1e-6 * steepest) return ["Level: neither way is up", "purple"];
  if (slope > 0) return ["Rising: f grows to the right", "orange"];
  return ["Falling: f grows to the left", "green"];
};

/** @param {Stage<TangentSpec>} stage @param {Values} values */
function select({ arrays, main, side }, values) {
  const i = nearest(arrays.xs, values.x);
  const [x, height, slope] = [arrays.xs[i], arrays.height[i], arrays.slope[i]];
  const [said, name] = way(slope, arrays.slope);
  return {
    name,
    at: side.at(x, slope),
    shown: { x, height, slope, pixel: main.at(x, height) },
    text: [`At <b>x = ${words(x)}</b>, f(x) = ${words(height)}: slope <b>${words(slope)}</b>.`, `${said}.`],
  };
}

/** @type {Explorer<TangentSpec, ReturnType<typeof select>>} */
export const tangent = {
  select,
  still(g, { main, side, arrays: { curve: xy, xs, slope }, colour, ink }) {
    curve(g, main, xy, colour.blue, 3);
    zero(g, side, ink);
    plot(g, side, xs.length, (j) => [xs[j], slope[j]], colour.blue);
  },
  draw(g, { main, side, back, colour }, { name, at, shown: { x, height, slope, pixel } }) {
    straight(g, main, [x, height], slope, colour[name], 3);
    clip(g, main, () => dot(g, pixel, 8, colour[name], back));
    mark(g, side, at, 8, colour[name], back);
  },
};
