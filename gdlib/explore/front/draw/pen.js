// Lines, dots and arrows. Points are pixels, but where a panel is given.

/** @import { Pair, Panel, Pen } from "../types.js" */
/** @typedef {[colour: string, width?: number, dash?: number[]]} Look */

/** Paint within a panel's frame only. @type {(g: Pen, p: Panel, paint: () => void) => void} */
export const clip = (g, { box }, paint) => {
  g.save();
  g.beginPath();
  g.rect(box.x, box.y, box.w, box.h);
  g.clip();
  paint();
  g.restore();
};

/** No canvas draws reliably beyond this. @param {number} v */
const near = (v) => Math.max(-1e5, Math.min(1e5, v));

/**
 * A polyline through n points, with gaps where a coordinate is not finite.
 * @param {Pen} g @param {number} n @param {(j: number) => number[]} at @param {string} colour
 */
export function line(g, n, at, colour, width = 2.5, dash = /** @type {number[]} */ ([])) {
  g.beginPath();
  let down = false;
  for (let j = 0; j < n; j++) {
    const [x, y] = at(j);
    const there = Number.isFinite(x) && Number.isFinite(y);
    if (there && down) g.lineTo(near(x), near(y));
    else if (there) g.moveTo(near(x), near(y));
    down = there;
  }
  g.setLineDash(dash);
  g.strokeStyle = colour;
  g.lineWidth = width;
  g.lineJoin = "round";
  g.stroke();
  g.setLineDash([]);
}

/**
 * n points of a panel, within its frame.
 * @param {Pen} g @param {Panel} p @param {number} n @param {(j: number) => number[]} point
 * @param {Look} look
 */
export function plot(g, p, n, point, ...look) {
  const at = (/** @type {number} */ j) => {
    const [x, y] = point(j);
    return p.at(x, y);
  };
  clip(g, p, () => line(g, n, at, ...look));
}

/** A level line. @type {(g: Pen, p: Panel, y: number, ...look: Look) => void} */
export const level = (g, p, y, ...look) => plot(g, p, 2, (j) => [p.x[j], y], ...look);

/** A vertical line. @type {(g: Pen, p: Panel, x: number, ...look: Look) => void} */
export const upright = (g, p, x, ...look) => plot(g, p, 2, (j) => [x, p.y[j]], ...look);

/** @type {(g: Pen, p: Panel, point: number[], slope: number, ...look: Look) => void} */
export const straight = (g, p, [x, y], slope, ...look) =>
  plot(g, p, 2, (j) => [p.x[j], y + slope * (p.x[j] - x)], ...look);

/** Points x, y, x, y … @type {(g: Pen, p: Panel, xy: Float32Array, ...look: Look) => void} */
export const curve = (g, p, xy, ...look) => plot(g, p, xy.length / 2, (j) => [xy[2 * j], xy[2 * j + 1]], ...look);

/** A level line at 0, faint. @param {Pen} g @param {Panel} p @param {string} ink */
export function zero(g, p, ink) {
  g.globalAlpha = 0.5;
  level(g, p, 0, ink, 1);
  g.globalAlpha = 1;
}

/** @typedef {[radius: number, fill: string, edge?: string | null]} Round */

/** @type {(g: Pen, at: number[], ...round: Round) => void} */
export const dot = (g, [x, y], radius, fill, edge) => {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  g.beginPath();
  g.arc(x, y, radius, 0, 7);
  g.fillStyle = fill;
  g.fill();
  if (!edge) return;
  g.strokeStyle = edge;
  g.lineWidth = 2;
  g.stroke();
};

/** A dot in the frame. @type {(g: Pen, p: Panel, at: number[], ...round: Round) => void} */
export const mark = (g, p, at, ...round) => {
  if (p.inside(at)) dot(g, at, ...round);
};

/**
 * @param {Pen} g @param {Pair} from @param {Pair} to @param {string} colour @param {number} width
 * @param {string} halo the colour around it
 */
export function arrow(g, [x0, y0], [x1, y1], colour, width, halo) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const head = 6 + 2.5 * width;
  const beside = (/** @type {number} */ size, turn = 0) =>
    /** @type {const} */ ([x1 + size * Math.cos(angle + turn), y1 + size * Math.sin(angle + turn)]);
  const [shaft, tip] = [new Path2D(), new Path2D()];
  shaft.moveTo(x0, y0);
  shaft.lineTo(...beside(-0.7 * head));
  tip.moveTo(x1, y1);
  for (const turn of [2.7, -2.7]) tip.lineTo(...beside(head, turn));
  tip.closePath();
  g.lineJoin = "round";
  g.strokeStyle = halo;
  g.lineWidth = width + 3;
  g.stroke(shaft);
  g.lineWidth = 3;
  g.stroke(tip);
  g.strokeStyle = g.fillStyle = colour;
  g.lineWidth = width;
  g.stroke(shaft);
  g.fill(tip);
}
