// Lines, dots, arrows and words. Points are pixels, but where a panel is given.

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
 * @type {(g: Pen, n: number, at: (j: number) => number[], ...look: Look) => void}
 */
export const line = (g, n, at, strokeStyle, lineWidth = 2.5, dash = []) => {
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
  Object.assign(g, { strokeStyle, lineWidth, lineJoin: "round" });
  g.stroke();
  g.setLineDash([]);
};

/** Within the frame. @type {(g: Pen, p: Panel, n: number, point: (j: number) => Pair, ...look: Look) => void} */
export const plot = (g, p, n, point, ...look) => clip(g, p, () => line(g, n, (j) => p.at(...point(j)), ...look));

/** A level line. @type {(g: Pen, p: Panel, y: number, ...look: Look) => void} */
export const level = (g, p, y, ...look) => plot(g, p, 2, (j) => [p.x[j], y], ...look);

/** A vertical line. @type {(g: Pen, p: Panel, x: number, ...look: Look) => void} */
export const upright = (g, p, x, ...look) => plot(g, p, 2, (j) => [x, p.y[j]], ...look);

/** Through a point with a slope. @type {(g: Pen, p: Panel, point: number[], slope: number, ...look: Look) => void} */
export const straight = (g, p, [x, y], slope, ...look) =>
  plot(g, p, 2, (j) => [p.x[j], y + slope * (p.x[j] - x)], ...look);

/** The curve of a function. @type {(g: Pen, p: Panel, ground: Ground | null, colour: string) => void} */
export const drawCurve = (g, p, ground, colour) => {
  const [xs, heights] = ground?.curve ?? [[], []];
  plot(g, p, xs.length, (j) => [xs[j], heights[j]], colour, 3);
};

/** A level line at 0, faint. @type {(g: Pen, p: Panel, ink: string) => void} */
export const zero = (g, p, ink) => {
  g.globalAlpha = 0.5;
  level(g, p, 0, ink, 1);
  g.globalAlpha = 1;
};

/** @type {(g: Pen, at: number[], ...round: Round) => void} */
export const dot = (g, [x, y], radius, fillStyle, edge) => {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  g.beginPath();
  g.arc(x, y, radius, 0, 7);
  g.fillStyle = fillStyle;
  g.fill();
  if (!edge) return;
  Object.assign(g, { strokeStyle: edge, lineWidth: 2 });
  g.stroke();
};

/** A dot, cut off at the frame. @type {(g: Pen, p: Panel, at: number[], ...round: Round) => void} */
export const mark = (g, p, at, ...round) => clip(g, p, () => dot(g, at, ...round));

/** A whole dot, where its middle is inside. @type {(g: Pen, p: Panel, at: number[], ...round: Round) => void} */
export const pin = (g, p, at, ...round) => {
  if (p.inside(at)) dot(g, at, ...round);
};

/** @type {(g: Pen, from: number[], to: number[], colour: string, width: number, halo: string) => void} */
export const arrow = (g, [x0, y0], [x1, y1], colour, width, halo) => {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const head = 6 + 2.5 * width;
  const beside = (/** @type {number} */ size, turn = 0) =>
    `${x1 + size * Math.cos(angle + turn)} ${y1 + size * Math.sin(angle + turn)}`;
  const shaft = new Path2D(`M${x0} ${y0}L${beside(-0.7 * head)}`);
  const tip = new Path2D(`M${x1} ${y1}L${beside(head, 2.7)}L${beside(head, -2.7)}Z`);
  Object.assign(g, { lineJoin: "round", strokeStyle: halo, lineWidth: width + 3 });
  g.stroke(shaft);
  g.lineWidth = 3;
  g.stroke(tip);
  Object.assign(g, { strokeStyle: colour, fillStyle: colour, lineWidth: width });
  g.stroke(shaft);
  g.fill(tip);
};

/** Words on the picture beside a place, on the side where there is more room.
 * @type {(g: Pen, p: Panel, at: number[], text: string, ink: string, back: string) => void} */
export const label = (g, { box: { x, y, w } }, [u, v], text, ink, back) => {
  const wide = g.measureText(text).width + 12;
  const left = Math.max(x, Math.min(u > x + w / 2 ? u - wide - 12 : u + 12, x + w - wide));
  const top = Math.max(y + 2, v - 32);
  Object.assign(g, { fillStyle: back, strokeStyle: ink, lineWidth: 1 });
  g.fillRect(left, top, wide, 24);
  g.strokeRect(left, top, wide, 24);
  g.fillStyle = ink;
  write(g, text, left + 6, top + 12, "left", "middle");
};

/** A walk, and an arrow on the border where it leaves. @type {(g: Pen, stage: Stage<any>, trail: Trail) => void} */
export const drawTrail = (g, { main, flat, back, colour }, { n, pixels, left, pixel }) => {
  const [ink, start, width, radius] = flat ? ["#fff", "#fff", 3, 3.5] : [colour.red, back, 2, 4.5];
  const edge = flat && n < 60 ? "#000" : null;
  clip(g, main, () => {
    if (flat) line(g, pixels.length, (k) => pixels[k], "#000", 5);
    line(g, pixels.length, (k) => pixels[k], ink, width);
    for (const q of pixels.slice(1, left ? -1 : n)) dot(g, q, radius, ink, edge);
    dot(g, pixels[0], 7, start, colour.red);
  });
  if (!left) dot(g, pixels[n - 1], 8, colour.red, "#fff");
  else if (pixel) {
    const [a, b] = pixels.slice(-2);
    const size = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    const from = pixel.map((v, axis) => v - (34 * (b[axis] - a[axis])) / size);
    arrow(g, from, pixel, colour.red, 5, "#fff");
  }
};

/** @type {(g: Pen, text: string, x: number, y: number, align?: CanvasTextAlign, foot?: CanvasTextBaseline) => void} */
export const write = (g, text, x, y, textAlign = "left", textBaseline = "bottom") => {
  Object.assign(g, { textAlign, textBaseline });
  g.fillText(text, x, y);
};
