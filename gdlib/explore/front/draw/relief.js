// The contours below a walk: bands of colour and level lines, painted once.

import palette from "../../../figures/palette.json";
import { contours } from "../compute/contours.js";

/** Matplotlib's cividis, which colour-blind eyes read the same. @param {number} share of the way from low to high */
export function cividis(share) {
  const place = Math.max(0, Math.min(1, share)) * (palette.cividis.length - 1);
  const k = Math.min(palette.cividis.length - 2, Math.floor(place));
  const part = (/** @type {string} */ colour, /** @type {number} */ from) =>
    Number.parseInt(colour.slice(from, from + 2), 16);
  const mixed = [1, 3, 5].map((from) => {
    const [a, b] = [part(palette.cividis[k], from), part(palette.cividis[k + 1], from)];
    return Math.round(a + (place - k) * (b - a));
  });
  return `rgb(${mixed.join(",")})`;
}

/** @param {Relief} relief @param {Panel} panel @param {number} ratio pixels a CSS pixel */
export function painted({ heights, side }, { box: { w, h } }, ratio) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [w, h].map((size) => Math.max(1, Math.round(size * ratio)));
  const g = /** @type {Pen} */ (canvas.getContext("2d"));
  g.scale(canvas.width / (side - 1), canvas.height / (side - 1));
  const levels = contours(heights, side, side);
  for (const [k, { rings }] of levels.entries()) {
    const way = new Path2D();
    for (const ring of rings) {
      for (const [j, [x, y]] of ring.entries()) j ? way.lineTo(x, side - 1 - y) : way.moveTo(x, side - 1 - y);
      way.closePath();
    }
    g.fillStyle = cividis(k / Math.max(1, levels.length - 1));
    g.fill(way, "evenodd");
    Object.assign(g, { strokeStyle: "rgba(255,255,255,0.55)", lineWidth: (0.7 * (side - 1)) / w });
    g.stroke(way);
  }
  return canvas;
}
