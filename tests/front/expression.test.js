import { FormulaError, parse } from "../../gdlib/explore/front/compute/expression.js";

const at = (text, ...x) => parse(text, ["x", "y"].slice(0, Math.max(1, x.length))).value(x);

test.each([
  ["x**2 + 2*x + 3", [1], 6],
  ["-x**2", [3], -9],
  ["(-x)**2", [3], 9],
  ["2**-1", [0], 0.5],
  ["2**3**2", [0], 512],
  ["(2**3)**2", [0], 64],
  ["2**-x**2", [1], 0.5],
  ["-2**-2", [0], -0.25],
  ["x - 1 - 1", [5], 3],
  ["x/2/2", [8], 2],
  ["2*x**2", [3], 18],
  ["x**2*3", [3], 27],
  ["--x", [2], 2],
  ["+x - -x", [2], 4],
  ["6/2*(1 + 2)", [0], 9],
  ["1e-3 + .5 + 5. + 1E2 + 1_000", [0], 1105.501],
  ["x*y - y", [3, 4], 8],
  ["np.sin(np.pi/2) + math.exp(0)", [0], 2],
  ["log(e)", [0], 1],
  ["abs(x) + maximum(x, 1) + minimum(x, 1) + sign(x)", [-3], 3 + 1 - 3 - 1],
  ["max(x, y) - min(x, y) + pow(x, 2)", [3, 5], 11],
  ["arctan(1)*4 - math.atan(1)*4 + cosh(0) + sinh(0) + tanh(0) + log10(1000)", [0], 4],
  ["(-x)**3", [2], -8],
  ["x\n  + 1", [2], 3],
  ["２＊ｘ＊＊２", [3], 18],
  ["x − 1", [3], 2],
  ["x – １．５", [3], 1.5],
  [" x ", [3], 3],
])("%s at %j is %d", (text, x, expected) => {
  expect(at(text, ...x)).toBeCloseTo(expected, 12);
});

test.each([
  ["log(x)", -1, Number.NaN],
  ["1/x", 0, Number.POSITIVE_INFINITY],
  ["x**0.5", -1, Number.NaN],
  ["x**-1", 0, Number.POSITIVE_INFINITY],
  ["exp(x)", 1000, Number.POSITIVE_INFINITY],
  ["log(x)", 0, Number.NEGATIVE_INFINITY],
  ["x*log(x)", 0, Number.NaN],
  ["1**x", Number.NaN, 1],
])("%s at %d is %d, as in NumPy", (text, x, expected) => {
  expect(at(text, x)).toBe(expected);
});

test("operations come in Python's order, to the last digit", () => {
  expect(at("x + 0.2 + 0.3", 0.1)).toBe(0.1 + 0.2 + 0.3);
  expect(at("x + (0.2 + 0.3)", 0.1)).toBe(0.1 + (0.2 + 0.3));
  expect(at("0.1*x*3", 0.7)).toBe(0.1 * 0.7 * 3);
  expect(at("x**2", 0.1)).toBe(0.1 * 0.1);
});

// ---------------------------------------------------------------- derivatives

test.each([
  ["x**2 + 2*x + 3", 1, 4, 2],
  ["x**3 - 3*x", 0, -3, 0],
  ["x**3", -2, 12, -12],
  ["x**1", 0, 1, 0],
  ["x**0", 0, 0, 0],
  ["x**2", 0, 0, 2],
  ["7", 5, 0, 0],
  ["x", 5, 1, 0],
  ["-x", 5, -1, 0],
  ["1/x", 2, -0.25, 0.25],
  ["exp(2*x)", 0, 2, 4],
  ["sin(x)", 0, 1, 0],
  ["cos(x)", 0, 0, -1],
  ["tan(x)", 0, 1, 0],
  ["log(x)", 2, 0.5, -0.25],
  ["sqrt(x)", 4, 0.25, -1 / 32],
  ["2**x", 0, Math.LN2, Math.LN2 ** 2],
  ["x**x", 1, 1, 2],
  ["abs(x)", -2, -1, 0],
  ["abs(x)", 0, Number.NaN, 0],
  ["sqrt(x)", 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ["x**0.5", 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ["log(x)", -1, Number.NaN, Number.NaN],
  ["maximum(0, x)", 3, 1, 0],
  ["maximum(0, x)", -3, 0, 0],
  ["maximum(0, x)", 0, Number.NaN, 0],
  ["minimum(x, 0)", 0, Number.NaN, 0],
  ["minimum(x, x**2)", 3, 1, 0],
])("%s at %d has the derivatives %d and %d", (text, x, first, second) => {
  const formula = parse(text, ["x"]);
  for (const [found, expected] of [
    [formula.gradient([x])[0], first],
    [formula.hessian([x])[0][0], second],
  ])
    if (Number.isNaN(expected)) expect(found).toBeNaN();
    else expect(found).toBeCloseTo(expected, 12);
});

test("the gradient and the Hessian of a function of two numbers", () => {
  const f = parse("(1 - x)**2 + 100*(y - x**2)**2", ["x", "y"]);
  expect(f.gradient([-1, 2])).toEqual([2 * -2 + 400 * 1, 200]);
  expect(f.hessian([-1, 2])).toEqual([
    [2 + 1200 - 800, 400],
    [400, 200],
  ]);
  expect(parse("x*y**2", ["x", "y"]).hessian([3, 5])).toEqual([
    [0, 10],
    [10, 6],
  ]);
});

test("an infinite slope of one coordinate is none of the other's", () => {
  expect(parse("sqrt(x) + y**2", ["x", "y"]).gradient([0, 3])).toEqual([Number.POSITIVE_INFINITY, 6]);
  expect(parse("x**y", ["x", "y"]).gradient([-2, 2])).toEqual([-4, Number.NaN]);
  expect(parse("x**y", ["x", "y"]).gradient([0, 2])).toEqual([0, 0]);
});

test("results are the caller's own", () => {
  const f = parse("x**2 + y", ["x", "y"]);
  const [first, bend] = [f.gradient([1, 1]), f.hessian([1, 1])];
  f.gradient([5, 5]);
  f.hessian([5, 5]);
  expect(first).toEqual([2, 1]);
  expect(bend[0]).toEqual([2, 0]);
});

/** Numbers in [0, 1), the same in every run. @param {number} seed */
const random = (seed) => () => {
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return seed / 4294967296;
};
const SMOOTH = "sin cos tanh arctan exp sinh cosh expm1".split(" ");
const POSITIVE = "log sqrt log10 log2 log1p".split(" ");

/** A random formula, smooth around (0.6, 0.8). */
function grown(depth, next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  if (depth === 0) return pick(["x", "y", "x", "y", "pi", (4 * next() - 2).toFixed(3)]);
  const [a, b] = [() => grown(depth - 1, next), () => grown(depth - 1, next)];
  return pick([
    () => `(${a()} + ${b()})`,
    () => `${a()}*${b()}`,
    () => `(${a()} - ${b()})`,
    () => `(${a()})/(2 + (${b()})**2)`,
    () => `(${a()})**${pick([2, 3, -2])}`,
    () => `-${a()}`,
    () => `(1 + (${a()})**2)**(${b()})`,
    () => `${pick(SMOOTH)}(${a()}/3)`,
    () => `${pick(POSITIVE)}(1.5 + sin(${a()}))`,
    () => `arcsin(sin(${a()})/2) + arccos(cos(${b()})/2)`,
  ])();
}

test("200 random formulas against central differences", () => {
  const next = random(1);
  let compared = 0;
  for (let i = 0; i < 200; i++) {
    const text = grown(3, next);
    const f = parse(text, ["x", "y"]);
    const x = [0.6 + 0.2 * next(), 0.8 + 0.2 * next()];
    const [g, bend] = [f.gradient(x), f.hessian(x)];
    const size = Math.max(1, Math.abs(f.value(x)), ...g.map(Math.abs), ...bend.flat().map(Math.abs));
    if (!(size < 1e3)) continue;
    compared += 1;
    for (const k of [0, 1]) {
      const moved = (h) => x.map((c, i) => c + (i === k ? h : 0));
      const off = (f.value(moved(1e-5)) - f.value(moved(-1e-5))) / 2e-5 - g[k];
      expect(Math.abs(off), text).toBeLessThan(1e-4 * size);
      const [ahead, behind] = [f.gradient(moved(1e-5)), f.gradient(moved(-1e-5))];
      for (const l of [0, 1])
        expect(Math.abs((ahead[l] - behind[l]) / 2e-5 - bend[k][l]), text).toBeLessThan(1e-4 * size);
    }
  }
  expect(compared).toBeGreaterThan(120);
});

test.each(SMOOTH.concat(POSITIVE, "tan", "arcsin", "arccos", "abs"))("%s has the slope of its values", (name) => {
  const f = parse(`${name}(x)`, ["x"]);
  for (const x of [0.3, 0.7]) {
    const [slope, bend] = [f.gradient([x])[0], f.hessian([x])[0][0]];
    expect((f.value([x + 1e-5]) - f.value([x - 1e-5])) / 2e-5).toBeCloseTo(slope, 7);
    expect((f.gradient([x + 1e-5])[0] - f.gradient([x - 1e-5])[0]) / 2e-5).toBeCloseTo(bend, 6);
  }
});

// ---------------------------------------------------------------- what is wrong, and where

/** @param {string} text @param {string[]} names */
function fault(text, names) {
  try {
    parse(text, names);
  } catch (error) {
    expect(error).toBeInstanceOf(FormulaError);
    return [error.message, text.slice(error.at, error.at + error.length)];
  }
  return null;
}

test.each([
  ["", "write a formula of x, such as x**2", ""],
  ["  ", "write a formula of x, such as x**2", "  "],
  ["x^2", "Python writes x**2 for a power", "^"],
  ["x² + 1", "Python writes x**2 for a power", "²"],
  ["1 + 2x", "write 2*x for times", "2x"],
  ["2 (x + 1)", "write 2*( for times", "2 ("],
  ["x(x + 1)", "write x*( for times", "x("],
  ["(x)(x)", "write )*( for times", ")("],
  ["xx", "write x*x for times", "xx"],
  ["1 2", "an operator is missing between two numbers", "1 2"],
  ["sin x", "write brackets after sin: sin(x)", "sin"],
  ["1 + np.sin", "write brackets after sin: sin(x)", "np.sin"],
  ["ln(x)", "Python writes log(x) for the natural logarithm", "ln"],
  ["1 + sinx", "did you mean sin(x)?", "sinx"],
  ["np.sqrtx", "did you mean sqrt(x)?", "np.sqrtx"],
  ["sinz", "there is no sinz here: use x", "sinz"],
  ["x + z", "there is no z here: use x", "z"],
  ["x + y", "there is no y here: use x", "y"],
  ["X", "there is no X here: use x", "X"],
  ["ㅌ**2", "there is no ㅌ here: use x", "ㅌ"],
  ["constructor", "there is no constructor here: use x", "constructor"],
  ["toString(x)", "there is no function toString here: use exp, log, sqrt, sin, cos, tan, abs, tanh …", "toString"],
  ["(x + 1", "this bracket is never closed: a ) is missing", "("],
  ["sin((x)", "this bracket is never closed: a ) is missing", "("],
  ["x + 1)", "this bracket was never opened: a ( is missing", ")"],
  ["x +", "something is missing after +", "+"],
  ["x + * 2", "something is missing after +", "+"],
  ["x * * 2", "something is missing after *", "*"],
  ["* x", "something is missing before *", "*"],
  ["()", "something is missing after (", "("],
  ["sin()", "something is missing after (", "("],
  ["0,5*x", "write a point: 0.5", ","],
  ["x, 2", "a comma stands only between the arguments of a function", ","],
  ["maximum(x)", "maximum takes two numbers: maximum(x, 0)", ")"],
  ["sin(x, 2)", "sin takes one number: sin(x)", ")"],
  ["f(x) = x**2", "there is no function f here: use exp, log, sqrt, sin, cos, tan, abs, tanh …", "f"],
  ["x = 2", "write only what stands to the right of =", "="],
  ["lambda x: x**2", "write only what stands after the colon", "lambda"],
  ["x//2", "a whole quotient or a remainder is no smooth formula: divide with /", "//"],
  ["x < 2", "a comparison is no formula: write + - * / ** and functions such as sin(x)", "<"],
  ["x[0]", "write round brackets, and x and y for the coordinates", "["],
  ["x × 2", "write * for times", "×"],
  ["√x", "write sqrt(x) for a root", "√"],
  ["|x|", "write abs(x) for |x|", "|"],
  ["π*x", "Python writes pi", "π"],
  ["x $ 2", "$ is no part of a formula", "$"],
  ["ｘ＾２", "Python writes x**2 for a power", "＾"],
])("%s: %s", (text, message, place) => {
  expect(fault(text, ["x"])).toEqual([message, place]);
});

test("two names are told as two", () => {
  expect(fault("x + z", ["x", "y"])).toEqual(["there is no z here: use x and y", "z"]);
  expect(fault("3xy", ["x", "y"])).toEqual(["write x*y for times", "xy"]);
});

test("many brackets are an answer too, and a long sum is no trouble", () => {
  const deep = `${"(".repeat(50_000)}x${")".repeat(50_000)}`;
  expect(fault(deep, ["x"])?.[0]).toBe("so many brackets within brackets cannot be read");
  const long = parse(Array(5000).fill("x").join(" + "), ["x"]);
  expect([long.value([2]), long.gradient([2])[0]]).toEqual([10_000, 5000]);
});

test("a walk of 1,000 gradients is well within a frame", () => {
  const f = parse("(x**2 + y - 11)**2 + (x + y**2 - 7)**2 + sin(x*y)/2", ["x", "y"]);
  const walk = () => {
    let [x, y] = [0.5, 0.5];
    for (let t = 0; t < 1000; t++) {
      const g = f.gradient([x, y]);
      [x, y] = [x - 1e-3 * g[0], y - 1e-3 * g[1]];
    }
    return x + y;
  };
  for (let i = 0; i < 20; i++) walk();
  const times = Array.from({ length: 15 }, () => {
    const from = performance.now();
    walk();
    return performance.now() - from;
  });
  expect(Math.min(...times)).toBeLessThan(10);
});
