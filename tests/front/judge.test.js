import {
  decode,
  judged,
  judgedCurve,
  judgedWalk,
  parsed,
  placing,
  turns,
  within,
} from "../../gdlib/explore/front/compute/judge.js";

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

// ---------------------------------------------------------------- drawn lines

const AXES = { x: [0, 20], y: [0, 10], xlabel: "step", ylabel: "loss", logx: false, logy: false };
const sheet = (more) => ({ axes: AXES, known: [[0, 4]], minima: [], ...more });
const truth = Array.from({ length: 21 }, (_, k) => [k, 4 + Math.sin(k)]);

test("a curve that is drawn exactly has 100, and no word of too high or too low", () => {
  const { score, answer, verdict } = judgedCurve(sheet(), truth, truth);
  expect(score).toBe(100);
  expect(answer).toContain("On average you were neither too high nor too low");
  expect(verdict).toBe("Score 100 of 100: the mean gap is 0 % of the picture's height; 25 % gives 0.");
});

test("the score of a curve is 100 · (1 − 4 · gap), and its words have the sign and the units", () => {
  for (const [by, score, said] of [
    [0.25, 90, "it is 4.91. Moved down by that, your curve would get 100."],
    [0.5, 80, "You were 0.5 too high on average"],
    [-1, 60, "You were 1 too low on average"],
    [-1, 60, "Moved up by that, your curve would get 100."],
    [2, 20, "You were 2 too high on average"],
    [-3, 0, "You were 3 too low on average"],
  ]) {
    const drawn = truth.map(([x, y]) => [x, y + by]);
    const found = judgedCurve(sheet(), drawn, truth);
    expect(found.score).toBe(score);
    expect(found.answer).toContain(said);
  }
});

test("where the shape is another, nothing is said of moving", () => {
  const level = truth.map(([x]) => [x, 4]);
  const falling = truth.map(([x]) => [x, 4 - 0.4 * (x - 10)]);
  expect(judgedCurve(sheet(), level, falling).answer).not.toContain("Moved");
});

test("a curve names where the lines are farthest apart, and what both say there", () => {
  const drawn = truth.map(([x, y]) => [x, x === 12 ? y + 3 : y]);
  expect(judgedCurve(sheet(), drawn, truth).answer).toMatch(/farthest apart at step 12: you 6\.46, it is 3\.46\.$/);
});

test("what was known counts for nothing", () => {
  const line = [0, 10, 20].map((x) => [x, 4]);
  const other = [
    [0, 9],
    [9.9, 9],
    [10, 4],
    [20, 4],
  ];
  expect(judgedCurve(sheet({ known: [[0, 4], [10, 4]] }), other, line).score).toBe(100); // biome-ignore format: one line
  expect(judgedCurve(sheet({ known: [] }), other, line).score).toBeLessThan(20);
});

test("on a logarithmic axis the gap is a factor, and 0 lies at the foot of the picture", () => {
  const log = sheet({ axes: { ...AXES, y: [1e-4, 10], logy: true }, known: [[0, 1]] });
  const falls = Array.from({ length: 21 }, (_, k) => [k, 10 ** (-k / 10)]);
  const found = judgedCurve(
    log,
    falls.map(([x, y]) => [x, 2.5 * y]),
    falls,
  );
  expect(found.answer).toContain("a factor 2.5 too high");
  expect(found.score).toBe(Math.round(100 - 400 * (Math.log10(2.5) / 5)));
  const end = falls.map(([x, y]) => [x, x === 20 ? 0 : y]);
  expect(judgedCurve(log, end, falls).score).toBeGreaterThan(90);
});

test("a truth that leaves the picture is compared with its border", () => {
  const grows = Array.from({ length: 21 }, (_, k) => [k, 4 * 3 ** k]);
  const at_the_border = grows.map(([x, y]) => [x, Math.min(10, y)]);
  expect(judgedCurve(sheet(), at_the_border, grows).score).toBe(100);
});

test("how often a line turns from side to side", () => {
  const zigzag = (n, size) => Array.from({ length: n + 1 }, (_, k) => [k / n, 0.5 + (k % 2 ? -size : size)]);
  expect(turns(zigzag(9, 0.1), [1, 0])).toBe(8);
  expect(turns(zigzag(9, 0.005), [1, 0])).toBe(0); // a hand that shakes
  expect(turns([[0, 0], [0.5, 0.4], [1, 0]], [1, 0])).toBe(1); // biome-ignore format: one line
  expect(turns([[0, 0], [1, 1]], [1, 1])).toBe(0); // biome-ignore format: one line
  expect(turns(zigzag(4, 0.1), [0, 0])).toBe(3);
});

const MAP = { x: [-5, 5], y: [-5, 5], xlabel: "x", ylabel: "y", logx: false, logy: false };
const MINIMA = [[3, 2], [-3, 3]]; // biome-ignore format: one line
const walk = sheet({ axes: MAP, known: [[0, 0]], minima: MINIMA });
const way = (...points) => [[0, 0], ...points];

test("a walk says where both end, how far apart, and near which minimum", () => {
  const there = judgedWalk(walk, way([3, 2]), way([1, 1], [3, 2]));
  expect(there.answer).toBe(
    "You end at (3, 2), the walk at (3, 2): 0 apart. It ends near the minimum (3, 2), and so do you.",
  );
  expect(there.score).toBeGreaterThan(90);
  const astray = judgedWalk(walk, way([-3, 3]), way([1, 1], [3, 2]));
  expect(astray.answer).toContain("6.1 apart. It ends near the minimum (3, 2), your line near (−3, 3).");
  expect(astray.score).toBeLessThan(there.score - 50);
  expect(judgedWalk(walk, way([0, -4]), way([3, 2])).answer).toContain("near the minimum (3, 2), your line near none.");
  expect(judgedWalk(walk, way([3, 2]), way([0, -4])).answer).toContain("near no minimum, your line near (3, 2).");
  expect(judgedWalk(walk, way([0, -4]), way([0, -4])).answer).toBe("You end at (0, −4), the walk at (0, −4): 0 apart.");
});

test("the score of a walk is the mean gap at equal parts of the ways, in parts of the diagonal", () => {
  const found = judgedWalk(sheet({ axes: MAP, known: [[0, 0]] }), way([1, 0]), way([0, 1]));
  expect(found.score).toBe(Math.round(100 * (1 - 4 * ((0.5 * Math.hypot(0.1, 0.1)) / Math.SQRT2))));
  expect(found.verdict).toContain("5 % of the picture's diagonal");
});

test("a walk that zig-zags says how often, of both lines", () => {
  const zigzag = Array.from({ length: 12 }, (_, k) => [4 - k / 3, (k % 2 ? -1 : 1) * (1.2 - k / 10)]);
  const straight = [zigzag[0], zigzag.at(-1)];
  const one = sheet({ axes: MAP, known: [zigzag[0]] });
  expect(judgedWalk(one, straight, zigzag).answer).toMatch(
    /It turns from side to side \d+ times, your line 0 times\.$/,
  );
  expect(judgedWalk(one, straight, straight).answer).not.toContain("side");
  const near = judgedWalk(walk, way([3, 2]), way([1e-7, -2e-5])).answer;
  expect(near).toContain("the walk at (0, 0)"); // to the picture's precision
});

test("what is written of a drawn point has the picture's precision, and reads back", () => {
  const { of, back } = placing(MAP);
  expect(back([0.52, 0.5 + 1e-9])).toEqual([0.2, 0]);
  expect(back(of([1.23, -4]))).toEqual([1.23, -4]);
  expect(placing({ ...MAP, y: [1e-6, 1], logy: true }).back([0.5, 0.5])[1]).toBe(1e-3);
});
