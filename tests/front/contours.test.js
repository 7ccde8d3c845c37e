import { contours, levels } from "../../gdlib/explore/front/compute/contours.js";

const over = (nx, ny, height) => Float64Array.from({ length: nx * ny }, (_, k) => height(k % nx, Math.floor(k / nx)));
const all = (list) => list.flatMap(({ rings }) => rings.flat());

describe("levels", () => {
  test("are evenly spaced where half of the heights lie above the middle", () => {
    const found = levels(Float64Array.from({ length: 11 }, (_, k) => k));
    expect(found).toHaveLength(14);
    for (const [k, level] of found.entries()) expect(level).toBeCloseTo((10 * k) / 13, 12);
  });

  test.each([
    [[0, 3, 10], 2], // the median at 0.3 of the height
    [[0, 2, 10], 3],
    [[0, 5, 10], 1],
    [[0, 2, 3, 10], 2], // of four the mean of the middle two: 0.25
  ])("of %j are the shares to the power %d", (heights, power) => {
    expect(levels(Float64Array.from(heights), 3)).toEqual([0, 10 * 0.5 ** power, 10]);
  });

  test("only what is finite counts; of nothing or of one height, from −1 to 1", () => {
    expect(levels(Float64Array.of(Number.NaN, 0, 5, 10, Number.POSITIVE_INFINITY), 3)).toEqual([0, 5, 10]);
    for (const heights of [[], [Number.NaN], [4, 4]]) expect(levels(Float64Array.from(heights), 3)).toEqual([-1, 0, 1]);
  });
});

describe("contours", () => {
  test("of a plane are straight lines where its height is the level, in columns and rows", () => {
    const plane = contours(
      over(5, 4, (i) => i),
      5,
      4,
    );
    for (const { level, rings } of plane.slice(1, -1)) {
      expect(rings).toHaveLength(1);
      const inside = rings[0].filter(([i, j]) => i < 4 && j >= 0 && j <= 3);
      expect(inside.length).toBeGreaterThan(1);
      for (const [i] of inside) expect(i).toBeCloseTo(level, 12);
    }
  });

  test("the two axes are not confused", () => {
    const up = contours(
      over(5, 4, (_, j) => j),
      5,
      4,
    )[6];
    const inside = up.rings[0].filter(([i, j]) => j < 3 && i >= 0 && i <= 4);
    for (const [, j] of inside) expect(j).toBeCloseTo(up.level, 12);
    expect(inside.length).toBeGreaterThan(1);
  });

  test("on the way round a bowl: holes of the regions above, each point at its level", () => {
    const bowl = contours(
      over(21, 21, (i, j) => (i - 10) ** 2 + (j - 10) ** 2),
      21,
      21,
    );
    const { level, rings } = bowl[6];
    expect(rings).toHaveLength(2); // the border, and the hole
    expect(rings[1].length).toBeGreaterThan(10);
    for (const [i, j] of rings[1]) expect(Math.abs(Math.hypot(i - 10, j - 10) - Math.sqrt(level))).toBeLessThan(0.05);
    expect(rings[1][0]).toEqual(rings[1].at(-1));
  });

  test("at the border they run half a cell outside", () => {
    const corners = contours(
      over(3, 3, (i) => i),
      3,
      3,
    )[0].rings[0];
    expect([Math.min(...corners.map(([i]) => i)), Math.max(...corners.map(([, j]) => j))]).toEqual([-0.5, 2.5]);
  });

  test("what is no number lies below all levels and moves no line", () => {
    const holed = over(7, 7, (i, j) => (i === 3 && j === 3 ? Number.NaN : i));
    const rings = contours(holed, 7, 7);
    expect(all(rings).every((point) => point.every(Number.isFinite))).toBe(true);
    expect(rings[0].rings).toHaveLength(2); // all of it, but for the hole
  });

  test("of a flat ground there are no lines inside", () => {
    const flat = all(
      contours(
        over(4, 4, () => 0),
        4,
        4,
      ),
    );
    expect(flat.filter(([i, j]) => i > 0 && i < 3 && j > 0 && j < 3)).toEqual([]);
  });
});
