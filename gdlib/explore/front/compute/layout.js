// Where the two pictures, the bar of rates and the names of the lines stand, in pixels.

import { panel, scale } from "./scale.js";

/**
 * From the right, in rows upwards above a picture `width` wide; the lowest row begins with the axis' name.
 * @param {(text: string) => number} wide @param {Keys} keys @param {number} width @param {string} name
 */
export function placed(wide, keys, width, name) {
  let [row, right] = [0, width];
  const places = [];
  for (const [label, colour] of Object.entries(keys).reverse()) {
    const size = wide(label) + 22;
    const taken = row === 0 && name ? wide(name) + 12 : 0;
    if (right - size < taken && (right < width || taken)) [row, right] = [row + 1, width];
    const left = Math.max(0, right - size);
    right = left - 12;
    places.push({ label, colour, left, row });
  }
  return { places, rows: row + 1 };
}

export const rowHeight = (/** @type {number} */ font) => 1.25 * font;

/** The size of the type. @param {number} W width @param {number} px the page's size of type */
export const fontSize = (W, px) => (W < 32.5 * px ? 0.875 * px : px);

/** Is 1/L also 2/(L + μ)? @param {{ L: number | null, mu: number | null }} curvature */
export const sameRate = ({ L, mu }) => !!L && !!mu && Math.abs(L / mu - 1) < 1e-6;

/**
 * The pictures side by side, or one below the other where a view W wide has no room for two; each at most `tall`.
 * @param {Spec} spec @param {Keys[]} keys @param {{ W: number, px: number, tall: number }} page
 * @param {(text: string) => number} wide
 */
export function layout(spec, keys, { W, px, tall }, wide) {
  const font = fontSize(W, px);
  const most = Math.min(W, Math.max(1180, 74 * px));
  const twoColumns = W >= Math.max(640, 30 * px);
  const [left, foot] = [font * 3.4, font * 2.6 + 8];
  const width = twoColumns ? most / 2 - left - 16 : W - left - 16;
  const above = (/** @type {number} */ k, name = "") => (placed(wide, keys[k], width, name).rows - 1) * rowHeight(font);
  const rows = [above(0, spec.main.ylabel), above(1, spec.side.ylabel)];
  if (twoColumns) rows.fill(Math.max(...rows));
  const [head, sideHead] = rows.map((height) => font * 1.6 + height);
  const shape = proportions(spec);
  const h = Math.min(tall - rows[0], width * (shape ?? 0.72));
  const strip = stripOf(spec, font, left, (twoColumns ? most : W) - left - 16);
  const y = (strip ? strip.y + 17 + font * 1.5 : 0) + head;
  const main = panel(spec.main, { x: left, y, w: shape ? h / shape : width, h });
  const beside = { x: left * 2 + width + 16, y, w: width, h };
  const below = { x: left, y: y + h + foot + sideHead, w: width, h: Math.min(tall - rows[1], width * 0.6) };
  const side = panel(spec.side, twoColumns ? beside : below);
  return { font, main, side, strip, W, H: side.box.y + side.box.h + foot };
}

/** Height by width, where one unit shall be as long on both axes. @param {Spec} spec */
function proportions({ equal, main: { x, y } }) {
  const aspect = (y[1] - y[0]) / (x[1] - x[0]);
  return equal && aspect > 0.4 && aspect < 1.5 ? aspect : null;
}

/** @param {Spec} spec @param {number} font @param {number} x @param {number} w */
function stripOf(spec, font, x, w) {
  if (spec.kind !== "descent" || !spec.L) return null;
  const { rates, mu } = spec;
  const y = 20 + (mu && !sameRate(spec) ? font * 1.15 : 0);
  return { x, y, w, X: scale([rates[0], rates[rates.length - 1]], [x, x + w], true) };
}
