// From numbers to pixels, and where the numbers stand at an axis.

/** @type {(values: Pair, pixels: Pair, log?: boolean) => Scale} */
export const scale = ([low, high], [from, to], log) => {
  const f = log ? Math.log10 : (/** @type {number} */ v) => v;
  const [a, b] = [f(low), f(high)];
  const map = (/** @type {number} */ v) => from + ((f(v) - a) / (b - a)) * (to - from);
  return Object.assign(map, {
    back(/** @type {number} */ pixel) {
      const v = a + ((pixel - from) / (to - from)) * (b - a);
      return log ? 10 ** v : v;
    },
    ticks(/** @type {number} */ apart, /** @type {number | undefined} */ every) {
      const most = Math.max(2, Math.floor(Math.abs(to - from) / apart));
      return log ? powers(a, b, most) : multiples(a, b, every ?? roundStep((b - a) / most));
    },
  });
};

/** The smallest 1, 2, 2.5 or 5 × 10ⁿ at or above `raw`. @param {number} raw */
function roundStep(raw) {
  const unit = 10 ** Math.floor(Math.log10(raw));
  return unit * ([1, 2, 2.5, 5].find((m) => unit * m >= raw * 0.999) ?? 10);
}

/** Those of step from a to b, `first` the first. @type {(a: number, b: number, step: number, first?: number) => number[]} */
const multiples = (a, b, step, first = step * Math.ceil(a / step - 1e-9)) =>
  Array.from({ length: Math.floor((b - first) / step + 1e-9) + 1 }, (_, k) => first + k * step);

/** Of ten, from 10ᵃ to 10ᵇ: at most so many. @type {(a: number, b: number, most: number) => number[]} */
const powers = (a, b, most) =>
  multiples(a, b, Math.max(1, Math.ceil((b - a) / most)), Math.ceil(a - 1e-9)).map((e) => 10 ** e);

/** On a logarithmic axis 0 lies below the picture. @type {(axes: Axes, box: Box) => Panel} */
export const panel = (axes, box) => {
  const { x, y, w, h } = box;
  const X = scale(axes.x, [x, x + w], axes.logx);
  const Y = scale(axes.y, [y + h, y], axes.logy);
  const at = (/** @type {number} */ u, /** @type {number} */ v) =>
    /** @type {Pair} */ ([X(u), axes.logy && v === 0 ? y + h + 9 : Y(v)]);
  const inside = (/** @type {number[]} */ [px, py]) =>
    px >= x - 0.5 && px <= x + w + 0.5 && py >= y - 0.5 && py <= y + h + 0.5;
  return { ...axes, box, X, Y, at, inside };
};

/** Where the way from a, inside, to b leaves. @type {(box: Box, a: Pair, b: Pair) => Pair} */
export const borderOf = ({ x, y, w, h }, a, b) => {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const across = dx ? ((dx > 0 ? x + w : x) - a[0]) / dx : 1;
  const up = dy ? ((dy > 0 ? y + h : y) - a[1]) / dy : 1;
  const t = Math.max(0, Math.min(1, across, up)) || 0;
  return [a[0] + t * dx, a[1] + t * dy];
};

/**
 * The part of a walk of n pixels that a picture shows, and where that ends: its last point or, where it leaves, the border.
 * @type {(main: Panel, n: number, pixelAt: (k: number) => Pair) => Trail}
 */
export const trailOf = (main, n, pixelAt) => {
  const pixels = Array.from({ length: n }, (_, k) => pixelAt(k));
  const out = pixels.findIndex((q) => q.every(Number.isFinite) && !main.inside(q));
  if (out < 0) return { n, pixels, left: false, pixel: pixels[n - 1] };
  const end = out > 0 ? borderOf(main.box, pixels[out - 1], pixels[out]) : null;
  return { n, pixels: pixels.slice(0, out + 1), left: true, pixel: end };
};
