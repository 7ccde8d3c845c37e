// Slopes: of the secant beside the tangent's, of the tangent at a point, and along a direction on contours.

import { degrees, nearest } from "../compute/select.js";
import { minus, place, words } from "../compute/words.js";
import { arrow, clip, curve, dot, line, mark, pin, plot, straight, upright, zero } from "../draw/pen.js";

/** @type {Explorer<SecantSpec>} */
export const secant = {
  keys: (_, { green, orange }) => [{ tangent: green, secant: orange }, {}],
  select({ spec, arrays, main, side, colour, back }, values) {
    const { hs, at, f, slope: tangent } = spec;
    const i = nearest(hs, values.h, true);
    const [h, slope, difference] = [hs[i], arrays.slopes[i], arrays.difference[i]];
    const [touch, pixel] = [[at, f ?? Number.NaN], main.at(at + h, arrays.far[i])];
    return {
      shown: { h, secant: slope, tangent, difference, pixel },
      text: [
        `<b>Secant</b> over h = ${minus(h.toPrecision(3))}: slope <b>${words(slope, 6)}</b>. ` +
          `<b>Tangent</b> at x = ${words(at)}: slope <b>${words(tangent, 6)}</b>.`,
        `Difference: ${words(difference, 3)}.`,
      ],
      draw(g) {
        curve(g, main, arrays.curve, colour.blue, 3);
        straight(g, main, touch, tangent ?? Number.NaN, colour.green, 3, [10, 6]);
        plot(g, side, hs.length, (j) => [hs[j], arrays.difference[j]], colour.blue);
        straight(g, main, touch, slope, colour.orange, 3);
        mark(g, main, pixel, 7, colour.orange, back);
        mark(g, main, main.at(touch[0], touch[1]), 7, colour.green, back);
        pin(g, side, side.at(h, difference), 7, colour.orange, back);
      },
    };
  },
};

/** Which way is up, and in which colour. @type {(slope: number, slopes: Numbers) => [string, keyof Colours]} */
const up = (slope, slopes) => {
  if (!Number.isFinite(slope)) return ["No derivative here", "purple"];
  const steepest = Math.max(...slopes.filter(Number.isFinite).map(Math.abs));
  if (Math.abs(slope) <= 1e-6 * steepest) return ["Level: neither way is up", "purple"];
  return slope > 0 ? ["Rising: f grows to the right", "orange"] : ["Falling: f grows to the left", "green"];
};

/** @type {Explorer<TangentSpec>} */
export const tangent = {
  select({ arrays, main, side, colour, ink, back }, values) {
    const i = nearest(arrays.xs, values.x);
    const [x, height, slope] = [arrays.xs[i], arrays.height[i], arrays.slope[i]];
    const [way, name] = up(slope, arrays.slope);
    const pixel = main.at(x, height);
    return {
      shown: { x, height, slope, pixel },
      text: [`At <b>x = ${words(x)}</b>, f(x) = ${words(height)}: slope <b>${words(slope)}</b>.`, `${way}.`],
      draw(g) {
        curve(g, main, arrays.curve, colour.blue, 3);
        zero(g, side, ink);
        plot(g, side, arrays.xs.length, (j) => [arrays.xs[j], arrays.slope[j]], colour.blue);
        straight(g, main, [x, height], slope, colour[name], 3);
        mark(g, main, pixel, 8, colour[name], back);
        pin(g, side, side.at(x, slope), 8, colour[name], back);
      },
    };
  },
};

const RADIANS = Math.PI / 180;

/** @param {number} slope @param {number} steepest */
function way(slope, steepest) {
  if (!Number.isFinite(slope)) return "there is no slope here";
  if (Math.abs(slope) < 0.01 * steepest) return "level: along the contour";
  return slope > 0 ? "uphill" : "downhill";
}

/** @param {ArrayLike<number>} gradient @param {number} angle */
function theory(gradient, angle) {
  const [steepest, size] = [degrees(gradient), Math.hypot(gradient[0], gradient[1])];
  if (!(size > 0)) return "The gradient is 0 or no number here: no direction is the steepest.";
  const apart = Math.abs(((angle - steepest + 540) % 360) - 180);
  const [length, away] = [words(size), words(apart, 3)];
  return (
    `The gradient points to ${words(steepest, 3)}°, ${away}° away; no slope is larger than ` +
    `its length, ${length}: ${length} · cos ${away}° = ${words(size * Math.cos(apart * RADIANS))}.`
  );
}

/** @type {Explorer<DirectionSpec>} */
export const direction = {
  keys: (_, { red }) => [{}, { gradient: red }],
  select({ arrays: { slopes, gradient }, main, side, spec, colour, ink }, values) {
    // the table's degree: 0 to 359, and 360 for the slider's end
    const angle = Math.round(((values.angle % 360) + 360) % 360) || (values.angle >= 360 ? 360 : 0);
    const [slope, size, [x, y]] = [slopes[angle], Math.hypot(...gradient), main.at(...spec.init)];
    const length = 0.26 * Math.min(main.box.w, main.box.h);
    const tip = (/** @type {number} */ u, /** @type {number} */ v) => [x + length * u, y - length * v];
    const pixel = tip(Math.cos(angle * RADIANS), Math.sin(angle * RADIANS));
    return {
      shown: { angle, slope, gradient: [...gradient], pixel },
      text: [
        `At ${place(spec.init, 3)}, direction <b>${angle}°</b>: slope <b>${words(slope)}</b>, ${way(slope, size)}.`,
        theory(gradient, angle),
      ],
      draw(g) {
        zero(g, side, ink);
        plot(g, side, 361, (j) => [j, slopes[j]], colour.blue);
        upright(g, side, degrees(gradient), colour.red, 2, [8, 5]);
        const [u, v] = [gradient[0] / size, gradient[1] / size];
        const contour = [tip(1.3 * v, -1.3 * u), tip(-1.3 * v, 1.3 * u)];
        clip(g, main, () => {
          line(g, 2, (j) => contour[j], "#000", 5, [7, 6]);
          line(g, 2, (j) => contour[j], "#fff", 2, [7, 6]);
          if (size > 0) arrow(g, [x, y], tip(u, v), colour.red, 6, "#fff");
          arrow(g, [x, y], pixel, "#fff", 4, "#000");
          dot(g, [x, y], 6, "#fff", "#000");
        });
        dot(g, side.at(angle, slope), 8, "#fff", "#000");
      },
    };
  },
};
