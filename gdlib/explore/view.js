// The live view of gdlib.explore. Every number comes from the table that Python computed; nothing is
// evaluated here but the theory's step count. One scene a kind: draw(g, v) paints what the sliders
// select and returns the words beside it; keys(spec) names the lines of the two pictures; a scene that is a walk
// has a length(v). The axes and the background are painted once, on a second canvas.

const TRAITS = ["lr", "T", "eps", "h", "x", "angle", "b", "seed"];
// Okabe and Ito's colours on dark; on light darker, so that each has a contrast of 3:1 (tests/test_colours.py). COLOUR is the one in use.
const DARK = { blue: "#56B4E9", orange: "#E69F00", green: "#009E73", purple: "#CC79A7", red: "#D55E00", sixth: "#F0E442" };
const LIGHT = { blue: "#0072B2", orange: "#D08000", green: "#009E73", purple: "#8F477C", red: "#B84300", sixth: "#0097FF" };
const COLOUR = {};
const dip = (dark) => { Object.assign(COLOUR, dark ? DARK : LIGHT); };

// ------------------------------------------------------------------------------------------ words

const place = (p, digits) => (p.length === 1 ? `x = ${words(p[0], digits)}` : `(${p.map((v) => words(v, digits)).join(", ")})`);
const shade = (k) => Object.values(COLOUR)[k];
const steps = (n) => `${n} step${n === 1 ? "" : "s"}`;

// ------------------------------------------------------------------------------------------ selections

// The walk that lr, T and eps select: the prefix of the table's path that gradient_descent would return.
function walk(spec, arrays, { lr, T, eps }) {
  const d = spec.init.length;
  const i = nearest(spec.rates, lr, true);
  const first = spec.offsets[i], stored = spec.offsets[i + 1] - first, full = spec.steps[i];
  let k = 0, stop = "";
  while (!stop) {
    if (k < stored && arrays.norms[first + k] <= eps) stop = "converged";
    else if (k >= full && (spec.stop[i] === "diverged") && (full < T || k >= stored || !Number.isFinite(arrays.norms[first + k]))) stop = "diverged";
    else if (k >= Math.min(T, full)) stop = "exhausted";
    else k++;
  }
  const last = Math.min(k, stored - 1);
  const at = (j) => Array.from(arrays.points.subarray((first + j) * d, (first + j) * d + d));
  return { rate: spec.rates[i], steps: k, stop, beyond: k > last, last, at, final: stored ? at(last) : spec.init,
    norm: (j) => arrays.norms[first + j], gap: (j) => arrays.gap[first + j] };
}

function nearest(values, x, log = false) {
  const f = log ? Math.log : (v) => v;
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(f(values[i]) - f(x)) < Math.abs(f(values[best]) - f(x))) best = i;
  return best;
}

// Steps until the norm is eps: the error shrinks by rho = max|1 − lr λ| a step (exact where L = mu, else at most).
function predicted(lr, L, mu, norm, eps) {
  if (norm <= eps) return 0;
  const rho = Math.max(Math.abs(1 - lr * L), Math.abs(1 - lr * mu));
  if (rho >= 1) return Infinity;
  return rho < 1e-12 ? 1 : Math.ceil(Math.log(eps / norm) / Math.log(rho) - 1e-9);
}

// ------------------------------------------------------------------------------------------ axes

function scale(low, high, from, to, log) {
  const f = log ? Math.log10 : (v) => v, a = f(low), b = f(high);
  const map = (v) => from + ((f(v) - a) / (b - a)) * (to - from);
  map.back = (p) => { const v = a + ((p - from) / (to - from)) * (b - a); return log ? 10 ** v : v; };
  map.ticks = (room, every) => {
    const found = [], most = Math.max(2, Math.floor(Math.abs(to - from) / room));
    if (log) {
      const step = Math.max(1, Math.ceil((b - a) / most));
      for (let e = Math.ceil(a - 1e-9); e <= b + 1e-9; e += step) found.push(10 ** e);
    } else {
      const raw = (b - a) / most, power = 10 ** Math.floor(Math.log10(raw));
      const step = every ?? power * [1, 2, 2.5, 5, 10].find((m) => power * m >= raw * 0.999);
      for (let n = Math.ceil(a / step - 1e-9); n * step <= b + 1e-9 * step; n++) found.push(n * step);
    }
    return found;
  };
  return map;
}

const power = (v) => (v >= 0.01 && v <= 1000 ? words(v) : "10" + [...String(Math.round(Math.log10(v)))].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join(""));

function panel(axes, box, font) {
  const p = { ...axes, box, X: scale(...axes.x, box.x, box.x + box.w, axes.logx), Y: scale(...axes.y, box.y + box.h, box.y, axes.logy) };
  p.inside = ([x, y]) => x >= box.x - 0.5 && x <= box.x + box.w + 0.5 && y >= box.y - 0.5 && y <= box.y + box.h + 0.5;
  p.frame = (g, ink) => {
    g.strokeStyle = ink; g.fillStyle = ink; g.lineWidth = 1; g.globalAlpha = 0.6;
    g.strokeRect(box.x, box.y, box.w, box.h); g.globalAlpha = 1;
    g.textAlign = "center"; g.textBaseline = "top";
    for (const t of p.X.ticks(font * 4.2, axes.every)) {
      g.fillRect(p.X(t) - 0.5, box.y + box.h, 1, 5);
      const label = axes.logx ? power(t) : words(t), end = box.x + box.w + 16; // where the canvas may end
      g.fillText(label, Math.min(p.X(t), end - g.measureText(label).width / 2), box.y + box.h + 7);
    }
    g.fillText(axes.xlabel, box.x + box.w / 2, box.y + box.h + 9 + font * 1.15);
    g.textAlign = "right"; g.textBaseline = "middle";
    for (const t of p.Y.ticks(font * 2.4)) {
      g.fillRect(box.x - 5, p.Y(t) - 0.5, 5, 1);
      g.fillText(axes.logy ? power(t) : words(t), box.x - 7, p.Y(t));
    }
    g.textAlign = "left"; g.textBaseline = "bottom";
    g.fillText(axes.ylabel, box.x, box.y - 4);
  };
  p.clip = (g, paint) => { g.save(); g.beginPath(); g.rect(box.x, box.y, box.w, box.h); g.clip(); paint(); g.restore(); };
  return p;
}

// A polyline through n points; at(j) gives pixels. Gaps where a coordinate is not finite.
function line(g, n, at, colour, width = 2.5, dash = []) {
  g.beginPath();
  let pen = false;
  for (let j = 0; j < n; j++) {
    const [x, y] = at(j);
    if (!Number.isFinite(x) || !Number.isFinite(y)) { pen = false; continue; }
    const px = Math.max(-1e5, Math.min(1e5, x)), py = Math.max(-1e5, Math.min(1e5, y));
    pen ? g.lineTo(px, py) : g.moveTo(px, py);
    pen = true;
  }
  g.setLineDash(dash); g.strokeStyle = colour; g.lineWidth = width; g.lineJoin = "round"; g.stroke(); g.setLineDash([]);
}

function dot(g, [x, y], r, fill, edge) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  g.beginPath(); g.arc(x, y, r, 0, 7); g.fillStyle = fill; g.fill();
  if (edge) { g.strokeStyle = edge; g.lineWidth = 2; g.stroke(); }
}

function arrow(g, [x0, y0], [x1, y1], colour, width = 4, halo) {
  const angle = Math.atan2(y1 - y0, x1 - x0), head = 6 + 2.5 * width;
  const shaft = new Path2D(), tip = new Path2D();
  shaft.moveTo(x0, y0); shaft.lineTo(x1 - head * 0.7 * Math.cos(angle), y1 - head * 0.7 * Math.sin(angle));
  tip.moveTo(x1, y1);
  for (const side of [2.7, -2.7]) tip.lineTo(x1 + head * Math.cos(angle + side), y1 + head * Math.sin(angle + side));
  tip.closePath();
  g.lineJoin = "round";
  if (halo) { g.strokeStyle = halo; g.lineWidth = width + 3; g.stroke(shaft); g.lineWidth = 3; g.stroke(tip); }
  g.strokeStyle = g.fillStyle = colour; g.lineWidth = width; g.stroke(shaft); g.fill(tip);
}

// An arrow on the picture's edge: the walk leaves from pixel a towards pixel b.
function leaving(g, p, a, b) {
  const { x, y, w, h } = p.box;
  let t = 1;
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  if (dx) t = Math.min(t, ((dx > 0 ? x + w : x) - a[0]) / dx);
  if (dy) t = Math.min(t, ((dy > 0 ? y + h : y) - a[1]) / dy);
  t = Math.max(0, t) || 0;
  const end = [a[0] + t * dx, a[1] + t * dy], size = Math.hypot(dx, dy) || 1;
  arrow(g, [end[0] - (34 * dx) / size, end[1] - (34 * dy) / size], end, COLOUR.red, 5, "#fff");
  return end;
}

// ------------------------------------------------------------------------------------------ scenes

const scenes = {
  secant: {
    keys: () => [[["tangent", COLOUR.green], ["secant", COLOUR.orange]]],
    still(g, { main, side, arrays, spec, blue }) {
      curve(g, main, arrays.curve, blue);
      main.clip(g, () => straight(g, main, spec.at, spec.f, spec.slope, COLOUR.green, [10, 6]));
      side.clip(g, () => line(g, spec.hs.length, (j) => [side.X(spec.hs[j]), side.Y(arrays.difference[j])], blue));
    },
    draw(g, { main, side, arrays, spec, values, back }) {
      const i = nearest(spec.hs, values.h, true), h = spec.hs[i], slope = arrays.slopes[i];
      const a = [main.X(spec.at), main.Y(spec.f)], b = [main.X(spec.at + h), main.Y(arrays.far[i])];
      main.clip(g, () => {
        straight(g, main, spec.at, spec.f, slope, COLOUR.orange);
        dot(g, b, 7, COLOUR.orange, back); dot(g, a, 7, COLOUR.green, back);
      });
      const mark = [side.X(h), side.Y(arrays.difference[i])];
      if (side.inside(mark)) dot(g, mark, 7, COLOUR.orange, back);
      return { shown: { h, secant: slope, tangent: spec.slope, difference: arrays.difference[i], pixel: b }, text: [
        `<b>Secant</b> over h = ${h.toPrecision(3).replaceAll("-", "−")}: slope <b>${words(slope, 6)}</b>. <b>Tangent</b> at x = ${words(spec.at)}: slope <b>${words(spec.slope ?? NaN, 6)}</b>.`,
        `Difference: ${words(arrays.difference[i], 3)}.`] };
    },
  },

  tangent: {
    still(g, { main, side, arrays, blue, ink }) {
      curve(g, main, arrays.curve, blue);
      side.clip(g, () => {
        g.globalAlpha = 0.5; line(g, 2, (j) => [side.X(side.x[j]), side.Y(0)], ink, 1); g.globalAlpha = 1;
        line(g, arrays.xs.length, (j) => [side.X(arrays.xs[j]), side.Y(arrays.slope[j])], blue);
      });
    },
    draw(g, { main, side, arrays, values, back }) {
      const i = nearest(arrays.xs, values.x), x = arrays.xs[i], y = arrays.height[i], slope = arrays.slope[i];
      const level = 1e-6 * arrays.slope.reduce((most, v) => (Math.abs(v) < Infinity ? Math.max(most, Math.abs(v)) : most), 0);
      const way = !Number.isFinite(slope) ? ["no derivative here", COLOUR.purple] : Math.abs(slope) <= level ? ["level: neither way is up", COLOUR.purple]
        : slope > 0 ? ["rising: f grows to the right", COLOUR.orange] : ["falling: f grows to the left", COLOUR.green];
      main.clip(g, () => { straight(g, main, x, y, slope, way[1]); dot(g, [main.X(x), main.Y(y)], 8, way[1], back); });
      const mark = [side.X(x), side.Y(slope)];
      if (side.inside(mark)) dot(g, mark, 8, way[1], back);
      return { shown: { x, height: y, slope, pixel: [main.X(x), main.Y(y)] }, text: [
        `At <b>x = ${words(x)}</b>, f(x) = ${words(y)}: slope <b>${words(slope)}</b>.`, `${way[0][0].toUpperCase()}${way[0].slice(1)}.`] };
    },
  },

  descent: {
    keys: (spec) => [[], spec.fit ? [["start", COLOUR.purple], ["now", COLOUR.red]]
      : [["|gradient|", COLOUR.orange], ...(spec.bounded ? [[spec.ascent ? "highest f − f" : "f − lowest f", COLOUR.blue]] : []), ["eps", COLOUR.green]]],
    length: ({ arrays, spec, values }) => walk(spec, arrays, values).steps,
    still(g, { main, side, arrays, spec, blue, ink, strip, font }) {
      if (arrays.curve) curve(g, main, arrays.curve, blue);
      if (spec.fit) dots(g, side, arrays.data, blue);
      if (strip) rateStrip(g, strip, spec, ink, font);
    },
    draw(g, { main, side, arrays, spec, values, blue, back, ink, strip, flat, part }) {
      const w = walk(spec, arrays, values), d = spec.init.length;
      const height = (j) => spec.best + (spec.ascent ? -1 : 1) * w.gap(j);
      const pixel = (j) => { const p = w.at(j); return [main.X(p[0]), main.Y(d === 1 ? height(j) : p[1])]; };
      const n = w.last + 1, { left, pixel: end } = trail(g, main, n, pixel, flat, back);
      if (spec.fit) fitted(g, side, w.at(0), w.final, ink);
      else side.clip(g, () => {
        line(g, 2, (j) => [side.X(side.x[j]), side.Y(values.eps)], COLOUR.green, 2, [8, 5]);
        if (spec.bounded) line(g, n, (j) => [side.X(j), log(side, w.gap(j))], blue, 2.5);
        line(g, n, (j) => [side.X(j), log(side, w.norm(j))], COLOUR.orange, 3);
        dot(g, [side.X(w.last), log(side, w.norm(w.last))], 6, COLOUR.orange, back);
      });
      if (strip) { const x = strip.X(w.rate); arrow(g, [x, strip.y - 15], [x, strip.y + 1], COLOUR.red, 4, back); }
      const norm = w.norm(w.last);
      return {
        shown: { steps: w.steps, stop: w.stop, final: w.final, norm, rate: w.rate, beyond: w.beyond, left, pixel: end },
        text: [verdict(w, values, norm, left, part), theory(spec, w, values)] };
    },
  },

  losses: {
    keys: (spec) => [[], spec.names.map((name, k) => [name, shade(k)])],
    still(g, { side, spec }) {
      side.clip(g, () => spec.names.forEach((_, k) => {
        const x = side.X(spec.edges[k]);
        line(g, 2, (j) => [x, side.Y(side.y[j])], shade(k), 1.5, [4, 4]);
      }));
    },
    draw(g, { main, side, arrays, spec, values, blue, back, ink }) {
      const i = nearest(spec.rates, values.lr, true), m = spec.rates.length, T = values.T;
      const far = (k, r, t) => arrays.distance[(k * m + r) * (spec.T_max + 1) + t];
      side.clip(g, () => line(g, 2, (j) => [side.X(spec.rates[i]), side.Y(side.y[j])], COLOUR.red, 2));
      const ends = spec.names.map((name, k) => {
        main.clip(g, () => line(g, T + 1, (t) => [main.X(t), log(main, far(k, i, t))], shade(k), 3));
        side.clip(g, () => line(g, m, (r) => [side.X(spec.rates[r]), log(side, far(k, r, T))], shade(k), 2.5));
        dot(g, [main.X(T), Math.max(main.box.y, log(main, far(k, i, T)))], 6, shade(k), back);
        return far(k, i, T);
      });
      const say = (name, k) => `<b>${name}</b> ${Number.isFinite(ends[k]) && ends[k] < 1e30 ? `${words(ends[k], 3)} away` : "beyond all bounds"}${spec.rates[i] > spec.edges[k] ? ", above its 2/L = " + words(spec.edges[k], 3) : ""}`;
      return { shown: { rate: spec.rates[i], ends, T }, text: [`lr = ${words(spec.rates[i], 3)}, after ${steps(T)}, from the solution: ${spec.names.map(say).join("; ")}.`] };
    },
  },

  sgd: {
    keys: () => [[], [["full loss − its minimum", COLOUR.blue]]],
    length: ({ arrays, spec, values }) => Math.min(values.T, batchWalk(spec, arrays, values).steps),
    still() {},
    draw(g, { main, side, arrays, spec, values, blue, back, flat }) {
      const w = batchWalk(spec, arrays, values), n = Math.min(values.T, w.steps) + 1;
      const { left, pixel } = trail(g, main, n, (t) => { const p = w.at(t); return [main.X(p[0]), main.Y(p[1])]; }, flat, back);
      side.clip(g, () => { line(g, n, (t) => [side.X(t), log(side, w.gap(t))], blue, 2.5); dot(g, [side.X(n - 1), log(side, w.gap(n - 1))], 6, blue, back); });
      const rose = [...Array(n).keys()].filter((t) => t && w.gap(t) > w.gap(t - 1)).length;
      return { shown: { steps: n - 1, rate: w.rate, size: w.size, final: w.at(n - 1), gap: w.gap(n - 1), left, pixel }, text: [
        `<b>${rows(spec, w, n - 1)}</b>. At <b>${place(w.at(n - 1))}</b>, the loss of all data is <b>${words(w.gap(n - 1), 3)}</b> above its minimum.${left ? " The walk has left the picture (arrow)." : ""}${n <= values.T ? " It has diverged." : ""}`,
        `It rose in ${rose} of ${steps(n - 1)}.`] };
    },
  },

  batches: {
    keys: () => [[["all data", COLOUR.blue], ["this batch", COLOUR.orange]], [["objective of all data", COLOUR.blue]]],
    still(g, { main, arrays, blue }) { curve(g, main, arrays.curve, blue); },
    draw(g, { main, side, arrays, spec, values, blue, back }) {
      const w = batchWalk(spec, arrays, values), t = Math.min(values.T, w.steps), m = spec.grid.length;
      const first = ((values.b * spec.seeds.length + values.seed) * (spec.T_max + 1) + t) * m, own = (j) => arrays.own[first + Math.max(0, Math.min(m - 1, j))];
      const between = (q) => { // Catmull and Rom's curve through the stored points
        const j = Math.min(m - 2, Math.floor(q)), u = q - j, [a, b, c, d] = [j - 1, j, j + 1, j + 2].map(own);
        return b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)));
      };
      const where = (q) => spec.grid[0] + (q / (m - 1)) * (spec.grid[m - 1] - spec.grid[0]);
      const [x] = w.at(t), here = [main.X(x), main.Y(w.gap(t))];
      main.clip(g, () => line(g, 4 * m - 3, (j) => [main.X(where(j / 4)), main.Y(between(j / 4))], COLOUR.orange, 3));
      const there = between(((x - spec.grid[0]) / (spec.grid[m - 1] - spec.grid[0])) * (m - 1));
      if (main.inside(here)) {
        line(g, 2, (j) => [here[0], j ? main.Y(there) : here[1]], COLOUR.red, 1.5, [4, 4]);
        dot(g, here, 8, COLOUR.red, back); dot(g, [here[0], main.Y(there)], 6, COLOUR.orange, back);
      }
      side.clip(g, () => { line(g, t + 1, (j) => [side.X(j), side.Y(w.gap(j))], blue, 2.5); dot(g, [side.X(t), side.Y(w.gap(t))], 6, COLOUR.red, back); });
      return { shown: { steps: t, rate: w.rate, size: w.size, final: [x], gap: w.gap(t), pixel: here }, text: [
        `<b>${rows(spec, w, t)}</b>. At <b>x = ${words(x)}</b> all data say ${words(w.gap(t), 3)}, this batch says ${words(there, 3)}.`] };
    },
  },

  direction: {
    keys: () => [[], [["gradient", COLOUR.red]]],
    still(g, { main, side, spec, arrays, blue, ink }) {
      side.clip(g, () => {
        g.globalAlpha = 0.5; line(g, 2, (j) => [side.X(side.x[j]), side.Y(0)], ink, 1); g.globalAlpha = 1;
        line(g, 361, (j) => [side.X(j), side.Y(arrays.slopes[j])], blue);
        const steepest = turn(arrays.gradient);
        line(g, 2, (j) => [side.X(steepest), side.Y(side.y[j])], COLOUR.red, 2, [8, 5]);
      });
      const { at, tip } = compass(main, spec), [gx, gy] = arrays.gradient, size = Math.hypot(gx, gy);
      main.clip(g, () => {
        const flat = [-gy / size, gx / size];
        for (const [colour, width] of [["#000", 5], ["#fff", 2]])
          line(g, 2, (j) => [at[0] + (j * 2 - 1) * tip * 1.3 * flat[0], at[1] - (j * 2 - 1) * tip * 1.3 * flat[1]], colour, width, [7, 6]);
        if (size > 0) arrow(g, at, [at[0] + (tip * gx) / size, at[1] - (tip * gy) / size], COLOUR.red, 6, "#fff");
      });
    },
    draw(g, { main, side, arrays, spec, values, back }) {
      const i = Math.round(((values.angle % 360) + 360) % 360) || (values.angle >= 360 ? 360 : 0), slope = arrays.slopes[i], angle = (i * Math.PI) / 180;
      const { at, tip } = compass(main, spec), size = Math.hypot(...arrays.gradient), steepest = turn(arrays.gradient);
      const end = [at[0] + tip * Math.cos(angle), at[1] - tip * Math.sin(angle)];
      main.clip(g, () => { arrow(g, at, end, "#fff", 4, "#000"); dot(g, at, 6, "#fff", "#000"); });
      dot(g, [side.X(i), side.Y(slope)], 8, "#fff", "#000");
      const apart = Math.abs(((i - steepest + 540) % 360) - 180);
      const way = !Number.isFinite(slope) ? "there is no slope here" : Math.abs(slope) < 0.01 * size ? "level: along the contour" : slope > 0 ? "uphill" : "downhill";
      return { shown: { angle: i, slope, gradient: [...arrays.gradient], pixel: end }, text: [
        `At ${place(spec.init, 3)}, direction <b>${i}°</b>: slope <b>${words(slope)}</b>, ${way}.`,
        size > 0 ? `The gradient points to ${words(steepest, 3)}°, ${words(apart, 3)}° away; no slope is larger than its length, ${words(size)}: ${words(size)} · cos ${words(apart, 3)}° = ${words(size * Math.cos((apart * Math.PI) / 180))}.`
          : "The gradient is 0 or no number here: no direction is the steepest."] };
    },
  },
};

// The walk through n pixels, ending in a dot or, where it leaves the picture, in an arrow on its edge.
function trail(g, main, n, pixel, flat, back) {
  const out = [...Array(n).keys()].findIndex((j) => { const q = pixel(j); return q.every(Number.isFinite) && !main.inside(q); });
  const shown = out < 0 ? n : out;
  main.clip(g, () => {
    if (flat) line(g, Math.min(n, shown + 1), pixel, "#000", 5);
    line(g, Math.min(n, shown + 1), pixel, flat ? "#fff" : COLOUR.red, flat ? 3 : 2);
    for (let j = 1; j < shown; j++) dot(g, pixel(j), flat ? 3.5 : 4.5, flat ? "#fff" : COLOUR.red, flat && n < 60 ? "#000" : null);
    dot(g, pixel(0), 7, flat ? "#fff" : back, COLOUR.red);
  });
  if (out < 0) dot(g, pixel(n - 1), 8, COLOUR.red, "#fff");
  return { left: out >= 0, pixel: out > 0 ? leaving(g, main, pixel(out - 1), pixel(out)) : out < 0 ? pixel(n - 1) : null };
}

const dots = (g, p, xy, colour) => p.clip(g, () => { for (let j = 0; j < xy.length; j += 2) dot(g, [p.X(xy[j]), p.Y(xy[j + 1])], 4, colour); });
const fitted = (g, p, first, now) => p.clip(g, () => {
  for (const [[b0, b1], colour, dash] of [[first, COLOUR.purple, [8, 6]], [now, COLOUR.red, []]]) line(g, 2, (j) => [p.X(p.x[j]), p.Y(b0 + b1 * p.x[j])], colour, 3, dash);
});

// One of the walks with mini-batches: rate i, batch size b and seed as the sliders stand; x(t) is its point (or points).
function batchWalk(spec, arrays, { lr, b, seed }) {
  const i = nearest(spec.rates, lr, true), first = ((i * spec.batch_sizes.length + b) * spec.seeds.length + seed) * (spec.T_max + 1), d = spec.init.length;
  return { rate: spec.rates[i], size: spec.batch_sizes[b], steps: spec.steps[first / (spec.T_max + 1)],
    at: (t) => Array.from(arrays.points.subarray((first + t) * d, (first + t + 1) * d)), gap: (t) => arrays.gap[first + t] };
}
const rows = (spec, w, t) => `${steps(t)} of <b>${w.size}</b> row${w.size === 1 ? "" : "s"}: ${t * w.size} rows read, ${words((t * w.size) / spec.n, 3)} times the data`;

const log = (side, v) => (v > 0 ? side.Y(v) : v === 0 ? side.box.y + side.box.h + 9 : NaN);
const turn = ([x, y]) => ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
const compass = (main, spec) => ({ at: [main.X(spec.init[0]), main.Y(spec.init[1])], tip: 0.26 * Math.min(main.box.w, main.box.h) });
const curve = (g, p, xy, colour) => p.clip(g, () => line(g, xy.length / 2, (j) => [p.X(xy[2 * j]), p.Y(xy[2 * j + 1])], colour, 3));
const straight = (g, p, x, y, slope, colour, dash) =>
  line(g, 2, (j) => [p.X(p.x[j]), p.Y(y + slope * (p.x[j] - x))], colour, 3, dash);

// Where the names of the lines stand above a picture w wide: from the right, in rows upwards; the lowest begins with the axis' name.
function legend(g, entries, w, name) {
  let row = 0, right = w;
  const places = [...entries].reverse().map(([label, colour]) => {
    const wide = g.measureText(label).width + 22, taken = !row && name ? g.measureText(name).width + 12 : 0;
    if (right - wide < taken && (right < w || taken)) { row++; right = w; }
    const left = Math.max(0, right - wide);
    right = left - 12;
    return { label, colour, left, row };
  });
  return { places, rows: row + 1 };
}
const rowHeight = (font) => 1.25 * font;

function key(g, p, entries, ink, font) {
  g.textAlign = "left"; g.textBaseline = "bottom";
  for (const { label, colour, left, row } of legend(g, entries, p.box.w, p.ylabel).places) {
    const x = p.box.x + left, low = p.box.y - 4 - row * rowHeight(font);
    g.fillStyle = colour; g.fillRect(x, low - 10, 16, 5);
    g.fillStyle = ink; g.fillText(label, x + 22, low);
  }
}

const sameRate = ({ L, mu }) => mu && Math.abs(L / mu - 1) < 1e-6;

// The bar of rates. 2/(L + μ) may lie close to 2/L: its name stands above the bar, the others below, each with a line from its own tick.
function rateStrip(g, s, spec, ink, font) {
  const { L, mu } = spec, end = s.x + s.w, X = (v) => Math.max(s.x, Math.min(end, s.X(v)));
  for (const [from, to, colour] of [[0, 1 / L, COLOUR.green], [1 / L, 2 / L, COLOUR.orange], [2 / L, Infinity, COLOUR.red]]) {
    g.fillStyle = colour; g.fillRect(X(from || 1e-300), s.y, X(to) - X(from || 1e-300), 9);
  }
  g.textAlign = "left";
  const label = (rate, text, from, to, above) => {
    const wide = g.measureText(text).width, at = X(rate), left = Math.max(s.x, Math.min(to, at + from * wide));
    const foot = Math.max(left, Math.min(left + wide, at)), y = above ? s.y - 19 : s.y + 17;
    line(g, 3, (j) => [[at, s.y + (above ? 9 : 0)], [at, s.y + (above ? -3 : 12)], [foot, y]][j], ink, 2);
    g.fillStyle = ink; g.textBaseline = above ? "bottom" : "top"; g.fillText(text, left, y);
    return left;
  };
  const edge = `2/L = ${words(2 / L, 3)}`, calm = `1/L${sameRate(spec) ? " = 2/(L+μ)" : ""} = ${words(1 / L, 3)}`;
  const left = label(2 / L, edge, 0, end - g.measureText(edge).width);
  label(1 / L, calm, -1, left - 12 - g.measureText(calm).width);
  if (mu && !sameRate(spec)) {
    const best = `2/(L+μ) = ${words(2 / (L + mu), 3)}`;
    label(2 / (L + mu), best, -0.5, end - g.measureText(best).width, true);
  }
}

function verdict(w, { eps }, norm, left, part) {
  const where = w.beyond ? "farther out than 1e38" : `at <b>${place(w.final, 7)}</b>`, size = `|gradient| = <b>${words(norm)}</b>`;
  const gone = left ? " It has left the picture (arrow)." : "";
  if (w.stop === "converged") return `<b>Converged</b> after <b>${steps(w.steps)}</b> ${where}: ${size} ≤ eps.${gone}`;
  if (w.stop === "diverged") return Number.isNaN(norm) ? `<b>Diverged</b> after <b>${steps(w.steps)}</b> ${where}: there is no gradient there.${gone}`
    : `<b>Diverged</b> after <b>${steps(w.steps)}</b> ${where}: the next number is too large for the computer.${gone}`;
  const growing = w.beyond || norm > w.norm(0) ? ` and |gradient| has grown from ${words(w.norm(0))}` : "";
  return `<b>${part ? "On the way" : "Out of steps"}</b> after <b>${steps(w.steps)}</b> ${where}: ${w.beyond ? "" : size + ", "}above eps = ${words(eps)}${growing}.${gone}`;
}

function theory(spec, w, { eps }) {
  const { L, mu } = spec;
  if (!L || spec.ascent) return "";
  const zone = w.rate * L > 2 * (1 + 1e-9) ? "above 2/L: it grows" : w.rate * L > 1 + 1e-9 ? "between 1/L and 2/L: it overshoots" : w.rate * L > 1 - 1e-9 ? "1/L: no overshoot" : "below 1/L: no overshoot";
  if (!mu) return `Theory: lr = ${words(w.rate, 3)} is ${zone}.`;
  const n = predicted(w.rate, L, mu, w.norm(0), eps), exact = L - mu < 1e-9 * L;
  return `Theory: lr = ${words(w.rate, 3)} is ${zone}; ${n === Infinity ? "it never gets to eps" : `to eps in ${exact ? "" : "at most "}<b>${steps(n)}</b>`}.`;
}

// ------------------------------------------------------------------------------------------ the view

function render({ model, el }) {
  const root = node("div", "gd"), canvas = node("canvas"), still = document.createElement("canvas");
  const sees = new AbortController(), { signal } = sees; // ends what listens outside of the view
  const play = node("button", "", "Play"), step = node("button", "", "Step"), reset = node("button", "", "Reset");
  const shown = node("div", "gd-words"), said = node("div", "gd-said"), buttons = node("div");
  canvas.role = "img"; said.role = "status"; said.ariaLive = "polite";
  buttons.append(play, step, reset); root.append(node("style", "", CSS), canvas, shown, buttons, said); el.append(root);

  let scene, frame = 0, dirty = true, saying = 0, asking = 0, note = "", picture = null, playing = null, part = null, heeded = null, printing = false, last = {};
  const host = () => el.closest(".gd-explore") ?? root;
  const values = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));

  // Pixels of the canvas a CSS pixel: of the screen, and of whatever scales the page (a deck scales its slides).
  const sharpness = () => Math.min(4, (devicePixelRatio || 1) * (canvas.getBoundingClientRect().width / canvas.clientWidth || 1));

  function layout() {
    const W = Math.max(180, root.clientWidth), ratio = sharpness(), spec = model.get("spec"), { ink, back, dark } = printing ? PAPER : surroundings(root);
    dip(dark);
    const style = getComputedStyle(root), px = parseFloat(style.fontSize), most = Math.min(W, Math.max(1180, 74 * px));
    const wide = W >= Math.max(640, 30 * px), font = W < 32.5 * px ? 0.875 * px : px, left = font * 3.4, foot = font * 2.6 + 8;
    const width = wide ? most / 2 - left - 16 : W - left - 16, tall = parseFloat(style.getPropertyValue("--gd-height")) || Infinity;
    const [[x0, x1], [y0, y1]] = [spec.main.x, spec.main.y], aspect = (y1 - y0) / (x1 - x0), equal = spec.equal && aspect > 0.4 && aspect < 1.5;
    const g = still.getContext("2d"), type = `${font}px system-ui, sans-serif`, keys = scenes[spec.kind].keys?.(spec) ?? [];
    g.font = type;
    const more = [spec.main, spec.side].map(({ ylabel }, k) => (legend(g, keys[k] ?? [], width, ylabel).rows - 1) * rowHeight(font));
    if (wide) more.fill(Math.max(...more)); // the two stand side by side
    const [head, sideHead] = more.map((extra) => font * 1.6 + extra);
    const height = Math.min(tall - more[0], width * (equal ? aspect : 0.72)), mainW = equal ? height / aspect : width;
    const strip = spec.L > 0 && { x: left, y: 20 + (spec.mu && !sameRate(spec) ? font * 1.15 : 0), w: (wide ? most : W) - left - 16 };
    const top = strip ? strip.y + 17 + font * 1.5 : 0;
    if (strip) strip.X = scale(spec.rates[0], spec.rates.at(-1), strip.x, strip.x + strip.w, true);
    const main = panel(spec.main, { x: left, y: top + head, w: mainW, h: height }, font);
    const sideH = wide ? height : Math.min(tall - more[1], width * 0.6), sideY = wide ? top + head : top + head + height + foot + sideHead;
    const side = panel(spec.side, { x: wide ? left * 2 + width + 16 : left, y: sideY, w: width, h: sideH }, font);
    const H = sideY + sideH + foot;
    for (const c of [canvas, still]) { c.width = Math.round(W * ratio); c.height = Math.round(H * ratio); }
    canvas.className = spec.kind === "tangent" ? "gd-aim" : spec.click ? "gd-aim gd-asks" : "";
    const bytes = model.get("table"), start = bytes.byteOffset, data = new Float32Array(bytes.buffer.slice(start, start + bytes.byteLength));
    const arrays = Object.fromEntries(Object.entries(spec.layout).map(([name, [first, count]]) => [name, data.subarray(first, first + count)]));
    scene = { spec, arrays, main, side, strip, font, ink, back, dark, ratio, W, H, blue: COLOUR.blue, flat: !!picture, ...scenes[spec.kind] };
    g.setTransform(ratio, 0, 0, ratio, 0, 0); g.font = type;
    g.clearRect(0, 0, W, H);
    if (picture) g.drawImage(picture, main.box.x, main.box.y, main.box.w, main.box.h);
    main.frame(g, ink); side.frame(g, ink);
    scene.still(g, scene);
    [main, side].forEach((p, k) => key(g, p, keys[k] ?? [], ink, font));
    dirty = false;
  }

  function draw() {
    frame = 0;
    if (!root.clientWidth) return;
    if (dirty || Math.abs(sharpness() / scene.ratio - 1) > 0.02) layout();
    dip(scene.dark);
    const g = canvas.getContext("2d");
    g.setTransform(1, 0, 0, 1, 0, 0); g.clearRect(0, 0, canvas.width, canvas.height); g.drawImage(still, 0, 0);
    g.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0); g.font = `${scene.font}px system-ui, sans-serif`;
    const now = values();
    if (part !== null) now.T = part;
    last = scene.draw(g, { ...scene, values: now, part: part !== null });
    canvas.shown = last.shown;
    const error = scene.spec.error ? `<p role="alert"><b>Your function raised</b> ${plain(scene.spec.error)}</p>` : "";
    shown.innerHTML = error + [...last.text, note].filter(Boolean).map((t) => `<p>${t}</p>`).join("");
    const { main, side } = scene, of = ({ xlabel, ylabel }) => (ylabel ? `${ylabel} against ${xlabel}` : xlabel);
    canvas.ariaLabel = `Picture: ${of(main)}; beside it ${of(side)}. ${heard()}`;
    names(); heed();
    clearTimeout(saying); saying = setTimeout(say, 400);
  }
  const heard = () => [...shown.children].map((p) => p.textContent).join(" ");
  const soon = () => { frame ||= requestAnimationFrame(draw); };
  const again = () => { dirty = true; soon(); };
  const answered = () => { clearTimeout(asking); note = ""; };

  // Words for a screen reader, once the hand that moved something here rests (a page may show ten views at once).
  function say() {
    names();
    if (host().contains(document.activeElement)) said.textContent = heard();
  }

  // What ipywidgets leaves out on its sliders.
  function names() {
    ours(host());
    for (const slider of host().querySelectorAll(".widget-slider")) {
      const [label, handle, readout] = [".widget-label", "[role=slider]", ".widget-readout"].map((part) => slider.querySelector(part));
      if (!readout) continue;
      label.title = ""; // it is "null"
      handle.ariaLabel = label.textContent;
      if (handle.ariaValueText !== readout.textContent) handle.ariaValueText = readout.textContent;
      if (readout.isContentEditable) { readout.role = "textbox"; readout.ariaLabel = `${label.textContent}, to type in`; }
    }
  }

  // The slider writes its unrounded value there whenever it is touched.
  function heed() {
    if (heeded || !root.isConnected) return;
    heeded = new MutationObserver(names);
    heeded.observe(host(), { subtree: true, attributeFilter: ["aria-valuetext"] });
  }

  function set(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  // Play, Step and Reset. In a walk, T is how many updates are allowed, and only the reader moves it: Play and Step show the
  // walk's first `part` steps, from 0 on; after the last one `part` is null, the whole walk is shown, and they begin anew. Pause keeps the
  // part. Reset, a slider and a new start show the whole. (At T = 0 there is no walk: T goes to its end first.) Where nothing walks,
  // Play and Step move the slider that spec.play names to its end, and begin anew from there. Reduced motion: Play shows the end at once.
  const all = () => scene.length({ ...scene, values: values() });
  const show = (n) => { part = n; soon(); };

  function placed() { // where the slider of spec.play stands, from 0 to count
    const { trait, from, to, count, log } = model.get("spec").play, f = log ? Math.log : (v) => v;
    return Math.round(((f(model.get(trait)) - f(from)) / (f(to) - f(from))) * count);
  }

  function forward() { // false at the end
    if (scene.length) { show(part + 1 < all() ? part + 1 : null); return part !== null; }
    const { trait, from, to, count, log } = model.get("spec").play, j = placed() + 1, share = j / count;
    const value = j >= count ? to : log ? from * (to / from) ** share : from + share * (to - from);
    set({ [trait]: trait === "T" ? Math.round(value) : Number(value.toPrecision(12)) });
    return j < count;
  }

  function begin() {
    const p = model.get("spec").play;
    if (!scene.length) return set({ [p.trait]: p.from });
    if (model.get("T") === 0) set({ T: p.to });
    show(0);
  }

  function stop() { clearInterval(playing); playing = null; play.textContent = "Play"; }

  play.onclick = () => {
    if (playing) return stop();
    const p = model.get("spec").play;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      if (!scene.length || model.get("T") === 0) set({ [p.trait]: p.to });
      return show(null);
    }
    if (part === null) begin();
    play.textContent = "Pause";
    playing = setInterval(() => { if (!forward() || last.done) stop(); }, Math.max(30, 4000 / p.count));
  };
  step.onclick = () => {
    stop();
    (scene.length ? part === null : placed() >= model.get("spec").play.count) ? begin() : forward();
  };
  reset.onclick = () => { stop(); show(null); set(model.get("spec").initial); };

  canvas.onclick = ({ clientX, clientY }) => {
    const seen = canvas.getBoundingClientRect(); // scaled, unlike the picture's own pixels
    const [x, y] = [((clientX - seen.left) / seen.width) * scene.W, ((clientY - seen.top) / seen.height) * scene.H];
    if (!scene.main.inside([x, y])) return;
    const at = [scene.main.X.back(x), scene.main.Y.back(y)];
    if (scene.spec.kind === "tangent") return set({ x: Number(scene.arrays.xs[nearest(scene.arrays.xs, at[0])].toPrecision(7)) });
    if (!scene.spec.click) return;
    clearTimeout(asking);
    const unheard = () => { note = NO_KERNEL("A new start"); soon(); };
    if (el.closest(DISCONNECTED)) return unheard();
    asking = setTimeout(unheard, 1500);
    Promise.resolve().then(() => model.send({ type: "start", at })).catch(() => {});
  };

  function load() {
    const bytes = model.get("image");
    if (!bytes?.byteLength) return;
    const address = URL.createObjectURL(new Blob([bytes], { type: "image/png" })), image = new Image();
    image.onload = () => { picture = image; URL.revokeObjectURL(address); again(); };
    image.src = address;
  }

  const sizes = new ResizeObserver(() => { if (dirty || root.clientWidth !== scene.W) again(); });
  sizes.observe(root);
  // The page's theme: at once, and once a transition of its colours is over.
  const look = () => { const { ink, back } = surroundings(root); if (scene && (ink !== scene.ink || back !== scene.back)) again(); };
  const themed = () => { look(); setTimeout(look, 400); }, themes = new MutationObserver(themed);
  for (const page of [document.documentElement, document.body]) themes.observe(page, { attributes: true });
  for (const media of ["prefers-color-scheme: dark", "forced-colors: active"]) matchMedia(`(${media})`).addEventListener("change", themed, { signal });
  window.addEventListener("resize", soon, { signal });
  for (const event of ["beforeprint", "afterprint"]) window.addEventListener(event, () => { printing = event[0] === "b"; dirty = true; draw(); }, { signal });
  const moved = () => { answered(); if (scene?.length) { stop(); part = null; } };
  for (const name of TRAITS) model.on(`change:${name}`, () => { moved(); soon(); });
  for (const name of ["spec", "table"]) model.on(`change:${name}`, () => { moved(); again(); });
  model.on("change:image", load);
  load();
  return () => { stop(); sees.abort(); sizes.disconnect(); themes.disconnect(); heeded?.disconnect(); clearTimeout(saying); clearTimeout(asking); cancelAnimationFrame(frame); };
}

const plain = (text) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

// The ink and the background that the page gives the view, and whether it is dark.
const PAPER = { ink: "#000", back: "#fff", dark: false };
const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function seen(colour) { // any CSS colour: how light it is, and how opaque
  brush.clearRect(0, 0, 1, 1); brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
  return { light: (0.3 * r + 0.6 * g + 0.1 * b) / 255, opaque: a > 127 };
}
function surroundings(root) {
  const ink = getComputedStyle(root).color, dark = seen(ink).light > 0.5;
  for (let at = root; at; at = at.parentElement) {
    const back = getComputedStyle(at).backgroundColor, { light, opaque } = seen(back);
    if (opaque && light < 0.5 === dark) return { ink, back, dark };
    if (opaque) break;
  }
  return { ink, back: dark ? "#111" : "#fff", dark };
}

export default { render };
