// The function under a view: what computes it, its curve or its heights, and the axes that hold them.

import { parse } from "./expression.js";
import { objective } from "./objectives.js";

const CURVE = 481; // places of a curve
const SIDE = 121; // places of a relief each way

/** n values from the first to the last. @type {(ends: Pair, n: number) => number[]} */
export const spread = ([low, high], n) => Array.from({ length: n }, (_, k) => low + (k / (n - 1)) * (high - low));

/** (low, high) around the finite values, with a margin; a few extreme ones do not flatten the rest.
 * @param {number[]} values @returns {Pair} */
export function span(values) {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (!sorted.length) return [-1, 1];
  const at = (/** @type {number} */ share) => sorted[Math.round(share * (sorted.length - 1))];
  let [low, high] = [at(0), at(1)];
  const inner = at(0.95) - at(0.05);
  if (high - low > 50 * inner && inner > 0) [low, high] = [at(0.05), at(0.95)];
  const margin = 0.08 * (high - low) || 0.08 * Math.abs(low) || 1;
  return [low - margin, high + margin];
}

/** (low, high) in whole powers of ten around what is above `floor`, fourteen decades at most.
 * @param {number[]} values @param {number} floor @returns {Pair} */
export function logSpan(values, floor = 1e-12) {
  const logs = values.filter((v) => Number.isFinite(v) && v >= floor).map(Math.log10);
  if (!logs.length) return [1e-3, 1];
  const high = Math.ceil(Math.max(...logs) + 1e-9);
  const low = Math.max(Math.floor(Math.min(...logs)), high - 14);
  return [10 ** low, 10 ** Math.max(high, low + 1)];
}

/** Of a function that the reader has typed ("": the given one). @param {Common} spec @param {Arrays} arrays
 * @param {string} formula @returns {Ground | null} null: this explorer stands on no function */
export function groundOf(spec, arrays, formula) {
  const { subject, main } = spec;
  if (!subject) return null;
  const names = subject.of === "formula" ? subject.names : [];
  const own = formula !== "";
  const asked = own ? { of: /** @type {const} */ ("formula"), names, f: formula, gradient: null } : subject;
  const computed = { ...objective(asked, arrays), formula: asked.of === "formula" ? asked.f : "" };
  if (spec.flat ?? computed.d === 2) return { ...computed, own, main, relief: reliefOf(computed, main) };
  const xs = spread(main.x, CURVE);
  const curve = xs.map((x) => computed.value([x]));
  return { ...computed, own, curve: [xs, curve], main: own ? { ...main, y: span(curve) } : main };
}

/** An explorer that stands on a function has a ground. @param {Ground | null} ground */
export const under = (ground) => /** @type {Ground} */ (ground);

/** What is wrong with what the reader typed, or null. @param {Common} spec @param {string} formula */
export function faultOf({ subject }, formula) {
  if (!formula || subject?.of !== "formula") return null;
  try {
    parse(formula, subject.names);
    return null;
  } catch (error) {
    return /** @type {FormulaFault} */ (error);
  }
}

/** Heights all over the axes, row by row from below. @param {Objective} computed @param {Axes} main @returns {Relief} */
function reliefOf(computed, { x, y }) {
  const [xs, ys] = [spread(x, SIDE), spread(y, SIDE)];
  const heights = new Float64Array(SIDE * SIDE);
  for (const [j, v] of ys.entries()) for (const [i, u] of xs.entries()) heights[j * SIDE + i] = computed.value([u, v]);
  return { heights, side: SIDE };
}

/** The lowest of these heights and of where walks ended; and is it a minimum? Not if it lies on the border, below all
 * the rest: there the function may fall for ever. @param {Float64Array} heights @param {number} side of a square
 * relief; 0: of a curve @param {number[]} ends @returns {[lowest: number, bounded: boolean]} */
export function lowest(heights, side, ends) {
  const n = heights.length;
  const onBorder = (/** @type {number} */ k) =>
    side ? k < side || k >= n - side || k % side === 0 || k % side === side - 1 : k === 0 || k === n - 1;
  const finite = Array.from(heights, (height, k) => ({ height, border: onBorder(k) })).filter(({ height }) =>
    Number.isFinite(height),
  );
  const of = (/** @type {boolean} */ border) => finite.filter((at) => at.border === border).map(({ height }) => height);
  const [edge, inside] = [Math.min(...of(true)), Math.min(...of(false), ...ends.filter(Number.isFinite))];
  const best = Math.min(edge, inside);
  if (!Number.isFinite(best)) return [0, true];
  const high = Math.max(...finite.map(({ height }) => height));
  return [best, !Number.isFinite(edge) || inside - edge <= 1e-6 * (high - edge)];
}
