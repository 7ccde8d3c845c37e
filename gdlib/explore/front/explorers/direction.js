// The slope along a direction, on contours.

import { degrees } from "../compute/select.js";
import { place, words } from "../compute/words.js";
import { arrow, clip, dot, line, plot, upright, zero } from "../draw/pen.js";

/** @import { DirectionSpec, Explorer, Pair, Panel, Stage, Values } from "../types.js" */

const RADIANS = Math.PI / 180;

/** The table's degree: 0 to 359, and 360 for the slider's end. @param {number} angle */
const whole = (angle) => Math.round(((angle % 360) + 360) % 360) || (angle >= 360 ? 360 : 0);

/** Of an arrow. @type {(stage: Stage<DirectionSpec>, u: number, v: number) => Pair} */
const tip = ({ main, spec }, u, v) => {
  const length = 0.26 * Math.min(main.box.w, main.box.h);
  const [x, y] = main.at(...spec.init);
  return [x + length * u, y - length * v];
};

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

/** @param {Stage<DirectionSpec>} stage @param {Values} values */
function select(stage, values) {
  const { arrays, side, spec } = stage;
  const angle = whole(values.angle);
  const slope = arrays.slopes[angle];
  const pixel = tip(stage, Math.cos(angle * RADIANS), Math.sin(angle * RADIANS));
  const said = way(slope, Math.hypot(...arrays.gradient));
  return {
    at: side.at(angle, slope),
    shown: { angle, slope, gradient: [...arrays.gradient], pixel },
    text: [
      `At ${place(spec.init, 3)}, direction <b>${angle}°</b>: ` + `slope <b>${words(slope)}</b>, ${said}.`,
      theory(arrays.gradient, angle),
    ],
  };
}

/** @type {Explorer<DirectionSpec, ReturnType<typeof select>>} */
export const direction = {
  select,
  keys: (_, { red }) => [{}, { gradient: red }],
  still(g, stage) {
    const { main, side, arrays, colour, ink } = stage;
    const size = Math.hypot(...arrays.gradient);
    const [u, v] = [arrays.gradient[0] / size, arrays.gradient[1] / size];
    zero(g, side, ink);
    plot(g, side, 361, (j) => [j, arrays.slopes[j]], colour.blue);
    upright(g, side, degrees(arrays.gradient), colour.red, 2, [8, 5]);
    const ends = [tip(stage, 1.3 * v, -1.3 * u), tip(stage, -1.3 * v, 1.3 * u)]; // of the contour
    clip(g, main, () => {
      line(g, 2, (j) => ends[j], "#000", 5, [7, 6]);
      line(g, 2, (j) => ends[j], "#fff", 2, [7, 6]);
      if (size > 0) arrow(g, tip(stage, 0, 0), tip(stage, u, v), colour.red, 6, "#fff");
    });
  },
  draw(g, stage, { at, shown }) {
    const point = tip(stage, 0, 0);
    clip(g, stage.main, () => {
      arrow(g, point, shown.pixel, "#fff", 4, "#000");
      dot(g, point, 6, "#fff", "#000");
    });
    dot(g, at, 8, "#fff", "#000");
  },
};
