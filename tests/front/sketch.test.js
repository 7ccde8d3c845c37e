import {
  along,
  bent,
  CELLS,
  follows,
  led,
  shares,
  simplified,
  swept,
  whole,
} from "../../gdlib/explore/front/compute/strokes.js";

const START = [0, 0.5];
const heights = (line) => line.map(([, y]) => y);

test("the pencil leaves a line without gaps, one point at each place, from left to right", () => {
  let line = swept([START], START, [0.3, 0.8]);
  line = swept(line, [0.3, 0.8], [1, 0.1]);
  expect(line).toHaveLength(CELLS + 1);
  expect(line.map(([x]) => x)).toEqual(Array.from({ length: CELLS + 1 }, (_, i) => i / CELLS));
  expect(line[0]).toEqual(START);
  expect(line[CELLS][1]).toBeCloseTo(0.1, 12);
  expect(Math.max(...heights(line))).toBeCloseTo(0.8, 12);
});

test("what is drawn again is replaced, there and nowhere else, in either direction", () => {
  const line = whole([START], false);
  const left = swept(line, [0.75, 0.9], [0.25, 0.7]);
  for (const [i, [x, y]] of left.entries())
    expect(y).toBeCloseTo(x >= 0.25 && x <= 0.75 ? 0.7 + 0.4 * (x - 0.25) : line[i][1], 12);
  expect(heights(line).every((y) => y === 0.5)).toBe(true); // the old one is left alone
});

test("what is known stays where it is; an unknown beginning can be drawn", () => {
  expect(swept([START], START, [0, 0.9])).toEqual([START]);
  expect(swept([START], START, [0, 0.9], 0)).toEqual([[0, 0.9]]);
});

test("a point moved by key takes the line with it, through the other points, and along a straight line", () => {
  const level = whole([START], false);
  for (const k of [1, 2, 3, 4]) {
    const line = bent(level, k, 4, [0.1, 0.2], false);
    for (const j of [0, 1, 2, 3, 4]) expect(line[(j * CELLS) / 4][1]).toBeCloseTo(j === k ? 0.7 : 0.5, 12);
    expect(line.map(([x]) => x)).toEqual(level.map(([x]) => x)); // not from left to right
  }
  let line = level;
  for (const k of [1, 2, 3, 4]) line = bent(line, k, 4, [0, 0.1 * k], false);
  for (const [x, y] of line) expect(y).toBeCloseTo(0.5 + 0.4 * x, 12);
});

test("the parts in which a line follows its points, and its start, add up to 1", () => {
  for (const q of [0, 0.3, 1, 1.7, 2.5, 3.99, 4])
    expect([0, 1, 2, 3, 4].reduce((sum, k) => sum + follows(k, 4, q), 0)).toBeCloseTo(1, 12);
});

test("a point that is moved out of the picture stops at its border", () => {
  expect(Math.max(...heights(bent(whole([START], false), 2, 4, [0, 3], false)))).toBe(1);
});

test("a walk goes on from where it is, to some hundred points", () => {
  let line = [START];
  expect(led(line, [0.001, 0.5])).toBe(line); // too near
  for (let k = 1; k < 2000; k++) line = led(line, [0.5 + 0.4 * Math.cos(k / 9), 0.5 + 0.4 * Math.sin(k / 7)]);
  expect(line.length).toBeGreaterThan(40);
  expect(line.length).toBeLessThan(130);
  expect(line[0]).toEqual(START);
  expect(line.at(-1)).toEqual([0.5 + 0.4 * Math.cos(1999 / 9), 0.5 + 0.4 * Math.sin(1999 / 7)]);
});

test("a walk that is not begun leads to the middle, and its points move both ways", () => {
  const line = whole([[0.9, 0.1]], true);
  expect(line.at(-1)[0]).toBeLessThan(0.9);
  expect(line.at(-1)[1]).toBeGreaterThan(0.1);
  expect(
    whole([[0.5, 0.5]], true)
      .flat()
      .every(Number.isFinite),
  ).toBe(true);
  const [x, y] = line.at(-1);
  const moved = bent(line, 4, 4, [-0.2, 0.3], true);
  expect(moved[0]).toEqual([0.9, 0.1]);
  expect(moved.at(-1)[0]).toBeCloseTo(x - 0.2, 12);
  expect(moved.at(-1)[1]).toBeCloseTo(y + 0.3, 12);
});

test("places by their share of the way", () => {
  const line = [
    [0, 0],
    [3, 0],
    [3, 1],
  ];
  expect(shares(line)).toEqual([0, 0.75, 1]);
  const at = [0, 0.5, 0.75, 0.875, 1].map((share) => along(line, shares(line), share));
  const expected = [
    [0, 0],
    [2, 0],
    [3, 0],
    [3, 0.5],
    [3, 1],
  ];
  expect(at).toEqual(expected);
  expect(shares([START, START])).toEqual([0, 0]);
});

test("fewer points tell the same line", () => {
  let line = swept([START], START, [0.25, 0.9]);
  line = swept(line, [0.25, 0.9], [1, 0.2]);
  expect(simplified(line, 0.002).map(([x]) => x)).toEqual([0, 0.25, 1]);
  const bump = [START, [0.5, 0.51], [1, 0.5]];
  expect([0.002, 0.02].map((tolerance) => simplified(bump, tolerance).length)).toEqual([3, 2]);
  const round = Array.from({ length: 50 }, (_, k) => [Math.cos(k / 8), Math.sin(k / 8)]);
  expect(simplified(round, 1e-9)).toEqual(round);
  expect(simplified([START, [1, 1], START], 0.01)).toHaveLength(3); // there and back
});
