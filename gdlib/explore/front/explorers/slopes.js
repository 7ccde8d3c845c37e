// Slopes: of the secant beside the tangent's, of the tangent at a point, and along a direction on contours.

import { logSpan, span, spread, under } from "../compute/ground.js";
import { nearest, pointAt } from "../compute/layout.js";
import { say } from "../compute/say.js";
import { degrees } from "../compute/select.js";
import { difference } from "../compute/walks.js";
import { less, minus, place, valued, words } from "../compute/words.js";
import { arrow, clip, dot, drawCurve, line, pin, plot, straight, upright, zero } from "../draw/pen.js";

/** The height and the slope at x. @param {Ground} ground @param {number} x @returns {Pair} */
const tangentAt = ({ value, gradient }, x) => [value([x]), gradient([x])[0]];

/** The secant's slope over h. @param {Ground} ground @param {number} at @param {number} h */
const rise = ({ value }, at, h) => (value([at + h]) - value([at])) / h;

/** @type {Explorer<SecantSpec>} */
export const secant = {
  prepare({ spec, ground }, { init: [at] }) {
    const { differences } = apart(under(ground), at, spec.hs);
    return { side: { ...spec.side, y: logSpan(differences) } };
  },
  keys: (_, { green, orange }) => [{ [say`tangent`]: green, [say`secant`]: orange }, {}],
  select({ spec, ground, main, side, colour, back, lit }, { h: chosen, init: [at] }) {
    const h = Number(chosen.toPrecision(3)); // as the slider shows it
    const [height, tangent] = tangentAt(under(ground), at);
    const slope = rise(under(ground), at, h);
    const far = under(ground).value([at + h]);
    const pixel = main.at(at + h, far);
    const { hs, differences } = apart(under(ground), at, spec.hs);
    const off = Math.abs(slope - tangent);
    return {
      shown: { h, at, secant: slope, tangent, difference: off, pixel },
      text: [
        [
          say`<b>Secant</b> over h = ${minus(h.toPrecision(3))}: slope <b>${words(slope, 6)}</b>.`,
          say`<b>Tangent</b> at x = ${words(at)}: slope <b>${words(tangent, 6)}</b>.`,
        ].join(" "),
        say`Difference: ${words(off, 3)}.`,
      ],
      formula: [
        { text: `(f(${words(at + h)}) − f(${words(at)}))`, lights: "rise" },
        " / ",
        { text: words(h, 3), lights: "run" },
        ` = (${words(far)}${less(height)}) / ${words(h, 3)} = `,
        { text: words(slope), lights: "secant" },
      ],
      handles: [
        {
          name: say`second point of the secant`,
          at: nearest(main, pixel),
          says: `h = ${words(h, 3)}`,
          value: h,
          axis: "x",
          move: ([x]) => ({
            h: Math.min(spec.hs[1], Math.max(spec.hs[0], Number((main.X.back(x) - at).toPrecision(3)))),
          }),
        },
        {
          name: say`point of the tangent`,
          at: nearest(main, main.at(at, height)),
          says: `x = ${words(at)}`,
          value: at,
          axis: "x",
          move: (to) => ({ init: [pointAt(main, to)[0]] }),
        },
      ],
      draw(g) {
        drawCurve(g, main, ground, colour.blue);
        straight(g, main, [at, height], tangent, colour.green, 3, [10, 6]);
        plot(g, side, hs.length, (j) => [hs[j], differences[j]], colour.blue);
        straight(g, main, [at, height], slope, colour.orange, lit === "secant" ? 6 : 3);
        if (lit === "run" || lit === "rise") {
          const corner = main.at(at + h, height);
          line(g, 2, (j) => (j ? corner : lit === "run" ? main.at(at, height) : pixel), colour.red, 4);
        }
        pin(g, main, pixel, 7, colour.orange, back);
        pin(g, main, main.at(at, height), 7, colour.green, back);
        pin(g, side, side.at(h, off), 7, colour.orange, back);
      },
    };
  },
};

/** How far the secants' slopes are from the tangent's, for h from end to end. @param {Ground} ground @param {number} at @param {Pair} ends */
function apart(ground, at, ends) {
  const [, tangent] = tangentAt(ground, at);
  const hs = spread([Math.log(ends[0]), Math.log(ends[1])], 61).map(Math.exp);
  return { hs, differences: hs.map((h) => Math.abs(rise(ground, at, h) - tangent)) };
}

/** Which way is up, and in which colour. @type {(slope: number, slopes: number[]) => [string, keyof Colours]} */
const up = (slope, slopes) => {
  if (!Number.isFinite(slope)) return [say`No derivative here.`, "purple"];
  const steepest = Math.max(...slopes.filter(Number.isFinite).map(Math.abs));
  if (Math.abs(slope) <= 1e-6 * steepest) return [say`Level: neither way is up.`, "purple"];
  return slope > 0 ? [say`Rising: f grows to the right.`, "orange"] : [say`Falling: f grows to the left.`, "green"];
};

/** f(x) as its formula with the number in it, where that is short. @param {Ground} ground @param {number} x @returns {Term[]} */
function inNumbers({ formula, value }, x) {
  if (!formula || formula.length > 40) return [];
  return [`f(${words(x)}) = `, { text: valued(formula, x), lights: "height" }, ` = ${words(value([x]))}; `];
}

/** @type {Explorer<TangentSpec>} */
export const tangent = {
  prepare({ spec, ground }) {
    const slopes = spread(spec.main.x, 361).map((x) => under(ground).gradient([x])[0]);
    return { slopes, side: { ...spec.side, y: span(slopes) } };
  },
  select({ spec, ground, slopes = [], main, side, colour, ink, back, lit }, { x }) {
    const [height, slope] = tangentAt(under(ground), x);
    const [way, name] = up(slope, slopes);
    const pixel = main.at(x, height);
    const xs = spread(spec.main.x, slopes.length);
    return {
      shown: { x, height, slope, pixel },
      text: [say`At <b>x = ${words(x)}</b>, f(x) = ${words(height)}: slope <b>${words(slope)}</b>.`, way],
      formula: [
        ...inNumbers(under(ground), x),
        `${say`tangent`}: y = `,
        { text: words(height), lights: "height" },
        slope < 0 ? " − " : " + ",
        { text: words(Math.abs(slope)), lights: "slope" },
        ` · (x${less(x)})`,
      ],
      handles: [
        {
          name: say`point of the tangent`,
          at: nearest(main, pixel),
          says: `x = ${words(x)}`,
          value: x,
          axis: "x",
          move: (to) => ({ x: pointAt(main, to)[0] }),
        },
      ],
      draw(g) {
        drawCurve(g, main, ground, colour.blue);
        zero(g, side, ink);
        plot(g, side, xs.length, (j) => [xs[j], slopes[j]], colour.blue);
        straight(g, main, [x, height], slope, colour[name], lit === "slope" ? 6 : 3);
        if (lit === "height") line(g, 2, (j) => (j ? pixel : [pixel[0], main.box.y + main.box.h]), colour.red, 4);
        pin(g, main, pixel, 8, colour[name], back);
        pin(g, side, side.at(x, slope), lit === "slope" ? 12 : 8, colour[name], back);
      },
    };
  },
};

const RADIANS = Math.PI / 180;

/** @param {number} slope @param {number} steepest */
function way(slope, steepest) {
  if (!Number.isFinite(slope)) return say`there is no slope here`;
  if (Math.abs(slope) < 0.01 * steepest) return say`level: along the contour`;
  return slope > 0 ? say`uphill` : say`downhill`;
}

/** @param {ArrayLike<number>} gradient @param {number} angle @returns {[string, Term[]]} */
function theory(gradient, angle) {
  const [steepest, size] = [degrees(gradient), Math.hypot(gradient[0], gradient[1])];
  if (!(size > 0)) return [say`The gradient is 0 or no number here: no direction is the steepest.`, []];
  const apart = Math.abs(((angle - steepest + 540) % 360) - 180);
  const [length, away] = [words(size), words(apart, 3)];
  return [
    say`The gradient points to ${words(steepest, 3)}°, ${away}° away; no slope is larger than its length, ${length}.`,
    [
      { text: `‖∇f‖ = ${length}`, lights: "gradient" },
      " · cos ",
      { text: `${away}°`, lights: "angle" },
      " = ",
      { text: words(size * Math.cos(apart * RADIANS)), lights: "slope" },
    ],
  ];
}

/** @type {Explorer<DirectionSpec>} */
export const direction = {
  prepare({ spec, ground }, { init }) {
    const reach = 1.15 * Math.max(...under(ground).gradient(init).map(Math.abs)) || 1;
    return { side: { ...spec.side, y: [-1.3 * reach, 1.3 * reach] } };
  },
  keys: (_, { red }) => [{}, { [say`gradient`]: red }],
  select({ ground, main, side, spec, colour, ink, lit }, values) {
    const { value, gradient: slopeAt } = under(ground);
    const [init, angle] = [
      values.init,
      Math.round(((values.angle % 360) + 360) % 360) || (values.angle >= 360 ? 360 : 0),
    ];
    const gradient = slopeAt(init);
    const step = 1e-5 * Math.max(...[spec.main.x, spec.main.y].map(([low, high]) => high - low));
    // central differences of f: they check the gradient, and do not use it
    const slopeTo = (/** @type {number} */ degree) => {
      const [u, v] = [Math.cos(degree * RADIANS), Math.sin(degree * RADIANS)];
      return difference(([t]) => value([init[0] + t * u, init[1] + t * v]), [0], step)[0];
    };
    const [slope, size, [x, y]] = [slopeTo(angle), Math.hypot(...gradient), main.at(init[0], init[1])];
    const length = 0.26 * Math.min(main.box.w, main.box.h);
    const tip = (/** @type {number} */ u, /** @type {number} */ v) =>
      /** @type {Pair} */ ([x + length * u, y - length * v]);
    const pixel = tip(Math.cos(angle * RADIANS), Math.sin(angle * RADIANS));
    const [told, formula] = theory(gradient, angle);
    return {
      shown: { angle, slope, gradient: [...gradient], pixel, init },
      text: [
        say`At ${place(init, 3)}, direction <b>${angle}°</b>: slope <b>${words(slope)}</b>, ${way(slope, size)}.`,
        told,
      ],
      formula,
      handles: [
        {
          name: say`point`,
          at: [x, y],
          says: place(init, 3),
          value: init[0],
          move: (to) => ({ init: pointAt(main, to) }),
        },
        {
          name: say`tip of the arrow`,
          at: pixel,
          says: `${angle}°`,
          value: angle,
          move: ([px, py]) => ({ angle: Math.round(degrees([px - x, y - py])) % 360 }),
        },
      ],
      draw(g) {
        zero(g, side, ink);
        plot(g, side, 121, (j) => [3 * j, slopeTo(3 * j)], colour.blue);
        upright(g, side, degrees(gradient), colour.red, 2, [8, 5]);
        const [u, v] = [gradient[0] / size, gradient[1] / size];
        const contour = [tip(1.3 * v, -1.3 * u), tip(-1.3 * v, 1.3 * u)];
        clip(g, main, () => {
          line(g, 2, (j) => contour[j], "#000", 5, [7, 6]);
          line(g, 2, (j) => contour[j], "#fff", 2, [7, 6]);
          if (size > 0) arrow(g, [x, y], tip(u, v), colour.red, lit === "gradient" ? 10 : 6, "#fff");
          if (lit === "angle") {
            g.beginPath();
            g.arc(
              x,
              y,
              0.5 * length,
              -degrees(gradient) * RADIANS,
              -angle * RADIANS,
              (angle - degrees(gradient) + 360) % 360 < 180,
            );
            Object.assign(g, { strokeStyle: "#fff", lineWidth: 5 });
            g.stroke();
          }
          arrow(g, [x, y], pixel, "#fff", 4, "#000");
          dot(g, [x, y], 6, "#fff", "#000");
        });
        dot(g, side.at(angle, slope), lit === "slope" ? 12 : 8, "#fff", "#000");
      },
    };
  },
};
