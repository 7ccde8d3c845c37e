// The walks, by the rules of gdlib.descent and gdlib.minibatch; differences of values; curvatures on the way.

/** ‖v‖, also where ‖v‖² is too large or too small for a number. @param {ArrayLike<number>} v */
export function length(v) {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * v[i];
  const norm = Math.sqrt(sum);
  return norm > 1e-150 && norm < Number.POSITIVE_INFINITY ? norm : Math.hypot(...Array.from(v));
}

/** x + step · v. @param {number[]} x @param {number} step @param {number[]} v */
const moved = (x, step, v) => {
  const next = new Array(x.length);
  for (let i = 0; i < x.length; i++) next[i] = x[i] + step * v[i];
  return next;
};

const isFar = (/** @type {number} */ norm) => !(norm < Number.POSITIVE_INFINITY);

/** How a walk ends where the gradient has this norm. @type {(norm: number, eps: number, goesOn: boolean) => Walked["stop"] | ""} */
const endOf = (norm, eps, goesOn) => {
  if (norm <= eps) return "converged";
  if (isFar(norm)) return "diverged";
  return goesOn ? "" : "exhausted";
};

/** What the heavy ball (method 1), RMSProp (2) and Adam (3) of lecture 7 make of one slope after the other: lr times that
 * is their step. @type {(method: number, beta: number) => (slope: number[], t: number) => number[]} */
const turned =
  (method, beta, kept = [0, 0], squares = [0, 0], long = method === 3 ? 0.999 : beta) =>
  (slope, t) =>
    slope.map((v, i) => {
      kept[i] = beta * kept[i] + v;
      squares[i] = long * squares[i] + (1 - long) * v * v;
      if (method === 1) return kept[i];
      if (method === 2) return v / (Math.sqrt(squares[i]) + 1e-8);
      const mean = ((1 - beta) * kept[i]) / (1 - beta ** (t + 1));
      return mean / (Math.sqrt(squares[i] / (1 - long ** (t + 1))) + 1e-8);
    });

/**
 * T times from `init` by `step` times the gradient of step t, `turn`ed where a method does so, or until its norm is eps.
 * @param {(x: number[], t: number) => number[]} gradient @param {number[]} init @param {number} step @param {number} T
 * @param {number} eps @param {(slope: number[], t: number) => number[]} turn @returns {Walked}
 */
function walk(gradient, init, step, T, eps, turn = (slope) => slope) {
  const points = [];
  const norms = [];
  for (let x = [...init], t = 0; ; t++) {
    points.push(x);
    const slope = gradient(x, t);
    const norm = length(slope);
    norms.push(norm);
    const end = endOf(norm, eps, t < T);
    if (end) return { points, norms, stop: end, steps: t };
    x = moved(x, step, turn(slope, t));
    if (isFar(length(x))) return { points, norms, stop: "diverged", steps: t };
  }
}

/**
 * x ← x ∓ lr · ∇f(x), until ‖∇f(x)‖ ≤ eps or T updates are done, or the next point is not finite: gdlib.descent.
 * @param {(x: number[]) => number[]} gradient @param {number[]} init
 * @param {{ lr: number, eps: number, T: number, ascent?: boolean, method?: number, beta?: number }} settings
 */
export const descend = (gradient, init, { lr, eps, T, ascent, method, beta = 0 }) =>
  // a gradient may take rows too
  walk((x) => gradient(x), init, ascent ? lr : -lr, T, eps, method ? turned(method, beta) : undefined);

/**
 * T times x ← x − lr · ∇f_B(x), with the rows B = batch(t) of step t, undefined for all: gdlib.minibatch.sgd.
 * The last norm is that of the batch after the last step.
 * @param {Objective} objective @param {number[]} init
 * @param {{ lr: number, T: number, batch: (t: number) => ArrayLike<number> | undefined }} settings
 */
export const stochastic = (objective, init, { lr, T, batch }) =>
  walk((x, t) => objective.gradient(x, batch(t)), init, -lr, T, -1);

/**
 * The rows of step t, b of them: each epoch deals one of the `orders`, permutations of n rows, end to end; its last
 * batch may be short. All n rows need no order.
 * @template {Uint16Array | Uint32Array} Order
 * @param {Order} orders @param {number} n @param {number} b @returns {(t: number) => Order | undefined}
 */
export const dealt = (orders, n, b) => (t) => {
  if (b >= n) return undefined;
  const updates = Math.ceil(n / b);
  const first = Math.floor(t / updates) * n;
  if (first + n > orders.length) throw new RangeError(`no order for step ${t}`);
  const i = (t % updates) * b;
  return /** @type {Order} */ (orders.subarray(first + i, first + Math.min(i + b, n)));
};

/**
 * The gradient from differences of values, as gdlib.finite_difference; h null: the best step of the scheme.
 * @param {(x: number[]) => number} f @param {number[]} x @param {number | null} h
 * @param {"central" | "forward" | "backward"} scheme
 */
export const difference = (f, x, h = null, scheme = "central") =>
  x.map((v, i) => {
    const step = h ?? bestStep(v, scheme);
    const at = (/** @type {number} */ value) => f(put(x, i, value));
    const right = scheme === "backward" ? v : v + step;
    const left = scheme === "forward" ? v : v - step;
    return (at(right) - at(left)) / step / (scheme === "central" ? 2 : 1);
  });

/** x, with another coordinate i. @param {number[]} x @param {number} i @param {number} value */
const put = (x, i, value) => x.map((v, k) => (k === i ? value : v));

/** @param {number} v @param {string} scheme */
const bestStep = (v, scheme) =>
  (scheme === "central" ? Math.cbrt : Math.sqrt)(Number.EPSILON) * Math.max(1, Math.abs(v));

/** From differences of the gradient. @param {Objective} objective @param {number[]} x */
const bends = ({ gradient }, x) =>
  x.map((v, i) => {
    const step = bestStep(v, "central");
    const [right, left] = [v + step, v - step].map((value) => gradient(put(x, i, value)));
    return right.map((slope, k) => (slope - left[k]) / (2 * step));
  });

/** Its one or two eigenvalues, ascending. @param {number[][]} H */
function eigenvalues(H) {
  if (H.length === 1) return H[0];
  const [[a, b], [c, e]] = H;
  const apart = Math.hypot((a - e) / 2, (b + c) / 2);
  return [(a + e) / 2 - apart, (a + e) / 2 + apart];
}

/**
 * Of the Hessian's eigenvalues at these points, of one or two coordinates: the largest size L, and mu, the smallest.
 * Points where they are not finite do not count; NaN where none is left.
 * @param {Objective} objective @param {number[][]} points
 */
export function curvatures(objective, points) {
  let [L, mu] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const x of points) {
    const found = eigenvalues(objective.hessian?.(x) ?? bends(objective, x));
    if (!found.every(Number.isFinite)) continue;
    L = Math.max(L, ...found.map(Math.abs));
    mu = Math.min(mu, ...found);
  }
  return L < 0 ? { L: Number.NaN, mu: Number.NaN } : { L, mu };
}
