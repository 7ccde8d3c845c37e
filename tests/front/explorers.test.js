import { panel } from "../../gdlib/explore/front/compute/layout.js";
import { theory, verdict } from "../../gdlib/explore/front/explorers/descent.js";
import { explorers } from "../../gdlib/explore/front/explorers/index.js";
import { needs, sentences } from "../../gdlib/explore/front/explorers/memory.js";

const axes = (x, y) => ({ x, y, xlabel: "", ylabel: "", logx: false, logy: false });
const on = (spec, arrays) => ({
  spec,
  arrays,
  main: panel(axes([-5, 5], [-5, 5]), { x: 0, y: 0, w: 100, h: 100 }),
  side: panel(axes([0, 9], [0, 9]), { x: 200, y: 0, w: 100, h: 100 }),
});
const plain = (text) => text.replace(/<\/?b>/g, "");
const said = (kind, stage, values, part = false) => explorers[kind].select(stage, values, part).text.map(plain);

test("secant", () => {
  const spec = { kind: "secant", hs: [0.01, 0.1, 1], at: 1, f: 1, slope: 2 };
  const arrays = { far: [1.0201, 1.21, 4], slopes: [2.01, 2.1, 3], difference: [0.01, 0.1, 1] };
  expect(said("secant", on(spec, arrays), { h: 0.09 })).toEqual([
    "Secant over h = 0.100: slope 2.1. Tangent at x = 1: slope 2.",
    "Difference: 0.1.",
  ]);
  const [words] = said("secant", on({ ...spec, slope: null }, arrays), { h: 0.09 });
  expect(words).toContain("slope not a number.");
});

test.each([
  [-1, "Falling: f grows to the left."],
  [0, "Level: neither way is up."],
  [2, "Rising: f grows to the right."],
  [3, "No derivative here."],
])("tangent at %d: %s", (x, expected) => {
  const slope = Float32Array.from([-2, 1e-7, 4, Number.NaN]);
  const arrays = { xs: [-1, 0, 2, 3], height: [1, 0, 4, 9], slope };
  expect(said("tangent", on({}, arrays), { x })[1]).toBe(expected);
});

test.each([
  [0, "3, uphill", "0°", "53.1°"],
  [360, "3, uphill", "360°", "53.1°"],
  [90, "4, uphill", "90°", "36.9°"],
  [143, "0.009, level: along the contour", "143°", "89.9°"],
  [-90, "−4, downhill", "270°", "143°"],
])("direction %d", (angle, way, shown, away) => {
  const slopes = Array.from({ length: 361 }, (_, k) => {
    const radians = (k * Math.PI) / 180;
    return 3 * Math.cos(radians) + 4 * Math.sin(radians);
  });
  const [first, second] = said("direction", on({ init: [1, 2] }, { slopes, gradient: [3, 4] }), {
    angle,
  });
  expect(first).toMatch(new RegExp(`^At \\(1, 2\\), direction ${shown}: slope `));
  expect(first).toContain(way.split(",")[1]);
  if (!way.startsWith("0")) expect(first).toContain(`slope ${way}.`);
  expect(second).toContain(`points to 53.1°, ${away} away; no slope is larger than its length, 5: 5 · cos ${away}`);
});

describe("descent", () => {
  const norms = [6, 3, 0.5];
  const walk = (more) => ({
    ...{ steps: 2, stop: "exhausted", last: 2, beyond: false, final: [0.25], rate: 0.5 },
    norm: (k) => norms[k],
    ...more,
  });
  test.each([
    [{ stop: "converged" }, 1, "Converged after 2 steps at x = 0.25: |gradient| = 0.5 ≤ eps."],
    [{}, 0.1, "Out of steps after 2 steps at x = 0.25: |gradient| = 0.5, above eps = 0.1."],
    [{ stop: "diverged" }, 0.1, "Diverged after 2 steps at x = 0.25: the next number is too large for the computer."],
    [
      { stop: "diverged", norm: () => Number.NaN },
      0.1,
      "Diverged after 2 steps at x = 0.25: there is no gradient there.",
    ],
    [
      { beyond: true },
      0.1,
      "Out of steps after 2 steps farther out than 1e38: above eps = 0.1 and |gradient| has grown from 6.",
    ],
    [
      { norm: (k) => norms[2 - k] },
      0.1,
      "Out of steps after 2 steps at x = 0.25: |gradient| = 6, above eps = 0.1 and |gradient| has grown from 0.5.",
    ],
    [{ steps: 1 }, 0.1, "Out of steps after 1 step at x = 0.25: |gradient| = 0.5, above eps = 0.1."],
  ])("%o", (more, eps, expected) => {
    expect(plain(verdict(walk(more), eps, false, false))).toBe(expected);
  });
  test("a part, and a walk that has left", () => {
    expect(verdict(walk(), 0.1, true, true)).toMatch(/^<b>On the way<.*It has left the picture \(arrow\)\.$/);
  });
  test.each([
    [0.25, 2, "below 1/L: no overshoot; to eps in 6 steps."],
    [0.5, 2, "1/L: no overshoot; to eps in 1 step."],
    [0.75, 2, "between 1/L and 2/L: it overshoots; to eps in 6 steps."],
    [0.75, 1, "between 1/L and 2/L: it can overshoot; to eps in at most 6 steps."],
    [1, 2, "2/L: it overshoots; it never gets to eps."],
    [1.01, 2, "above 2/L: it grows; it never gets to eps."],
    [1.01, 1, "above 2/L: it can grow; it need not get to eps."],
    [1.01, null, "above 2/L: it can grow."],
    [0.25, null, "below 1/L: no overshoot."],
  ])("lr = %d, μ = %d: %s", (rate, mu, expected) => {
    expect(plain(theory({ L: 2, mu, ascent: false }, walk({ rate }), 0.1))).toBe(`Theory: lr = ${rate} is ${expected}`);
    expect(theory({ L: 2, mu, ascent: true }, walk({ rate }), 0.1)).toBe("");
  });
  test("a start on level ground does not grow", () => {
    const said = plain(theory({ L: 2, mu: 2, ascent: false }, walk({ rate: 1.01 }), 6));
    expect(said).toBe("Theory: lr = 1.01 is above 2/L: it can grow; to eps in 0 steps.");
  });
});

test("losses", () => {
  const spec = { names: ["sum", "mean"], edges: [0.5, 5], rates: [0.1, 1], T_max: 1 };
  const distance = [4, 2, 4, 1e31, 4, 3, 4, 0.5]; // of scale, rate, step
  expect(said("losses", on(spec, { distance }), { lr: 1, T: 1 })).toEqual([
    "lr = 1, after 1 step, from the solution: sum beyond all bounds, above its 2/L = 0.5; mean 0.5 away.",
  ]);
});

const BATCHES = { n: 8, rates: [0.1], batch_sizes: [1, 4], seeds: [0], T_max: 3, steps: [3, 2] };

test("sgd", () => {
  const points = Float32Array.from([0, 0, 1, 0, 1, 1, 2, 1, 0, 0, 1, 1, 90, 90, Number.NaN, Number.NaN]);
  const stage = on({ ...BATCHES, init: [0, 0] }, { points, gap: [9, 5, 6, 4, 9, 10, 11, Number.NaN] });
  expect(said("sgd", stage, { lr: 0.1, T: 3, b: 0, seed: 0 })).toEqual([
    "3 steps of 1 row: 3 rows read, 0.375 times the data. At (2, 1), the loss of all data is 4 above its minimum.",
    "It rose in 1 of 3 steps.",
  ]);
  expect(said("sgd", stage, { lr: 0.1, T: 3, b: 1, seed: 0 })[0]).toMatch(
    /^2 steps of 4 rows: 8 rows read, 1 times .* The walk has left the picture \(arrow\)\. It has diverged\.$/,
  );
});

test("batches", () => {
  const own = Float32Array.from({ length: 2 * 4 * 3 }, (_, k) => k);
  const points = Float32Array.from([0, 1, 1, 1, 0, 1, 1, 1]);
  const stage = on({ ...BATCHES, init: [0], grid: [-1, 0, 1] }, { points, own, gap: Array(8).fill(7) });
  expect(said("batches", stage, { lr: 0.1, T: 2, b: 1, seed: 0 })).toEqual([
    "2 steps of 4 rows: 8 rows read, 1 times the data. At x = 1 all data say 7, this batch says 20.",
  ]);
});

describe("memory", () => {
  const lists = {
    n: [1000, 10 ** 6],
    d: [1, 196608],
    dtype: ["uint8", "float64"],
    b: [64, 2 ** 20],
    memory: [2 ** 34, 2 ** 50],
  };
  const spec = { values: lists, item: [1, 8], work: [8, 8], buffers: 2, here: 2 ** 50 };
  const at = (n, d, dtype, b, memory) => ({ n, d, dtype, b, memory });

  test("bytes are those of a count by hand", () => {
    const m = needs(spec, at(1, 1, 0, 0, 0));
    const [n, d, b] = [10 ** 6, 196608, 64];
    expect([m.data, m.targets, m.model]).toEqual([n * d, n, 8 * d]);
    expect([m.batch, m.converted, m.flight]).toEqual([b * d, 8 * b * d, 2 * b * d + 8 * b * d]);
    const all = n * d + n + 8 * d;
    expect([m.times, m.machines, m.updates]).toEqual([0, Math.ceil(all / 2 ** 34), 15625]);
    expect(m.largest * m.row + m.model).toBeLessThanOrEqual(2 ** 34);
    expect((m.largest + 1) * m.row + m.model).toBeGreaterThan(2 ** 34);
  });

  test.each([
    [
      at(1, 1, 0, 0, 0),
      /it needs 12 machines of 16 GiB\./,
      /24 MiB, and one of them converted to float64, 96 MiB: fits\. The largest b that fits is 8,737\./,
    ],
    [
      at(1, 1, 1, 1, 0),
      /float64, 1\.43 TiB\..* 92 machines/,
      /2 batches of 1,000,000 rows \(no batch is larger than n\), 2\.86 TiB: does not fit\..*: 1 update\.$/,
    ],
    [
      at(0, 0, 0, 0, 0),
      /it fits 8,555,711 times into the 16 GiB of the machine\./,
      /Even all rows as one batch fit\..*: 16 updates\.$/,
    ],
    [at(1, 1, 0, 0, 1), /it fits 5,726 times into the 1024 TiB of this machine\./, /./],
  ])("%o", (values, data, flight) => {
    const [first, second] = sentences(needs(spec, values)).map(plain);
    expect(first).toMatch(data);
    expect(second).toMatch(flight);
  });

  test("of a machine like this one", () => {
    const small = { ...spec, values: { ...lists, memory: [1000] }, here: 1000 };
    const [first, second] = sentences(needs(small, at(1, 1, 1, 0, 0))).map(plain);
    expect(first).toMatch(/machines of 1000 B like this one\.$/);
    expect(second).toContain("Not even one row fits");
  });
});
