import { panel } from "../../gdlib/explore/front/compute/layout.js";
import { stepped } from "../../gdlib/explore/front/compute/select.js";
import { explorers } from "../../gdlib/explore/front/explorers/index.js";
import { turned } from "../../gdlib/explore/front/explorers/knob.js";

// the example of lecture 4: residuals 1, 1, 4, and the second column 1, 2, 4
const SPEC = { kind: "knob", d: 2, beta: [1, 1], turns: [-1, 3], step: 0.01 };
const ARRAYS = { X: [1, 1, 1, 2, 1, 4], y: [3, 4, 9] };
const axes = { x: [0, 1], y: [0, 1], xlabel: "", ylabel: "", logx: false, logy: false };
const stage = (more) => ({
  ...{ spec: SPEC, arrays: ARRAYS, font: 10, colour: {}, lit: "" },
  main: panel(axes, { x: 0, y: 0, w: 338, h: 300 }), // of which 38 are the column of rates
  side: panel(axes, { x: 400, y: 0, w: 200, h: 300 }),
  ...more,
});
const plain = (text) => text.replace(/<\/?(b|sub)>/g, "");
const select = (k, turn, more) => explorers.knob.select(stage(more), { k, turn }, false);
const formula = (selected) => plain(selected.formula.map((term) => term.text ?? term).join(""));

test("the derivation of lecture 4: the paths are −1, −2 and −16, and they add to −19", () => {
  const { rows, S, slope, steep } = turned(SPEC, ARRAYS, 1, 0);
  expect(rows.map(({ before }) => before)).toEqual([1, 1, 4]);
  expect(rows.map(({ entry }) => entry)).toEqual([1, 2, 4]);
  expect(rows.map(({ path }) => path)).toEqual([-1, -2, -16]);
  expect([S, slope, steep]).toEqual([9, -19, -19]);
  expect(turned(SPEC, ARRAYS, 0, 0).slope).toBe(-6); // of β₁: the residuals add up
});

test("turned by a half: each residual falls by half its entry", () => {
  const { rows, S, slope, start } = turned(SPEC, ARRAYS, 1, 0.5);
  expect(rows.map(({ now }) => now)).toEqual([0.5, 0, 2]);
  expect([start, S, slope]).toEqual([9, 2.125, -8.5]); // ½(0.25 + 4); −(0.5 + 8)
});

test("at the minimum, after 19/21, the paths cancel to exactly 0", () => {
  const { best } = turned(SPEC, ARRAYS, 1, 0);
  expect(best).toBeCloseTo(19 / 21, 15);
  const { rows, slope, S } = turned(SPEC, ARRAYS, 1, best);
  expect(rows.map(({ path }) => Math.round(21 * path))).toEqual([-2, 34, -32]); // r = 2/21, −17/21, 8/21
  expect(slope).toBe(0);
  expect(S).toBeCloseTo(17 / 42, 14);
  expect(select(1, best).text.map(plain)[1]).toBe("Slope now: 0. The paths cancel: with β₂ alone, S gets no lower.");
});

test("what rounding leaves of paths that cancel is 0", () => {
  const [spec, arrays] = [
    { ...SPEC, d: 1, beta: [0] },
    { X: [1, 3, 7], y: [1, 2, 4] },
  ];
  const { best } = turned(spec, arrays, 0, 0);
  const { rows, slope } = turned(spec, arrays, 0, best);
  expect(rows.reduce((all, { path }) => all + path, 0)).not.toBe(0); // −3e-15
  expect(slope).toBe(0);
});

test.each([
  [0.1, "S from 9 to 7.205, a change of −1.795.", "−19 · 0.1 = −1.9."],
  [0.01, "S from 9 to 8.81105, a change of −0.18895.", "−19 · 0.01 = −0.19."],
  [-1, "S from 9 to 38.5, a change of 29.5.", "−19 · (−1) = 19."],
])("turned by %d, as the lecture prints it", (turn, change, rule) => {
  const [first] = select(1, turn).text.map(plain);
  expect(first).toContain(change);
  expect(first.endsWith(rule)).toBe(true);
});

test("the formula in letters and numbers; each product lights its row, the sum the tangent", () => {
  const now = select(1, 0);
  expect(formula(now)).toBe("∂S/∂β₂ = −(X12 r1 + X22 r2 + X32 r3) = −(1 · 1 + 2 · 1 + 4 · 4) = −19");
  const lights = now.formula.flatMap((term) => term.lights ?? []);
  expect(lights).toEqual(["row 1", "row 2", "row 3", "row 1", "row 2", "row 3", "slope"]);
  expect(formula(select(1, 1))).toMatch(/= −\(1 · 0 \+ 2 · \(−1\) \+ 4 · 0\) = 2$/);
  expect(now.text.map(plain)[1]).toBe("Slope now: −19. Row 3 pulls most: −16.");
});

test("five rows are told as a sum", () => {
  const arrays = { X: [1, -2, 3, 4, 0], y: [1, 1, 1, 1, 1] };
  const now = select(0, 0, { arrays, spec: { ...SPEC, d: 1, beta: [0] } });
  expect(formula(now)).toBe("∂S/∂β₁ = −∑ Xi1 ri = −(1 · 1 + (−2) · 1 + 3 · 1 + 4 · 1 + 0 · 1) = −6");
});

test("both handles turn the knob, in steps, and find the minimum", () => {
  const { handles, shown } = select(1, 0);
  const [knob, row] = handles;
  expect(knob.at[0]).toBe(450); // β₂ = 1 of 0 to 4
  expect(knob.move([455.3, 0])).toEqual({ turn: 0.11 });
  expect(knob.move([0, 0])).toEqual({ turn: -1 });
  expect(knob.move([900, 0])).toEqual({ turn: 3 });
  expect(knob.move([450 + 50 * 0.89, 0])).toEqual({ turn: shown.best });
  // r₃ goes from 8 to −8 over the knob, its bar over 300 pixels and 5 % more: 17.857 pixels to 1
  expect([row.name, row.value]).toEqual(["residual of row 3", 4]);
  expect(row.at).toEqual([150 + 4 * (150 / 8.4), 200 + 16 + (100 - 22) / 2]); // below its numbers
  expect(row.move([150 + 2 * (150 / 8.4), 0])).toEqual({ turn: 0.5 });
  expect(handles.every(({ own }) => own)).toBe(true);
});

test("a key is five steps, and leaves the minimum", () => {
  const { best } = turned(SPEC, ARRAYS, 1, 0);
  for (const handle of select(1, best).handles) {
    for (const way of [-1, 1]) {
      const { turn } = handle.move([handle.at[0] + way * handle.step, 0]);
      expect(Math.abs(turn - best)).toBeCloseTo(0.05, 1);
      expect(turn).not.toBe(best);
    }
  }
});

test("places of a slider", () => {
  expect([0.304, 0.305, -9, 9].map((asked) => stepped(asked, 0.1, [-1, 2]))).toEqual([0.3, 0.3, -1, 2]);
});
