import { groundOf } from "../../gdlib/explore/front/compute/ground.js";
import { panel } from "../../gdlib/explore/front/compute/layout.js";
import { theory, verdict } from "../../gdlib/explore/front/explorers/descent.js";
import { explorers } from "../../gdlib/explore/front/explorers/index.js";
import { needs, sentences } from "../../gdlib/explore/front/explorers/memory.js";

const axes = (x, y, more) => ({ x, y, xlabel: "", ylabel: "", logx: false, logy: false, ...more });
const formula = (f, gradient = null, names = ["x"]) => ({ of: "formula", names, f, gradient });

/** What view.js makes of a spec: the pictures are 100 pixels wide and high, the side one 200 to the right. */
function on(kind, more, values = {}, arrays = {}) {
  const spec = { kind, main: axes([-5, 5], [-5, 5]), side: axes([0, 9], [0.1, 9]), initial: values, ...more };
  const ground = groundOf(spec, arrays, values.formula ?? "");
  const known = { spec, arrays, ground };
  const made = {
    main: ground?.main ?? spec.main,
    side: spec.side,
    best: 0,
    ...explorers[kind].prepare?.(known, values),
  };
  const [main, side] = [made.main, made.side].map((at, k) => panel(at, { x: 200 * k, y: 0, w: 100, h: 100 }));
  const strip = {
    x: 0,
    y: 0,
    w: 100,
    X: panel(axes([0.01, 1], [0, 1], { logx: true }), { x: 0, y: 0, w: 100, h: 9 }).X,
  };
  return { ...known, ...made, main, side, strip, lit: "", pointed: null };
}
const plain = (text) => text.replace(/<\/?\w+>/g, "");
const chosen = (kind, more, values, arrays, pointed = null) =>
  explorers[kind].select({ ...on(kind, more, values, arrays), pointed }, values, false);
const said = (...asked) => chosen(...asked).text.map(plain);
const told = ({ formula }) => plain(formula.map((term) => term.text ?? term).join(""));
const handle = ({ handles }, name) => handles.find((one) => one.name === name);

describe("secant", () => {
  const spec = { subject: formula("x**2", ["2*x"]), hs: [0.01, 1] };
  const values = { h: 0.1, init: [1], formula: "" };
  test("words and formula", () => {
    expect(said("secant", spec, values)).toEqual([
      "Secant over h = 0.100: slope 2.1. Tangent at x = 1: slope 2.",
      "Difference: 0.1.",
    ]);
    expect(told(chosen("secant", spec, values))).toBe("(f(1.1) − f(1)) / 0.1 = (1.21 − 1) / 0.1 = 2.1");
  });
  test("its second point sets h, within the slider; its first one where it touches", () => {
    const selected = chosen("secant", spec, values);
    const second = handle(selected, "second point of the secant");
    expect(second.at[0]).toBeCloseTo(61); // x = 1.1 of −5 to 5 on 100 pixels
    expect(second.move([65, 0])).toEqual({ h: 0.5 });
    expect([second.move([0, 0]), second.move([99, 0])]).toEqual([{ h: 0.01 }, { h: 1 }]);
    expect(handle(selected, "point of the tangent").move([70, 50])).toEqual({ init: [2] });
  });
  test("where there is no derivative", () => {
    expect(said("secant", { ...spec, subject: formula("abs(x)") }, { ...values, init: [0] })[0]).toContain(
      "slope not a number.",
    );
  });
});

test.each([
  [-1, "Falling: f grows to the left."],
  [0, "Level: neither way is up."],
  [2, "Rising: f grows to the right."],
])("tangent at %d: %s", (x, expected) => {
  const spec = { subject: formula("x**2") };
  expect(said("tangent", spec, { x, formula: "" })[1]).toBe(expected);
  expect(handle(chosen("tangent", spec, { x, formula: "" }), "point of the tangent").move([80, 0])).toEqual({ x: 3 });
});

test("tangent where there is none", () => {
  expect(said("tangent", { subject: formula("abs(x)") }, { x: 0, formula: "" })[1]).toBe("No derivative here.");
});

test.each([
  [0, "3, uphill", "0°", "53.1°"],
  [360, "3, uphill", "360°", "53.1°"],
  [90, "4, uphill", "90°", "36.9°"],
  [-90, "−4, downhill", "270°", "143°"],
])("direction %d", (angle, way, shown, away) => {
  const spec = { subject: formula("3*x + 4*y", null, ["x", "y"]) };
  const values = { angle, init: [1, 2], formula: "" };
  const [first, second] = said("direction", spec, values);
  expect(first).toBe(`At (1, 2), direction ${shown}: slope ${way}.`);
  expect(second).toBe(`The gradient points to 53.1°, ${away} away; no slope is larger than its length, 5.`);
  expect(told(chosen("direction", spec, values))).toBe(`‖∇f‖ = 5 · cos ${away} = ${way.split(",")[0]}`);
});

test("the dial's slopes check the gradient, and do not use it; both its handles", () => {
  const wrong = formula("3*x + 4*y", ["-3", "-4"], ["x", "y"]);
  const selected = chosen("direction", { subject: wrong }, { angle: 90, init: [1, 2], formula: "" });
  expect(plain(selected.text[0])).toContain("slope 4, uphill");
  expect(selected.shown.gradient).toEqual([-3, -4]);
  const [x, y] = handle(selected, "point").at;
  expect([x, y]).toEqual([60, 30]);
  expect(handle(selected, "tip of the arrow").move([x - 10, y])).toEqual({ angle: 180 });
  expect(handle(selected, "point").move([0, 100])).toEqual({ init: [-5, -5] });
});

describe("a walk", () => {
  const spec = {
    subject: formula("x**2", ["2*x"]),
    rates: [0.01, 1],
    T_max: 60,
    ascent: false,
    L: 2,
    mu: 2,
    lowest: null,
    fit: false,
  };
  const values = { lr: 0.25, T: 40, eps: 0.1, init: [3], formula: "" };
  test("ends, is handled and says its formula", () => {
    const selected = chosen("descent", spec, values);
    expect(selected.shown).toMatchObject({ steps: 6, stop: "converged", final: [0.046875], L: 2 });
    expect(told(selected)).toBe("1 − ηL = 1 − 0.25 · 2 = 0.5; ‖∇f‖ = 0.0938 ≤ ε = 0.1");
    expect(handle(selected, "start").move([60, 0])).toEqual({ init: [1] });
    expect(handle(selected, "start").move([500, 0])).toEqual({ init: [5] });
    expect(handle(selected, "learning rate").at[0]).toBeCloseTo(50 * Math.log10(25));
    expect(handle(selected, "learning rate").move([50, 90])).toEqual({ lr: 0.1 });
    expect(handle(selected, "learning rate").move([-50, 0])).toEqual({ lr: 0.01 });
  });
  test("by another method nothing is said of descent's edge", () => {
    const ball = chosen("descent", spec, { ...values, method: 1, beta: 0.5 });
    expect(ball.shown).toMatchObject({ stop: "converged" });
    expect(ball.shown.steps).not.toBe(6);
    expect(plain(ball.text[1])).toBe("");
    expect(told(ball)).toMatch(/^‖∇f‖ = .* ≤ ε = 0.1$/);
  });
  test("shows in both pictures the update that is pointed at in one", () => {
    const inside = { ...values, init: [2] };
    const at = (pointed) => chosen("descent", spec, inside, undefined, pointed).shown.update;
    const { pixel, steps } = chosen("descent", spec, inside).shown;
    const beside = on("descent", spec, inside).side;
    expect(steps).toBe(6);
    expect([at(pixel), at([pixel[0], pixel[1] - 40]), at(null)]).toEqual([6, -1, -1]);
    expect([2.4, 6, 9].map((k) => at([beside.X(k), 50]))).toEqual([2, 6, 6]);
  });
  test("on the reader's own function: its curvature is measured on the way", () => {
    const mine = { ...values, formula: "x**4", lr: 0.01, init: [1] };
    const selected = chosen("descent", spec, mine);
    expect(selected.shown.L).toBeCloseTo(12);
    expect(plain(selected.text[1])).toMatch(
      /^On this walk the curvature is at most L = 12, at least .*; 2\/L = 0\.167, and lr is below it\.$/,
    );
  });
  test("on a map: the numbers of its formula go together, and what was not looked at is said", () => {
    const mine = { ...values, formula: "0.00501925*x**2", lr: 100, init: [3], T: 3 };
    expect(told(chosen("descent", spec, mine))).toContain("1 − ηL = 1 − 100 · 0.01004 = −0.004;");
    const away = chosen("descent", spec, { ...values, formula: "x**3 - x", lr: 0.05, init: [-1], T: 60 });
    expect(plain(away.text[1])).toMatch(
      /^Where this walk was looked at .* but outside of the picture nobody has looked\.$/,
    );
    const late = chosen("descent", spec, { ...values, formula: "x**4", lr: 0.045, init: [2], T: 40, eps: 0.5 });
    expect(plain(late.text[1])).toContain("lr is above it, and yet it converges");
  });
  test.each([
    ["x**3 - 3*x", [-2.2, 2.2], false, false], // f falls for ever on the left
    ["x**3 - 3*x", [-1.9, 2.2], false, true],
    ["x**3 - 3*x", [-1.9, 2.2], true, false],
    ["x**3 - 3*x", [-1.9, 1.9], true, true],
    ["x**2 + 2*x + 3", [-1, 3], false, true], // the minimum itself is on the border
  ])("%s on %o, ascent %s: is its height measured from a lowest one? %s", (f, x, ascent, bounded) => {
    const asked = { ...spec, L: null, subject: formula(f), ascent, main: axes(x, [-9, 9]) };
    expect(on("descent", asked, { ...values, lr: 0.05, init: [0.5] }).bounded).toBe(bounded);
  });
  test("a line is fitted: its ends turn it", () => {
    const arrays = { X: Float64Array.from([1, 0, 1, 1, 1, 2]), y: Float64Array.from([1, 3, 5]) };
    const asked = {
      ...spec,
      subject: { of: "table", scale: "half-sum", d: 2 },
      fit: true,
      side: axes([0, 2], [0, 6]),
      lowest: 0,
    };
    const selected = chosen("descent", asked, { ...values, init: [1, 1], lr: 0.1, T: 3 }, arrays);
    expect(told(selected)).toMatch(/^−Xᵀr = \(.*\) at β = \(.*\); ‖∇f‖ = .* > ε = 0.1$/);
    const right = handle(selected, "right end of the start's line");
    expect(right.at[0]).toBeCloseTo(292); // 8 % from the right end
    const { init } = right.move([292, 0]); // up to 6, while the left end stays at 1.16
    expect(init[0] + init[1] * 1.84).toBeCloseTo(6);
    expect(init[0] + init[1] * 0.16).toBeCloseTo(1.16);
  });
});

describe("descent", () => {
  const norms = [6, 3, 0.5];
  const walk = (more) => ({
    steps: 2,
    stop: "exhausted",
    final: [0.25],
    rate: 0.5,
    norms,
    height: () => 0.0625,
    ...more,
  });
  test.each([
    [{ stop: "converged" }, 1, "Converged after 2 steps at x = 0.25, f = 0.0625: |gradient| = 0.5 ≤ eps."],
    [{}, 0.1, "Out of steps after 2 steps at x = 0.25, f = 0.0625: |gradient| = 0.5, above eps = 0.1."],
    [{ stop: "diverged" }, 0.1, "Diverged after 2 steps at x = 0.25: the next number is too large for the computer."],
    [
      { stop: "diverged", norms: [6, 3, Number.NaN] },
      0.1,
      "Diverged after 2 steps at x = 0.25: there is no gradient there.",
    ],
    [
      { norms: [0.5, 3, 6] },
      0.1,
      "Out of steps after 2 steps at x = 0.25, f = 0.0625: |gradient| = 6, above eps = 0.1 and |gradient| has grown from 0.5.",
    ],
    [{ steps: 1 }, 0.1, "Out of steps after 1 step at x = 0.25, f = 0.0625: |gradient| = 3, above eps = 0.1."],
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
  // ½(1 − β)² and its double: from 0 with lr = 1 the one arrives at once, the other swings for ever
  const spec = { names: ["half-sum", "sum"], edges: [2, 1], rates: [0.1, 4], T_max: 3, best: [1] };
  const arrays = { X: Float64Array.from([1]), y: Float64Array.from([1]) };
  const values = { lr: 1, T: 3, init: [0] };
  const selected = chosen("losses", spec, values, arrays);
  expect(selected.shown.ends).toEqual([0, 1]);
  expect(said("losses", spec, { ...values, lr: 1.5 }, arrays)).toEqual([
    "lr = 1.5, after 3 steps, from the solution: half-sum 0.125 away; sum 8 away, above its 2/L = 1.",
  ]);
  expect(told(selected)).toBe("2/L: half-sum 2; sum 1");
  expect(handle(selected, "learning rate").move([9999, 0])).toEqual({ lr: 4 });
});

describe("batches", () => {
  const rows = { X: Float64Array.from([1, 0, 0, 1]), y: Float64Array.from([1, 1]) };
  const arrays = { ...rows, orders: Uint16Array.from([1, 0, 0, 1]) };
  const common = { n: 2, batch_sizes: [1, 2], seeds: [7], T_max: 3, lowest: 0 };

  test("sgd", () => {
    // mean of ½(yᵢ − βᵢ)²: a batch of one row moves its own coefficient by lr
    const spec = { ...common, subject: { of: "table", scale: "half-mean", d: 2 } };
    const values = { lr: 0.5, T: 2, b: 0, seed: 0, init: [0, 0] };
    const selected = chosen("sgd", spec, values, arrays);
    expect(selected.shown.final).toEqual([0.5, 0.5]);
    expect(selected.text.map(plain)).toEqual([
      "2 steps of 1 row: 2 rows read, 1 times the data. At (0.5, 0.5), the loss of all data is 0.125 above its minimum.",
      "It rose in 0 of 2 steps.",
    ]);
    expect(told(selected)).toBe("next: batch of 1: ∇fB = (−0.5, 0), all rows: ∇f = (−0.25, −0.25), 45° apart");
    expect(said("sgd", spec, { ...values, b: 1, lr: 1e150, T: 3 }, arrays)[0]).toMatch(
      /^2 steps of 2 rows: 4 rows read, 2 times .* The walk has left the picture \(arrow\)\. It has diverged\.$/,
    );
    expect(handle(selected, "start").move([100, 0])).toEqual({ init: [5, 5] });
  });

  test("each batch has its own objective", () => {
    const waves = { t: Float64Array.from([1, 2]), y: Float64Array.from([0, 1]), orders: arrays.orders };
    const spec = { ...common, subject: { of: "sine", digits: null } };
    const selected = chosen("batches", spec, { lr: 0.1, T: 0, b: 0, seed: 0, init: [0] }, waves);
    expect(selected.text.map(plain)).toEqual([
      "0 steps of 1 row: 0 rows read, 0 times the data. At x = 0 all data say 0.25, this batch says 0.5.",
    ]);
    expect(handle(selected, "start").move([90, 0])).toEqual({ init: [4] });
  });
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

  test("the end of the data's bar sets the rows, the line the memory; a key reaches the next value", () => {
    const main = axes([2 ** 10, 2 ** 53], [0, 3], { logx: true });
    const rows = [342, 1000, 1500, 2000, 3000, 5000, 7000, 10_000];
    const values = { ...lists, n: rows, memory: [2 ** 33, 2 ** 34, 2 ** 35] };
    const from = (/** @type {number} */ n) => chosen("memory", { ...spec, values, main }, at(n, 1, 0, 0, 1));
    expect(handle(from(7), "rows").says).toBe("1.83 GiB");
    for (const n of rows.keys()) {
      const { at: place, step, move } = handle(from(n), "rows");
      expect(move(place)).toEqual({ n });
      expect(move([place[0] + step, 0]).n).toBeGreaterThan(n < 7 ? n : 6);
      expect(move([place[0] - step, 0]).n).toBeLessThan(n || 1);
    }
    const { at: edge, step, move } = handle(from(0), "memory");
    expect([-1, 0, 1].map((k) => move([edge[0] + k * step, 0]))).toEqual([0, 1, 2].map((memory) => ({ memory })));
  });

  test("of a machine like this one", () => {
    const small = { ...spec, values: { ...lists, memory: [1000] }, here: 1000 };
    const [first, second] = sentences(needs(small, at(1, 1, 1, 0, 0))).map(plain);
    expect(first).toMatch(/machines of 1000 B like this one\.$/);
    expect(second).toContain("Not even one row fits");
  });
});
