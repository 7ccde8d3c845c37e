import { objective } from "../../gdlib/explore/front/compute/objectives.js";
import { difference } from "../../gdlib/explore/front/compute/walks.js";

// y = 1 + 2x with residuals 0, 1, −1 at β = (1, 2)
const line = { X: Float64Array.of(1, 0, 1, 1, 1, 3), y: Float64Array.of(1, 4, 6) };
const table = (scale) => objective({ of: "table", scale, d: 2 }, line);

describe("a table", () => {
  // half-sum by hand: ½(1 + 1) = 1; −Xᵀr = (−(0 + 1 − 1), −(0 + 1 − 3)) = (0, 2); XᵀX = (3, 4; 4, 10)
  test.each([
    ["half-sum", 1],
    ["sum", 2],
    ["half-mean", 1 / 3],
    ["mean", 2 / 3],
  ])("%s is ½‖r‖² times %d, its gradient −Xᵀr and its Hessian XᵀX as well", (scale, factor) => {
    const { d, n, value, gradient, hessian } = table(scale);
    expect([d, n, value([1, 2])]).toEqual([2, 3, factor]);
    expect(gradient([1, 2])).toEqual([0, 2 * factor]);
    for (const [k, v] of [3, 4, 4, 10].entries()) expect(hessian().flat()[k]).toBeCloseTo(v * factor, 12);
  });

  test.each(["half-sum", "sum", "half-mean", "mean"])("%s: some rows stand for all of them", (scale) => {
    const { value, gradient } = table(scale);
    const mean = (parts) => parts.reduce((sum, v) => sum + v, 0) / parts.length;
    const beta = [0.5, -1];
    const rows = [[0], [1], [2]];
    expect(mean(rows.map((row) => value(beta, row)))).toBeCloseTo(value(beta), 12);
    for (const k of [0, 1]) expect(mean(rows.map((row) => gradient(beta, row)[k]))).toBeCloseTo(gradient(beta)[k], 12);
    expect(value(beta, Uint16Array.of(2, 0, 1))).toBeCloseTo(value(beta), 12);
  });

  test("row 1 alone: 3 · ½ · 1², and 3 · −(1, 1) · 1", () => {
    expect(table("half-sum").value([1, 2], [1])).toBe(1.5);
    expect(table("half-sum").gradient([1, 2], [1])).toEqual([-3, -3]);
    expect(table("mean").gradient([1, 2], [1])).toEqual([-2, -2]);
  });
});

describe("a sine", () => {
  const wave = (digits) => objective({ of: "sine", digits }, { t: Float64Array.of(1, 2), y: Float64Array.of(0.5, 1) });

  test("at ω = 0 the errors are y: ¼(0.25 + 1), slope −½(0.5 · 1 + 1 · 2)", () => {
    const { d, n, value, gradient } = wave(null);
    expect([d, n, value([0]), gradient([0])]).toEqual([1, 2, 0.3125, [-1.25]]);
    expect([value([0], [1]), gradient([0], [1])]).toEqual([0.5, [-2]]);
  });

  test("the slope is that of the value, also of some rows", () => {
    const { value, gradient } = wave(null);
    for (const rows of [undefined, [0], [1, 0]])
      expect(gradient([0.7], rows)[0]).toBeCloseTo(difference((x) => value(x, rows), [0.7])[0], 8);
  });

  test("is rounded to its digits; of two numbers as near the even one is taken", () => {
    expect(wave(1).gradient([0])).toEqual([-1.2]);
    expect(wave(0).gradient([0], [0])).toEqual([-0]); // −0.5
    const rounded = (y) => -objective({ of: "sine", digits: 0 }, { t: [1], y: [y] }).gradient([0])[0];
    expect([0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, 0.4, 2.6].map((y) => rounded(y) + 0)).toEqual([
      0, 2, 2, 4, 0, -2, -2, 0, 3,
    ]);
  });
});

describe("a grid", () => {
  const grid = (height, rows = 5, columns = 6) => {
    const heights = Array.from({ length: rows * columns }, (_, k) =>
      height((k % columns) - 1, Math.floor(k / columns) - 1),
    );
    return objective({ of: "grid", rows, columns, dx: 10, dy: 20, x: 100, y: 40 }, { heights });
  };
  const at = (i, j) => [100 + 10 * i, 40 + 20 * j];

  test("a plane is itself, with its slopes", () => {
    const plane = grid((i, j) => 3 + 2 * i - 5 * j);
    for (const [i, j] of [
      [0, 0],
      [0.25, 1.5],
      [3, 2],
      [2.9, 0.1],
    ]) {
      expect(plane.value(at(i, j))).toBeCloseTo(3 + 2 * i - 5 * j, 12);
      expect(plane.gradient(at(i, j)).map((v) => Number(v.toFixed(12)))).toEqual([0.2, -0.25]);
    }
  });

  test("passes through the heights; squares too are exact (Keys), cubes are not", () => {
    const square = grid((i, j) => i * i + 3 * j * j - i * j);
    expect(square.value(at(1, 2))).toBe(11);
    expect(square.value(at(1.5, 0.5))).toBeCloseTo(2.25 + 0.75 - 0.75, 12);
    expect(square.gradient(at(1.5, 0.5))[0]).toBeCloseTo(0.25, 12); // (2i − j)/10
    expect(square.gradient(at(1.5, 0.5))[1]).toBeCloseTo(0.075, 12); // (6j − i)/20
    // by hand, Keys halfway between 0 and 1: (−(−1) + 9 · 0 + 9 · 1 − 8)/16
    expect(grid((i) => i ** 3).value(at(0.5, 0))).toBeCloseTo(2 / 16, 12);
  });

  test("ends one row and one column before the heights do", () => {
    const { d, value, gradient } = grid(() => 7);
    expect(d).toBe(2);
    for (const [i, j] of [
      [0, 0],
      [3, 2],
      [0, 2],
      [3, 0],
    ])
      expect(value(at(i, j))).toBe(7);
    for (const [i, j] of [
      [-0.01, 1],
      [3.01, 1],
      [1, -0.01],
      [1, 2.01],
      [Number.NaN, 1],
    ]) {
      expect(value(at(i, j))).toBeNaN();
      expect(gradient(at(i, j))).toEqual([Number.NaN, Number.NaN]);
    }
  });
});

describe("a formula", () => {
  const made = (gradient) => objective({ of: "formula", names: ["x", "y"], f: "x**2 + 3*x*y", gradient }, {});

  test("is differentiated", () => {
    const { d, value, gradient, hessian } = made(null);
    expect([d, value([2, 1]), gradient([2, 1]), hessian([2, 1])]).toEqual([
      2,
      10,
      [7, 6],
      [
        [2, 3],
        [3, 0],
      ],
    ]);
  });

  test("or keeps the gradient that it brings, right or not, with its curvature", () => {
    const { value, gradient, hessian } = made(["2*x", "x**2"]);
    expect([value([2, 1]), gradient([2, 1]), hessian([2, 1])]).toEqual([
      10,
      [4, 4],
      [
        [2, 0],
        [4, 0],
      ],
    ]);
  });
});
