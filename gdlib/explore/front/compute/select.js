// Places in lists and on scales.

/** What makes a scale even. @type {(log: boolean) => (v: number) => number} */
const even = (log) => (log ? Math.log : (v) => v);

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

/** The place on a slider, from low to high in steps, that is nearest. @type {(asked: number, step: number, ends: Pair) => number} */
export const stepped = (asked, step, [low, high]) =>
  Math.max(low, Math.min(high, Number((Math.round(asked / step) * step).toPrecision(12))));

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
