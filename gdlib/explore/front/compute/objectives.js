// What is explored, as a function of x with its gradient: a formula, a table with its loss, a wave, a map of heights.

import { parse } from "./expression.js";

/** A subject as a function. @type {(subject: Subject, arrays: Arrays) => Objective} */
export const objective = (subject, arrays) => {
  if (subject.of === "formula") return formula(subject);
  if (subject.of === "table") return table(subject, arrays);
  return subject.of === "sine" ? sine(subject, arrays) : grid(subject, arrays);
};

/** With no gradient of its own it is differentiated. @param {FormulaSubject} subject @returns {Objective} */
function formula({ names, f, gradient }) {
  const { value, ...derived } = parse(f, names);
  const d = names.length;
  if (!gradient) return { d, value, ...derived };
  const parts = gradient.map((text) => parse(text, names));
  return { d, value, gradient: (x) => parts.map((p) => p.value(x)), hessian: (x) => parts.map((p) => p.gradient(x)) };
}

/** The loss is c‖r‖², as in gdlib.LeastSquares; of a mean c is divided by n. */
const scales = { "half-sum": 0.5, sum: 1, "half-mean": 0.5, mean: 1 };

/** @param {TableSubject} subject @param {Arrays} arrays @returns {Objective} */
function table({ scale, d }, { X, y }) {
  const n = y.length;
  const c = scales[scale] / (scale.endsWith("mean") ? n : 1);
  const errorOf = (/** @type {number} */ i, /** @type {number[]} */ beta) => {
    let fit = 0;
    for (let j = 0; j < d; j++) fit += X[i * d + j] * beta[j];
    return y[i] - fit;
  };
  /** @type {number[][]} */
  let constant;
  const hessian = () => {
    const entry = (/** @type {number} */ j, /** @type {number} */ k) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += X[i * d + j] * X[i * d + k];
      return 2 * c * sum;
    };
    const places = [...Array(d).keys()];
    constant ??= places.map((j) => places.map((k) => entry(j, k)));
    return constant;
  };
  return {
    d,
    n,
    hessian,
    value(beta, rows) {
      const b = rows ? rows.length : n;
      let sum = 0;
      for (let k = 0; k < b; k++) sum += errorOf(rows ? rows[k] : k, beta) ** 2;
      return sum * ((c * n) / b); // b rows stand for all n
    },
    gradient(beta, rows) {
      const b = rows ? rows.length : n;
      const sums = new Array(d).fill(0);
      for (let k = 0; k < b; k++) {
        const i = rows ? rows[k] : k;
        const error = errorOf(i, beta);
        for (let j = 0; j < d; j++) sums[j] -= X[i * d + j] * error;
      }
      const factor = (c * n) / b;
      return sums.map((sum) => sum * 2 * factor);
    },
  };
}

/**
 * The mean of ½(yᵢ − sin ωtᵢ)², as gdlib.minibatch.SineFit.
 * @param {SineSubject} subject @param {Arrays} arrays @returns {Objective}
 */
function sine({ digits }, { t, y }) {
  const n = t.length;
  const power = digits === null ? 1 : 10 ** digits;
  return {
    d: 1,
    n,
    value([omega], rows) {
      const b = rows ? rows.length : n;
      let sum = 0;
      for (let k = 0; k < b; k++) {
        const i = rows ? rows[k] : k;
        sum += (y[i] - Math.sin(omega * t[i])) ** 2;
      }
      return (0.5 * sum) / b;
    },
    gradient([omega], rows) {
      const b = rows ? rows.length : n;
      let sum = 0;
      for (let k = 0; k < b; k++) {
        const i = rows ? rows[k] : k;
        const angle = omega * t[i];
        sum += t[i] * (y[i] - Math.sin(angle)) * Math.cos(angle);
      }
      const slope = -sum / b;
      return [digits === null ? slope : toEven(slope * power) / power];
    },
  };
}

/** The nearest whole number; of two as near the even one, as np.round. @param {number} v */
const toEven = (v) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

/**
 * Keys' cubic interpolation between heights, as gdlib.landscapes.terrain; NaN outside. The heights have one row and one
 * column more on each side than can be walked on: of a cut-out the map's own next ones, at the map's border the straight
 * continuation. So (x, y) is where the second row and the second column cross: whole steps from the whole map's corner.
 * @param {GridSubject} subject @param {Arrays} arrays @returns {Objective}
 */
function grid({ rows, columns, dx, dy, x: west, y: south }, { heights }) {
  const [left, below] = [Math.round(west / dx), Math.round(south / dy)];
  const [acrossX, acrossY] = [new Float64Array(4), new Float64Array(4)];
  /** @type {(x: number[], alongX: Weigh, alongY: Weigh) => number} */
  const interpolated = (x, alongX, alongY) => {
    const u = x[0] / dx - left; // rounded as on the whole map
    const v = x[1] / dy - below;
    if (!(u >= 0 && u <= columns - 3 && v >= 0 && v <= rows - 3)) return Number.NaN;
    const i = Math.min(Math.floor(u), columns - 4);
    const j = Math.min(Math.floor(v), rows - 4);
    alongX(acrossX, u - i);
    alongY(acrossY, v - j);
    let height = 0;
    for (let k = 0; k < 4; k++) {
      const first = (j + k) * columns + i;
      let row = 0;
      for (let l = 0; l < 4; l++) row += acrossX[l] * heights[first + l];
      height += acrossY[k] * row;
    }
    return height;
  };
  return {
    d: 2,
    value: (x) => interpolated(x, weights, weights),
    gradient: (x) => [interpolated(x, slopes, weights) / dx, interpolated(x, weights, slopes) / dy],
  };
}

/** Keys' weights of the neighbours at −1, 0, 1, 2 for a point at t in [0, 1]. @type {Weigh} */
const weights = (w, t) => {
  w[0] = (t * (-1 + t * (2 - t))) / 2;
  w[1] = (2 + t * t * (-5 + 3 * t)) / 2;
  w[2] = (t * (1 + t * (4 - 3 * t))) / 2;
  w[3] = (t * t * (t - 1)) / 2;
};

/** Their derivatives in t. @type {Weigh} */
const slopes = (w, t) => {
  w[0] = (-1 + t * (4 - 3 * t)) / 2;
  w[1] = (t * (-10 + 9 * t)) / 2;
  w[2] = (1 + t * (8 - 9 * t)) / 2;
  w[3] = (t * (3 * t - 2)) / 2;
};
