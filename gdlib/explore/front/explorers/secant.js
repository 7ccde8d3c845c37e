// The secant's slope beside the tangent's.

import { nearest } from "../compute/select.js";
import { minus, words } from "../compute/words.js";
import { clip, curve, dot, mark, plot, straight } from "../draw/pen.js";

/** @import { Explorer, SecantSpec, Stage, Values } from "../types.js" */

/** @param {Stage<SecantSpec>} stage @param {Values} values */
function select({ spec, arrays, main, side }, values) {
  const i = nearest(spec.hs, values.h, true);
  const [h, slope, difference] = [spec.hs[i], arrays.slopes[i], arrays.difference[i]];
  const pixel = main.at(spec.at + h, arrays.far[i]);
  const tangent = words(spec.slope, 6);
  return {
    at: side.at(h, difference),
    shown: { h, secant: slope, tangent: spec.slope, difference, pixel },
    text: [
      `<b>Secant</b> over h = ${minus(h.toPrecision(3))}: slope <b>${words(slope, 6)}</b>. ` +
        `<b>Tangent</b> at x = ${words(spec.at)}: slope <b>${tangent}</b>.`,
      `Difference: ${words(difference, 3)}.`,
    ],
  };
}

/** Where the tangent touches. @param {SecantSpec} spec */
const touch = (spec) => [spec.at, spec.f ?? Number.NaN];

/** @type {Explorer<SecantSpec, ReturnType<typeof select>>} */
export const secant = {
  select,
  keys: (_, { green, orange }) => [{ tangent: green, secant: orange }, {}],
  still(g, { main, side, arrays, spec, colour }) {
    curve(g, main, arrays.curve, colour.blue, 3);
    straight(g, main, touch(spec), spec.slope ?? Number.NaN, colour.green, 3, [10, 6]);
    plot(g, side, spec.hs.length, (j) => [spec.hs[j], arrays.difference[j]], colour.blue);
  },
  draw(g, { main, side, spec, colour, back }, { at, shown }) {
    const [x, y] = touch(spec);
    straight(g, main, [x, y], shown.secant, colour.orange, 3);
    clip(g, main, () => {
      dot(g, shown.pixel, 7, colour.orange, back);
      dot(g, main.at(x, y), 7, colour.green, back);
    });
    mark(g, side, at, 7, colour.orange, back);
  },
};
