import * as said from "../../gdlib/explore/front/compute/words.js";

describe("numbers as readers see them", () => {
  test.each([
    [0, "0"],
    [4, "4"],
    [-0.25, "−0.25"],
    [1 / 3, "0.3333"],
    [123456.7, "123500"],
    [999999, "1000000"],
    [1e6, "1e6"],
    [1234567, "1.23e6"],
    [0.001, "0.001"],
    [0.00098765, "9.88e−4"],
    [-1e-12, "−1e−12"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
    [Number.NaN, "not a number"],
    [null, "not a number"],
  ])("%d is %s", (value, expected) => {
    expect(said.words(value)).toBe(expected);
  });

  test("are as near as their digits allow", () => {
    for (let k = 0; k < 500; k++) {
      const value = (((k * 7919) % 1000) - 500.5) * 10 ** ((k % 25) - 12);
      const read = Number(said.words(value).replaceAll("−", "-"));
      expect(Math.abs(read - value)).toBeLessThanOrEqual(0.0051 * Math.abs(value));
    }
  });

  test("points, counts, powers", () => {
    expect(said.place([2.5])).toBe("x = 2.5");
    expect(said.place([-1, 1 / 3], 2)).toBe("(−1, 0.33)");
    expect([0, 1, 2].map((n) => said.counted(n))).toEqual(["0 steps", "1 step", "2 steps"]);
    expect(said.grouped(8555711)).toBe("8,555,711");
    const powers = [0.01, 0.1, 1, 1000, 1e4, 1e-3, 1e-12, 1e20];
    expect(powers.map(said.power).join()).toBe("0.01,0.1,1,1000,10⁴,10⁻³,10⁻¹²,10²⁰");
    expect(said.plain("<b>&")).toBe("&#60;b&#62;&#38;");
  });

  test.each([
    ["x / (2*(2 - 2*x))", 0.2, "0.2 / (2 · (2 − 2 · 0.2))"],
    ["x**4 - 3*x ** 2 + exp(x)", -1.5, "(−1.5)<sup>4</sup> − 3 · (−1.5)<sup>2</sup> + exp(−1.5)"],
    ["2**x", 3, "2<sup>3</sup>"],
  ])("%s with a number in it", (formula, x, expected) => {
    expect(said.valued(formula, x)).toBe(expected);
  });

  test("what is taken off", () => {
    expect([2, -2.5, 0].map((v) => `x${said.less(v)}`)).toEqual(["x − 2", "x + 2.5", "x − 0"]);
  });

  // the examples in the docstring of gdlib.scale.memory.readable, and each border between two units
  test.each([
    [1_677_722, "1.6 MiB"],
    [183.1 * 2 ** 30, "183 GiB"],
    [1023 * 2 ** 20, "1023 MiB"],
    [512, "512 B"],
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [1023.4 * 1024, "1023 KiB"],
    [1023.6 * 1024, "1 MiB"],
    [2 ** 50, "1024 TiB"],
    [8e15, "7276 TiB"],
  ])("%d bytes are %s", (count, expected) => {
    expect(said.bytes(count)).toBe(expected);
  });
});
