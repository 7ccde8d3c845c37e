// A walk through a picture.

import { arrow, clip, dot, line } from "./pen.js";

/** @import { trailOf } from "../compute/scale.js" */
/** @import { Pair, Pen, Stage } from "../types.js" */

/** @param {Pen} g @param {Stage<any>} stage @param {ReturnType<typeof trailOf>} trail */
export function drawTrail(g, { main, flat, back, colour }, { n, pixels, left, pixel }) {
  const [ink, start, width, radius] = flat ? ["#fff", "#fff", 3, 3.5] : [colour.red, back, 2, 4.5];
  const edge = flat && n < 60 ? "#000" : null;
  const shown = left ? pixels.slice(0, -1) : pixels;
  const at = (/** @type {number} */ k) => pixels[k];
  clip(g, main, () => {
    if (flat) line(g, pixels.length, at, "#000", 5);
    line(g, pixels.length, at, ink, width);
    for (const q of shown.slice(1)) dot(g, q, radius, ink, edge);
    dot(g, pixels[0], 7, start, colour.red);
  });
  if (!left) dot(g, pixels[n - 1], 8, colour.red, "#fff");
  else if (pixel) leaving(g, pixels[shown.length - 1], pixels[shown.length], pixel, colour.red);
}

/** An arrow on the border. @type {(g: Pen, a: Pair, b: Pair, end: Pair, colour: string) => void} */
const leaving = (g, a, b, end, colour) => {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const size = Math.hypot(dx, dy) || 1;
  arrow(g, [end[0] - (34 * dx) / size, end[1] - (34 * dy) / size], end, colour, 5, "#fff");
};
