// A walk by gradient descent or ascent: beside it its norms, or the line that it fits.

import { logSpan, lowest, spread, under } from "../compute/ground.js";
import { nearest, pointAt, sameRate, trailOf, updateAt } from "../compute/layout.js";
import { say } from "../compute/say.js";
import { predicted } from "../compute/select.js";
import { curvatures, descend } from "../compute/walks.js";
import { counted, place, words } from "../compute/words.js";
import { drawStrip } from "../draw/axes.js";
import { dot, drawCurve, drawTrail, label, level, line, mark, pin, plot, straight } from "../draw/pen.js";

/** The walk from where everything stands. @param {Pick<Explored<DescentSpec>, "spec" | "ground" | "best">} explored @param {Values} values */
export function walk({ spec, ground, best }, values) {
  const { gradient } = under(ground);
  const { points, norms, stop, steps } = descend(gradient, values.init, { ...values, ascent: spec.ascent });
  const sign = spec.ascent ? -1 : 1;
  const height = (/** @type {number} */ k) => under(ground).value(points[k]);
  const gap = (/** @type {number} */ k) => {
    const above = sign * (height(k) - best);
    return above >= 0 ? above : Number.NaN;
  };
  return { rate: values.lr, points, norms, stop, steps, final: points[steps], height, gap };
}

/** How it ended. @type {(w: Walk, eps: number, left: boolean, part: boolean, name?: string) => string} */
export const verdict = (w, eps, left, part, name = "f") => {
  const { stop, steps, final, height } = w;
  const high = left || stop === "diverged" ? "" : `, ${name} = <b>${words(height(steps))}</b>`;
  const how = ended(w, `<b>${counted(steps)}</b>`, `<b>${place(final, 5)}</b>${high}`, words(eps), part);
  return left ? `${how} ${say`It has left the picture (arrow).`}` : how;
};

/** @type {(w: Walk, n: string, at: string, eps: string, part: boolean) => string} */
function ended({ stop, steps, norms }, n, at, eps, part) {
  const norm = norms[steps];
  const size = `|gradient| = <b>${words(norm)}</b>`;
  if (stop === "converged") return say`<b>Converged</b> after ${n} at ${at}: ${size} ≤ eps.`;
  if (stop === "diverged" && Number.isNaN(norm))
    return say`<b>Diverged</b> after ${n} at ${at}: there is no gradient there.`;
  if (stop === "diverged")
    return say`<b>Diverged</b> after ${n} at ${at}: the next number is too large for the computer.`;
  const above = part
    ? say`<b>On the way</b> after ${n} at ${at}: ${size}, above eps = ${eps}`
    : say`<b>Out of steps</b> after ${n} at ${at}: ${size}, above eps = ${eps}`;
  return norm > norms[0] ? say`${above} and |gradient| has grown from ${words(norms[0])}.` : `${above}.`;
}

/** Where the curvature is known. @type {(spec: DescentSpec, w: Walk, eps: number) => string} */
export const theory = ({ L, mu, ascent }, w, eps) => {
  if (!L || ascent) return "";
  const alike = mu !== null && L - mu < 1e-9 * L; // one curvature: every direction is the steep one
  const rate = zone(words(w.rate, 3), w.rate * L, alike && w.norms[0] > eps);
  if (!mu) return `${rate}.`;
  const n = predicted(w.rate, L, mu, w.norms[0], eps);
  if (n === Number.POSITIVE_INFINITY)
    return alike ? say`${rate}; it never gets to eps.` : say`${rate}; it need not get to eps.`;
  return alike ? say`${rate}; to eps in <b>${counted(n)}</b>.` : say`${rate}; to eps in at most <b>${counted(n)}</b>.`;
};

/** What a rate does, surely or to some starts. @param {string} lr @param {number} rate times L @param {boolean} sure */
function zone(lr, rate, sure) {
  if (rate > 2 * (1 + 1e-9))
    return sure ? say`Theory: lr = ${lr} is above 2/L: it grows` : say`Theory: lr = ${lr} is above 2/L: it can grow`;
  if (rate >= 2 * (1 - 1e-9))
    return sure ? say`Theory: lr = ${lr} is 2/L: it overshoots` : say`Theory: lr = ${lr} is 2/L: it can overshoot`;
  if (rate > 1 + 1e-9)
    return sure
      ? say`Theory: lr = ${lr} is between 1/L and 2/L: it overshoots`
      : say`Theory: lr = ${lr} is between 1/L and 2/L: it can overshoot`;
  return rate > 1 - 1e-9
    ? say`Theory: lr = ${lr} is 1/L: no overshoot`
    : say`Theory: lr = ${lr} is below 1/L: no overshoot`;
}

/** The curvature that is known, or else what this walk has met within the picture: everywhere, or at some of its points.
 * @param {Explored<DescentSpec> | Stage<DescentSpec>} explored @param {Walk} w @returns {Met} */
function curvature({ spec, ground, main }, { points }) {
  if (spec.L && !under(ground).own) return { L: spec.L, mu: spec.mu, met: false, all: true };
  const seen = points.filter(
    ([x, y = main.y[0]]) => x >= main.x[0] && x <= main.x[1] && y >= main.y[0] && y <= main.y[1],
  );
  const some = seen.length > 250 ? spread([0, seen.length - 1], 60).map((k) => seen[Math.round(k)]) : seen;
  return { ...curvatures(under(ground), some), met: true, all: some.length === points.length };
}

/** Where the rate is, and how that goes together with the walk's end. @type {(L: number, w: Walk, left: boolean) => string} */
const edge = (L, { rate, stop }, left) => {
  const end = words(2 / L, 3);
  if (rate * L > 2)
    return stop === "converged"
      ? say`2/L = ${end}, and lr is above it, and yet it converges: near its end it bends less`
      : say`2/L = ${end}, and lr is above it`;
  return left
    ? say`2/L = ${end}, and lr is below it, but outside of the picture nobody has looked`
    : say`2/L = ${end}, and lr is below it`;
};

/** What the walk has met. @type {(c: Met, w: Walk, ascent: boolean, left: boolean) => string} */
const met = ({ L, mu, all }, w, ascent, left) => {
  if (!L || !Number.isFinite(L)) return "";
  const [most, least] = [words(L), mu === null || sameRate({ L, mu }) ? "" : words(mu, 3)];
  const found = all
    ? say`On this walk the curvature is at most L = ${most}`
    : say`Where this walk was looked at the curvature is about L = ${most}`;
  const lower = all ? say`${found}, at least ${least}` : say`${found}, down to about ${least}`;
  return `${[least ? lower : found, ...(ascent ? [] : [edge(L, w, left)])].join("; ")}.`;
};

/** Data and two lines: the start's and the end's. @type {(g: Pen, stage: Stage<DescentSpec>, w: Walk) => void} */
const drawLines = (g, { side, arrays: { X, y }, colour, lit, ink }, { points: [[b0, b1]], final: [c0, c1] }) => {
  const residual = lit === "residual";
  for (let j = 0; j < y.length; j++) {
    const [x, height] = [X[2 * j + 1], y[j]];
    if (residual) plot(g, side, 2, (k) => [x, k ? height : c0 + c1 * x], ink, 1.5);
    mark(g, side, side.at(x, height), 4, colour.blue);
  }
  straight(g, side, [0, b0], b1, colour.purple, 3, [8, 6]);
  straight(g, side, [0, c0], c1, colour.red, lit === "line" ? 6 : 3);
};

/** @type {(g: Pen, stage: Stage<DescentSpec>, w: Walk, eps: number) => void} */
const drawNorms = (g, { side, colour, back, bounded, lit }, { steps, gap, norms }, eps) => {
  level(g, side, eps, colour.green, lit === "eps" ? 6 : 2, [8, 5]);
  if (bounded) plot(g, side, steps + 1, (k) => [k, gap(k)], colour.blue);
  plot(g, side, steps + 1, (k) => [k, norms[k]], colour.orange, lit === "norm" ? 6 : 3);
  pin(g, side, side.at(steps, norms[steps]), 6, colour.orange, back);
};

/** An update that is pointed at in one picture, in both. @type {(g: Pen, stage: Stage<DescentSpec>, w: Walk, k: number, trail: Trail) => void} */
const drawUpdate = (g, { main, side, spec, ink, back }, { points, norms }, k, { pixels }) => {
  const [here, norm] = [pixels[k], side.at(k, norms[k])];
  if (here) dot(g, here, 7, back, ink);
  if (spec.fit) straight(g, side, [0, points[k][0]], points[k][1], ink, 2);
  else pin(g, side, norm, 7, back, ink);
  const text = say`after ${counted(k)}: ${spec.fit ? `β = ${place(points[k], 3)}` : `|gradient| = ${words(norms[k], 3)}`}`;
  if (spec.fit && here) label(g, main, here, text, ink, back);
  else if (!spec.fit) label(g, side, norm, text, ink, back);
};

/** The update from the start, or what the walk stops by, in numbers. @type {(stage: Stage<DescentSpec>, w: Walk, c: Curvature, eps: number) => Term[]} */
const formula = ({ spec, ground }, w, { L }, eps) => {
  const term = (/** @type {string} */ lights, /** @type {string} */ text) => ({ lights, text });
  const norm = w.norms[w.steps];
  const stop = [
    term("norm", `‖∇f‖ = ${words(norm, 3)}`),
    norm <= eps ? " ≤ " : " > ",
    term("eps", `ε = ${words(eps, 3)}`),
  ];
  if (spec.fit) {
    const slope = under(ground)
      .gradient(w.final)
      .map((v) => words(v, 3));
    const ends = stop.map((part) => (typeof part === "string" ? part : part.text)).join(""); // no norms beside it
    const [before, after] = say`= (${slope.join(", ")}) at ${"\t"}; ${ends}`.split("\t"); // what can be pointed at
    return [term("residual", "−Xᵀr"), ` ${before}`, term("line", `β = ${place(w.final, 4)}`), after];
  }
  if (L && Number.isFinite(L) && !spec.ascent)
    return [
      "1 − ",
      term("rate", `η`),
      term("edge", "L"),
      ` = 1 − ${words(w.rate, 3)} · ${words(L)} = `,
      term("rate", words(Number((1 - w.rate * L).toFixed(w.rate * L > 20 ? 0 : 3)))), // as near as the numbers before it
      "; ",
      ...stop,
    ];
  return stop;
};

/** @type {Explorer<DescentSpec>} */
export const descent = {
  prepare(known, values) {
    const { spec } = known;
    const ground = under(known.ground);
    const { curve, relief } = ground;
    const sign = spec.ascent ? -1 : 1;
    const rates = [...spread([Math.log(spec.rates[0]), Math.log(spec.rates[1])], 9).map(Math.exp), values.lr];
    const walks = rates.map((lr) =>
      descend(ground.gradient, values.init, { ...values, lr, eps: 1e-6, T: spec.T_max, ascent: spec.ascent }),
    );
    const ends = walks
      .filter(({ stop }) => stop === "converged")
      .map(({ points, steps }) => sign * ground.value(points[steps]));
    const heights = Float64Array.from(relief?.heights ?? curve?.[1] ?? [], (height) => sign * height);
    const given = ground.own || spec.ascent ? null : spec.lowest;
    const [low, bounded] = given === null ? lowest(heights, relief?.side ?? 0, ends) : [given, true];
    const best = sign * low;
    if (spec.fit) return { best, bounded };
    const first = Math.max(walks[0].norms[0], 1e-3);
    const atEnds = spread(ground.main.x, 3).map((x) =>
      Math.hypot(...ground.gradient([x, ground.main.y[0]].slice(0, ground.d))),
    );
    const norms = [...atEnds, ...walks.flatMap((w) => w.norms).map((v) => Math.min(v, 1e3 * first))];
    const side = { ...spec.side, x: /** @type {Pair} */ ([0, spec.T_max]), y: logSpan(norms, 1e-6) };
    const { gap, steps } = walk({ ...known, best }, values);
    const inSight = Array.from({ length: steps + 1 }, (_, k) => gap(k)).some((v) => v >= side.y[0] && v <= side.y[1]);
    return { best, bounded: bounded && inSight, side };
  },
  keys({ spec: { fit, ascent }, bounded }, { orange, blue, green, purple, red }) {
    if (fit) return [{}, { [say`start`]: purple, [say`now`]: red }];
    const gap = bounded ? { [ascent ? say`highest f − f` : say`f − lowest f`]: blue } : {};
    return [{}, { "|gradient|": orange, ...gap, eps: green }];
  },
  length: (explored, values) => walk(explored, values).steps,
  select(stage, values, part) {
    const { spec, ground, main, side, strip, colour, ink, lit } = stage;
    const w = walk(stage, values);
    const { rate, steps, stop, final, points, norms } = w;
    const seen = values.method ? { L: Number.NaN, mu: Number.NaN, met: true, all: true } : curvature(stage, w);
    const flat = points[0].length === 2;
    const trail = trailOf(main, steps + 1, (k) => main.at(points[k][0], flat ? points[k][1] : w.height(k)));
    const { left, pixel } = trail;
    const bar = /** @type {Strip} */ (strip);
    const update = updateAt(stage.pointed, trail, spec.fit ? null : side);
    return {
      shown: { steps, stop, final, norm: norms[steps], rate, left, pixel, init: points[0], update, ...seen },
      text: [
        verdict(w, values.eps, left, part, spec.fit ? say`loss` : "f"),
        seen.met ? met(seen, w, spec.ascent, left) : theory(spec, w, values.eps),
      ],
      formula: formula(stage, w, seen, values.eps),
      handles: [
        {
          name: say`start`,
          at: nearest(main, trail.pixels[0]),
          says: place(points[0]),
          value: points[0][0],
          axis: flat ? undefined : "x",
          move: (pixel) => ({ init: pointAt(main, pixel).slice(0, points[0].length) }),
        },
        {
          name: say`learning rate`,
          at: [Math.max(bar.x, Math.min(bar.x + bar.w, bar.X(rate))), bar.y + 4],
          says: `lr = ${words(rate, 3)}`,
          value: rate,
          axis: "x",
          within: { x: bar.x, y: bar.y - 8, w: bar.w, h: 25 },
          move: ([x]) => ({ lr: Number(bar.X.back(Math.max(bar.x, Math.min(bar.x + bar.w, x))).toPrecision(3)) }),
        },
        ...(spec.fit ? lineEnds(side, points[0]) : []),
      ],
      draw(g) {
        drawCurve(g, main, ground, colour.blue);
        drawTrail(g, stage, trail);
        if (spec.fit) drawLines(g, stage, w);
        else drawNorms(g, stage, w, values.eps);
        if (update >= 0) drawUpdate(g, stage, w, update, trail);
        drawStrip(g, bar, seen, colour, ink);
        const tick = lit === "rate" ? bar.X(rate) : lit === "edge" ? bar.X(1 / (seen.L ?? 0)) : Number.NaN;
        line(g, 2, (j) => [Math.max(bar.x, Math.min(bar.x + bar.w, tick)), bar.y - 12 + 33 * j], ink, 6);
      },
    };
  },
};

/** The two ends of the start's line over the data, each of which turns it around the other.
 * @param {Panel} side @param {number[]} start @returns {Handle[]} */
function lineEnds(side, [b0, b1]) {
  const [low, high] = side.x;
  const xs = [low + 0.08 * (high - low), high - 0.08 * (high - low)];
  const ys = xs.map((x) => b0 + b1 * x);
  return xs.map((x, k) => ({
    name: k ? say`right end of the start's line` : say`left end of the start's line`,
    at: nearest(side, side.at(x, ys[k])),
    says: say`the line is at ${words(ys[k])} over ${words(x, 3)}`,
    value: ys[k],
    move: (pixel) => {
      const moved = pointAt(side, pixel)[1];
      const [y0, y1] = k ? [ys[0], moved] : [moved, ys[1]];
      const slope = (y1 - y0) / (xs[1] - xs[0]);
      return { init: [y0 - slope * xs[0], slope].map((v) => Number(v.toPrecision(6))) };
    },
  }));
}
