// Frames, numbers and names beside the pictures.

import { placed, rowHeight } from "../compute/layout.js";
import { power, words } from "../compute/words.js";

/** @import { Keys, Panel, Pen } from "../types.js" */

/**
 * A frame, and the numbers below it.
 * @param {Pen} g @param {Panel} p @param {string} ink @param {number} font
 * @param {number[]} ticks @param {(tick: number) => string} name
 */
export function box(g, { box: { x, y, w, h }, X, xlabel }, ink, font, ticks, name) {
  g.strokeStyle = g.fillStyle = ink;
  g.lineWidth = 1;
  g.globalAlpha = 0.6;
  g.strokeRect(x, y, w, h);
  g.globalAlpha = 1;
  g.textAlign = "center";
  g.textBaseline = "top";
  for (const t of ticks) {
    const end = x + w + 16 - g.measureText(name(t)).width / 2; // where the canvas may end
    g.fillRect(X(t) - 0.5, y + h, 1, 5);
    g.fillText(name(t), Math.min(X(t), end), y + h + 7);
  }
  g.fillText(xlabel, x + w / 2, y + h + 9 + font * 1.15);
}

/** With the axes' names. @type {(g: Pen, p: Panel, ink: string, font: number) => void} */
export const frame = (g, p, ink, font) => {
  const { x, y } = p.box;
  box(g, p, ink, font, p.X.ticks(font * 4.2, p.every), p.logx ? power : (t) => words(t));
  g.textAlign = "right";
  g.textBaseline = "middle";
  for (const t of p.Y.ticks(font * 2.4)) {
    g.fillRect(x - 5, p.Y(t) - 0.5, 5, 1);
    g.fillText(p.logy ? power(t) : words(t), x - 7, p.Y(t));
  }
  g.textAlign = "left";
  g.textBaseline = "bottom";
  g.fillText(p.ylabel, x, y - 4);
};

/** @param {Pen} g @param {Panel} p @param {Keys} keys @param {string} ink @param {number} font */
export function legend(g, p, keys, ink, font) {
  const wide = (/** @type {string} */ text) => g.measureText(text).width;
  g.textAlign = "left";
  g.textBaseline = "bottom";
  for (const { label, colour, left, row } of placed(wide, keys, p.box.w, p.ylabel).places) {
    const x = p.box.x + left;
    const low = p.box.y - 4 - row * rowHeight(font);
    g.fillStyle = colour;
    g.fillRect(x, low - 10, 16, 5);
    g.fillStyle = ink;
    g.fillText(label, x + 22, low);
  }
}
