import { decode, judged, parsed, within } from "../../gdlib/explore/front/compute/judge.js";

const ask = (more) => ({ question: "?", choices: null, unit: "", rtol: 0, atol: 0, ...more });

test.each([
  ["3.00", 3],
  ["0,5", 0.5],
  ["−2", -2],
  ["1e-3", 0.001],
  ["", Number.NaN],
  ["  ", Number.NaN],
  ["about 4", Number.NaN],
  ["1/0", Number.NaN],
  ["Infinity", Number.NaN],
  ["1,000", 1000],
  ["1,000,000", 1_000_000],
  ["-12,345.5", -12_345.5],
  ["1.000.000", 1_000_000],
  ["1.234,5", 1234.5],
  ["0,125", 0.125],
  ["1,0000", 1],
  ["12,34", 12.34],
  ["1,2,3", Number.NaN],
  ["1,00,000", Number.NaN],
  ["1 000 000", 1_000_000],
  ["1_000", 1000],
  ["10 00", Number.NaN],
  ["１，０００", 1000],
  ["３．５", 3.5],
  ["–2", -2],
  ["3·10^4", 30_000],
  ["2 × 10^-3", 0.002],
  ["2*10**3", 2000],
  [".5", 0.5],
  ["5.", 5],
  ["0x10", Number.NaN],
  ["1e400", Number.NaN],
])("%s is typed: %d", (typed, expected) => {
  expect(parsed(typed)).toBe(expected);
});

test("a kept answer is base64 of JSON, letters beyond ASCII included", () => {
  const encoded = (value) => Buffer.from(JSON.stringify(value), "utf8").toString("base64");
  for (const value of [41, "down `x` − β₀", 1e-300]) expect(decode(encoded(value))).toBe(value);
});

test("right within rtol · |answer| + atol", () => {
  for (const truth of [-3.7, 0.01, 12.5, 4e5])
    for (const [rtol, atol] of [
      [0.1, 0],
      [0, 2.5],
      [0.05, 0.5],
    ])
      for (const share of [-1.01, -0.99, 0.5, 0.99, 1.01]) {
        const given = String(truth + share * (rtol * Math.abs(truth) + atol));
        const { right } = judged(ask({ rtol, atol }), given, truth);
        expect(right).toBe(Math.abs(share) < 1);
      }
});

test("a count is right only if exact", () => {
  const count = ask({ atol: 0.1 });
  expect(judged(count, "1", 1).verdict).toBe("✓ Right.");
  expect(judged(count, "1.05", 1).right).toBe(false);
  expect(judged(count, "15624", 15625).right).toBe(false);
  expect(within(count, 1)).toBe("only if exact");
  expect(within(ask({ atol: 1 }), 1)).toBe("within ±1");
  expect(within(ask({ rtol: 0.1, atol: 2, unit: "m" }), 1)).toBe("within ±10 % + 2 m");
  expect(within(ask({}), 1.5)).toBe("within ±0");
});

test("a choice is right or not, and nothing is off", () => {
  const choice = ask({ choices: ["up", "down"], unit: "s" });
  expect(judged(choice, "up", "down")).toEqual({
    right: false,
    answer: "You said up s. The answer is down s.",
    verdict: "✗ Not this time.",
  });
  expect(judged(choice, "down", "down").right).toBe(true);
});

test("what is said has readable numbers", () => {
  const off = judged(ask({ rtol: 0.25, unit: "m per m" }), "0,5", 0.596729);
  expect(off.answer).toBe("You said 0,5 m per m. The answer is 0.5967 m per m.");
  expect(off.verdict).toBe("✓ Right. You are off by 0.0967 (16.2 %); right is within ±25 %.");
  expect(judged(ask({ rtol: 0.1 }), "15600", 15625).answer).toContain("The answer is 15625.");
  expect(judged(ask({ rtol: 0.05 }), "4", 0.04).verdict).toContain("off by 3.96; right"); // no share of 9900 %
  expect(judged(ask({ rtol: 0.1 }), "1e-4", 1e-4 * (1 + 2e-12)).verdict).toBe("✓ Right.");
  expect(judged(ask({ atol: 1 }), "3.00", 0).verdict).toBe("✗ Not this time. You are off by 3; right is within ±1.");
});
