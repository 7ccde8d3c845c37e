// From numbers to pixels: where axes' numbers, pictures, the bar of rates and the names of the lines stand.

const NEAR = 14; // pixels: so near a point is meant

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
      const step = log ? Math.ceil((b - a) / most) : (every ?? roundStep((b - a) / most));
      if (log) return run(Math.ceil(a - 1e-9), b + 1e-9, Math.max(1, step)).map((e) => 10 ** e);
      return run(Math.ceil(a / step - 1e-9), b / step + 1e-9).map((n) => n * step);
    },
  });
};

/** The smallest 1, 2, 2.5 or 5 × 10ⁿ at or above `raw`. @param {number} raw */
function roundStep(raw) {
  const unit = 10 ** Math.floor(Math.log10(raw));
  return unit * ([1, 2, 2.5, 5].find((m) => unit * m >= raw * 0.999) ?? 10);
}

/** Numbers that are step apart, up to the last. @type {(first: number, last: number, step?: number) => number[]} */
const run = (first, last, step = 1) =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, k) => first + k * step);

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

/** The point at a pixel, within the axes, with no more digits than pixels can tell. @param {Panel} p @param {Pair} pixel @returns {Pair} */
export const pointAt = ({ box: { x, y, w, h }, X, Y }, pixel) => {
  const value = (/** @type {Scale} */ scale, /** @type {number} */ at) => {
    const step = Math.abs(scale.back(at + 1) - scale.back(at));
    return Number(scale.back(at).toFixed(Math.max(0, Math.min(12, Math.ceil(-Math.log10(step)))))) + 0; // no −0
  };
  return [value(X, Math.max(x, Math.min(x + w, pixel[0]))), value(Y, Math.max(y, Math.min(y + h, pixel[1])))];
};

/** The place in a panel that is nearest to a pixel: where a handle stands whose own place is outside, or no number.
 * @param {Panel} p @param {Pair} pixel @returns {Pair} */
export const nearest = ({ box: { x, y, w, h } }, [px, py]) => [
  Number.isNaN(px) ? x + w / 2 : Math.max(x, Math.min(x + w, px)),
  Number.isNaN(py) ? y + h : Math.max(y, Math.min(y + h, py)),
];

/** A handle that moves only across, and by no click elsewhere; a key moves it `step` pixels.
 * @type {(name: string, at: Pair, says: string, value: number, step: number, move: Handle["move"]) => Handle} */
export const across = (name, at, says, value, step, move) =>
  Object.assign({ name, at, says, value, step, move }, { axis: /** @type {const} */ ("x"), own: true });

/** Where the way from a, inside, to b leaves. @type {(box: Box, a: Pair, b: Pair) => Pair} */
export const borderOf = ({ x, y, w, h }, a, b) => {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const across = dx ? ((dx > 0 ? x + w : x) - a[0]) / dx : 1;
  const up = dy ? ((dy > 0 ? y + h : y) - a[1]) / dy : 1;
  const t = Math.max(0, Math.min(1, across, up)) || 0;
  return [a[0] + t * dx, a[1] + t * dy];
};

/**
 * The part of a walk of n pixels that is in the picture, and where that ends: its last point, or the border.
 * @type {(main: Panel, n: number, pixelAt: (k: number) => Pair) => Trail}
 */
export const trailOf = (main, n, pixelAt) => {
  const pixels = Array.from({ length: n }, (_, k) => pixelAt(k));
  const out = pixels.findIndex((q) => q.every(Number.isFinite) && !main.inside(q));
  if (out < 0) return { n, pixels, left: false, pixel: pixels[n - 1] };
  const end = out > 0 ? borderOf(main.box, pixels[out - 1], pixels[out]) : null;
  return { n, pixels: pixels.slice(0, out + 1), left: true, pixel: end };
};

/** The update that is pointed at: beside the walk where its number is read, or at a point of it; −1: none.
 * @param {Pair | null} pixel @param {Trail} trail @param {Panel | null} counted the picture against the update */
export function updateAt(pixel, { n, pixels }, counted) {
  if (!pixel) return -1;
  if (counted?.inside(pixel)) return Math.max(0, Math.min(n - 1, Math.round(pointAt(counted, pixel)[0])));
  const away = pixels.map(([x, y]) => Math.hypot(x - pixel[0], y - pixel[1]));
  const k = away.indexOf(Math.min(...away));
  return away[k] < NEAR ? k : -1;
}

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

/** Width and height of a picture in that room: `flat`, or one unit as long on both axes where that is asked and a picture.
 * @type {(axes: Axes, equal: boolean | undefined, room: number, flat: number, tall: number) => { w: number, h: number }} */
export const sizeOf = ({ x, y }, equal, room, flat, tall) => {
  const aspect = (y[1] - y[0]) / (x[1] - x[0]);
  const same = equal && aspect > 0.4 && aspect < 1.5;
  const h = Math.min(tall, room * (same ? aspect : flat));
  return { w: same ? h / aspect : room, h };
};

/**
 * The pictures side by side, or one below the other where a view W wide has no room for two; each at most `tall`.
 * @param {{ spec: Spec, main: Axes, side: Axes }} explored @param {Keys[]} keys
 * @param {{ W: number, px: number, tall: number }} page @param {(text: string) => number} wide
 */
export function layout({ spec, main: left, side: right }, keys, { W, px, tall }, wide) {
  const font = fontSize(W, px);
  const broad = Math.min(W, Math.max(1180, 74 * px));
  const twoColumns = W >= Math.max(500, 28 * px);
  const [edge, foot] = [font * 3.7, font * 2.6 + 8];
  const full = (twoColumns ? broad : W) - edge - 16;
  const room = twoColumns ? full - edge - 16 : full;
  const [share, flat] = twoColumns ? [0.55, 0.72] : [1, 0.6];
  const widths = [share * room, twoColumns ? (1 - share) * room : room];
  const rows = [left, right].map(
    ({ ylabel }, k) => (placed(wide, keys[k], widths[k], ylabel).rows - 1) * rowHeight(font),
  );
  if (twoColumns) rows.fill(Math.max(...rows));
  const [head, sideHead] = rows.map((height) => font * 1.6 + height);
  const strip = stripOf(spec, font, edge, full);
  const y = (strip ? strip.y + 17 + font * 1.5 : 0) + head;
  const free = 1.7 * tall - y - 2 * foot - sideHead; // of what both together may be high
  const most = twoColumns ? tall - rows[0] : Math.max(120, 0.7 * free);
  const { w, h } = sizeOf(left, spec.equal, widths[0], flat, Math.min(most, tall - rows[0]));
  const main = panel(left, { x: edge, y, w, h });
  const beside = { x: edge * 2 + w + 16, y, w: room - w, h };
  const below = { x: edge, y: y + h + foot + sideHead, w: room, h: Math.min(Math.max(80, free - h), room * 0.42) };
  const side = panel(right, twoColumns ? beside : below);
  return { font, main, side, strip, W, H: side.box.y + side.box.h + foot };
}

/** The bar of rates. @param {Spec} spec @param {number} font @param {number} x @param {number} w */
function stripOf(spec, font, x, w) {
  if (spec.kind !== "descent") return null;
  const { rates, L, mu } = spec;
  const y = 22 + (L && (!mu || sameRate(spec)) ? 0 : font * 1.15); // a name may stand above it
  return { x, y, w, X: scale(rates, [x, x + w], true) };
}
