// Beside the pictures: frames, numbers, names, and the bar of rates.

import { placed, rowHeight, sameRate } from "../compute/layout.js";
import { power, words } from "../compute/words.js";
import { line, write } from "./pen.js";

/**
 * A frame, and the numbers below it.
 * @type {(g: Pen, p: Panel, ink: string, font: number, ticks: number[], name: (tick: number) => string) => void}
 */
export const box = (g, { box: { x, y, w, h }, X, xlabel }, ink, font, ticks, name) => {
  Object.assign(g, { strokeStyle: ink, fillStyle: ink, lineWidth: 1, lineJoin: "miter", globalAlpha: 0.6 });
  g.strokeRect(x, y, w, h);
  g.globalAlpha = 1;
  for (const t of ticks) {
    const end = x + w + 16 - g.measureText(name(t)).width / 2; // where the canvas may end
    g.fillRect(X(t) - 0.5, y + h, 1, 5);
    write(g, name(t), Math.min(X(t), end), y + h + 7, "center", "top");
  }
  write(g, xlabel, x + w / 2, y + h + 9 + font * 1.15, "center", "top");
};

/** With the axes' names. @type {(g: Pen, p: Panel, ink: string, font: number) => void} */
export const frame = (g, p, ink, font) => {
  const { x, y } = p.box;
  box(g, p, ink, font, p.X.ticks(font * 4.2, p.every), p.logx ? power : (t) => words(t));
  for (const t of p.Y.ticks(font * 2.4)) {
    g.fillRect(x - 5, p.Y(t) - 0.5, 5, 1);
    write(g, p.logy ? power(t) : words(t), x - 7, p.Y(t), "right", "middle");
  }
  write(g, p.ylabel, x, y - 4);
};

/** @type {(g: Pen, p: Panel, keys: Keys, ink: string, font: number) => void} */
export const legend = (g, p, keys, ink, font) => {
  const { places } = placed((text) => g.measureText(text).width, keys, p.box.w, p.ylabel);
  for (const { label, colour, left, row } of places) {
    const [x, low] = [p.box.x + left, p.box.y - 4 - row * rowHeight(font)];
    g.fillStyle = colour;
    g.fillRect(x, low - 10, 16, 5);
    g.fillStyle = ink;
    write(g, label, x + 22, low);
  }
};

/** The bar of rates, grey where no curvature is known.
 * @type {(g: Pen, s: Strip, curvature: Curvature, colour: Colours, ink: string) => void} */
export const drawStrip = (g, s, { L, mu }, colour, ink) => {
  const end = s.x + s.w;
  if (!(L && L > 0 && L < Number.POSITIVE_INFINITY)) {
    g.fillStyle = colour.grey;
    return g.fillRect(s.x, s.y, s.w, 9);
  }
  const same = sameRate({ L, mu });
  const X = (/** @type {number} */ rate) => Math.max(s.x, Math.min(end, s.X(rate)));
  const ends = [s.x, X(1 / L), X(2 / L), end];
  for (const [k, zone] of [colour.green, colour.orange, colour.red].entries()) {
    g.fillStyle = zone;
    g.fillRect(ends[k], s.y, ends[k + 1] - ends[k], 9);
  }
  const named = (/** @type {string} */ name, /** @type {number} */ rate) => `${name} = ${words(rate, 3)}`;
  /** Beside the tick of its rate: begins `from` its width off the tick, at `least` or behind, ends at `to` or before.
   * @type {Label} */
  const label = (name, rate, from, to, { above = false, least = s.x } = {}) => {
    const text = named(name, rate);
    const wide = g.measureText(text).width;
    const left = Math.max(s.x, Math.min(to - wide, Math.max(least, X(rate) + from * wide)));
    const xs = [X(rate), X(rate), Math.max(left, Math.min(left + wide, X(rate)))];
    const ys = above ? [9, -3, -19] : [0, 12, 17];
    line(g, 3, (j) => [xs[j], s.y + ys[j]], ink, 2);
    g.fillStyle = ink;
    write(g, text, left, s.y + ys[2], "left", above ? "bottom" : "top");
    return left;
  };
  const first = same ? "1/L = 2/(L+μ)" : "1/L";
  const left = label("2/L", 2 / L, 0, end, { least: s.x + g.measureText(named(first, 1 / L)).width + 12 });
  label(first, 1 / L, -1, left - 12);
  // 2/(L + μ) may lie close to 2/L: its name stands above the bar
  if (mu && mu > 0 && !same) label("2/(L+μ)", 2 / (L + mu), -0.5, end, { above: true });
};
