// The level lines of heights over a grid.

/*! d3-contour, © 2012-2026 Mike Bostock, ISC */
import { contours as tracer } from "d3-contour";

/**
 * Heights for the level lines, as gdlib.figures.drawing.levels: evenly spaced, closer near the bottom of a bowl.
 * @param {Float64Array} heights
 */
export function levels(heights, n = 14) {
  const finite = heights.filter(Number.isFinite).sort();
  const [low, high] = [finite[0], finite[finite.length - 1]];
  const even = Array.from({ length: n }, (_, k) => k / (n - 1));
  if (!(high > low)) return even.map((share) => 2 * share - 1);
  const half = finite.length / 2;
  const median = (finite[Math.ceil(half) - 1] + finite[Math.floor(half)]) / 2;
  const middle = (median - low) / (high - low);
  const power = middle < 0.25 ? 3 : middle < 0.45 ? 2 : 1;
  return even.map((share) => low + (high - low) * share ** power);
}

/**
 * For each level the region at or above it, as closed rings of [column, row] (holes run the other way round); row by
 * row `heights` has nx columns. A ring that ends at the border runs half a cell outside, so that a clip hides it there.
 * What is no number lies below every level.
 * @param {Float64Array} heights @param {number} nx @param {number} ny
 */
export function contours(heights, nx, ny) {
  const at = levels(heights);
  const regions = tracer().size([nx, ny]).thresholds(at)(heights);
  const toGrid = (/** @type {number[]} */ [x, y]) => [x - 0.5, y - 0.5];
  const rings = regions.map(({ coordinates }) => coordinates.flat().map((ring) => ring.map(toGrid)));
  return at.map((level, k) => ({ level, rings: rings[k] }));
}
