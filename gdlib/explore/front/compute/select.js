// What the sliders select in a table.

/** What makes a scale even. @type {(log: boolean) => (v: number) => number} */
const even = (log) => (log ? Math.log : (v) => v);

/** The place of the value nearest to x. @param {ArrayLike<number>} values @param {number} x */
export function nearest(values, x, log = false) {
  const f = even(log);
  const apart = Array.from(values, (value) => Math.abs(f(value) - f(x)));
  return apart.indexOf(Math.min(...apart));
}

/** A walk's rows of a table, from row `first` on. @param {Arrays} arrays @param {number} first @param {number} d */
const rowsOf = ({ points, norms, gap }, first, d) => ({
  at: (/** @type {number} */ k) => Array.from(points.subarray((first + k) * d, (first + k + 1) * d)),
  norm: (/** @type {number} */ k) => norms[first + k],
  gap: (/** @type {number} */ k) => gap[first + k],
});

/** The part of a path that gradient_descent returns. @param {Explored<DescentSpec>} explored @param {Values} values */
export function walk({ spec, arrays }, { lr, T, eps }) {
  const i = nearest(spec.rates, lr, true);
  const [first, next] = [spec.offsets[i], spec.offsets[i + 1]];
  const [stored, full] = [next - first, spec.steps[i]];
  const rows = rowsOf(arrays, first, spec.init.length);
  const norm = (/** @type {number} */ k) => (k < stored ? rows.norm(k) : Number.NaN);
  const ends = (/** @type {number} */ k) => {
    if (norm(k) <= eps) return "converged";
    const lost = spec.stop[i] === "diverged" && (full < T || !Number.isFinite(norm(k)));
    if (k >= full && lost) return "diverged";
    return k >= Math.min(T, full) ? "exhausted" : "";
  };
  let steps = 0;
  while (!ends(steps)) steps++;
  const last = Math.min(steps, stored - 1); // the last one that float32 holds; the walk may go on beyond
  const final = stored ? rows.at(last) : spec.init;
  return { rate: spec.rates[i], steps, stop: ends(steps), last, beyond: steps > last, final, ...rows };
}

/** T steps by mini-batches, or as many as there are. @param {Explored<BatchWalks>} explored @param {Values} values */
export function batchWalk({ spec, arrays }, { lr, T, b, seed }) {
  const i = nearest(spec.rates, lr, true);
  const nth = (i * spec.batch_sizes.length + b) * spec.seeds.length + seed;
  const rows = rowsOf(arrays, nth * (spec.T_max + 1), spec.init.length);
  return { rate: spec.rates[i], size: spec.batch_sizes[b], steps: Math.min(T, spec.steps[nth]), ...rows };
}

/**
 * Steps until the norm is eps: the error shrinks by max |1 − lr λ| a step (where L = mu, else at most).
 * @type {(lr: number, L: number, mu: number, norm: number, eps: number) => number}
 */
export const predicted = (lr, L, mu, norm, eps) => {
  if (norm <= eps) return 0;
  const factor = Math.max(Math.abs(1 - lr * L), Math.abs(1 - lr * mu));
  if (factor >= 1) return Number.POSITIVE_INFINITY;
  return factor < 1e-12 ? 1 : Math.ceil(Math.log(eps / norm) / Math.log(factor) - 1e-9);
};

/** Catmull and Rom's curve through values one apart, at q. @param {ArrayLike<number>} values @param {number} q */
export function between(values, q) {
  const last = values.length - 1;
  const j = Math.min(last - 1, Math.floor(q));
  const u = q - j;
  const [a, b, c, d] = [j - 1, j, j + 1, j + 2].map((k) => values[Math.max(0, Math.min(last, k))]);
  return b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)));
}

/** The direction of a vector in degrees, from 0 to 360. @param {ArrayLike<number>} vector */
export const degrees = ({ 0: x, 1: y }) => ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;

/** Which of its places, 0 to count, a slider is at. @param {Play} play @param {number} value */
export function placeOf({ from, to, count, log }, value) {
  const [now, start, end] = [value, from, to].map(even(log));
  return Math.round(((now - start) / (end - start)) * count);
}

/** At place j; at or past the last one the end. @type {(play: Play, j: number) => number} */
export const valueAt = ({ trait, from, to, count, log }, j) => {
  const share = j / count;
  const value = j >= count ? to : log ? from * (to / from) ** share : from + share * (to - from);
  return trait === "T" ? Math.round(value) : Number(value.toPrecision(12));
};

const kinds = {
  ...{ float64: Float64Array, float32: Float32Array, uint32: Uint32Array },
  ...{ int16: Int16Array, uint16: Uint16Array, uint8: Uint8Array },
};

/** A table's arrays by name, as gdlib.explore.tables.pack lays them. @type {(table: DataView | Uint8Array, layout: Layout) => Arrays} */
export const unpack = ({ buffer, byteOffset, byteLength }, layout) => {
  const data = new Uint8Array(buffer, byteOffset, byteLength).slice().buffer; // each array begins at a multiple of its bytes
  const parts = Object.entries(layout);
  return Object.fromEntries(parts.map(([name, [kind, first, count]]) => [name, new kinds[kind](data, first, count)]));
};
