// What is drawn on a sheet: the line by hand and, once it is committed, the true one over it.

import { clip, dot, line } from "./pen.js";

/** A line on its halo, which sets it off from contours.
 * @type {(g: Pen, desk: Desk, way: Pair[], colour: string, dash?: number[]) => void} */
function trace(g, { main, back, free }, way, colour, dash) {
  clip(g, main, () => {
    if (free) line(g, way.length, (k) => way[k], back, 6);
    line(g, way.length, (k) => way[k], colour, 3, dash);
  });
}

/** The line so far, and faintly the way on to the right edge. @type {(g: Pen, desk: Desk, way: Pair[], on: Pair[]) => void} */
export function drawn(g, desk, way, on) {
  g.globalAlpha = 0.5;
  line(g, on.length, (k) => on[k], desk.ink, 1, [3, 5]);
  g.globalAlpha = 1;
  trace(g, desk, way, desk.colour.purple);
}

/** The true line over the reader's, the gap between them shaded. `its` begins where the sketch does.
 * @type {(g: Pen, desk: Desk, yours: Pair[], its: Pair[]) => void} */
export function compared(g, desk, yours, its) {
  const { main, colour, ink, back, free } = desk;
  const own = free ? colour.red : colour.blue;
  if (its.length) {
    clip(g, main, () => {
      g.beginPath();
      for (const [x, y] of [...yours, ...its.toReversed()]) g.lineTo(x, y);
      Object.assign(g, { fillStyle: free ? back : ink, globalAlpha: free ? 0.4 : 0.16 }).fill("evenodd");
      g.globalAlpha = 1;
    });
  }
  trace(g, desk, yours, colour.purple, [9, 5]);
  trace(g, desk, its, own);
  if (its.length < 42) {
    clip(g, main, () => {
      for (const point of its) dot(g, point, 3.5, own);
    });
  }
  if (free && its.length) dot(g, its[its.length - 1], 8, own, back);
}

/** What is known before. @type {(g: Pen, desk: Desk, points: Pair[]) => void} */
export function known(g, desk, points) {
  trace(g, desk, points, desk.free ? desk.colour.red : desk.colour.blue);
  for (const point of points.slice(0, -1)) dot(g, point, 3.5, desk.free ? desk.colour.red : desk.colour.blue);
  if (points.length) dot(g, points[points.length - 1], 6, desk.colour.red, desk.back);
}
