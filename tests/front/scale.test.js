import { borderOf, panel, scale, trailOf } from "../../gdlib/explore/front/compute/layout.js";

const axes = (x, y, logx = false, logy = false) => ({ x, y, logx, logy, xlabel: "", ylabel: "" });
const box = { x: 10, y: 20, w: 300, h: 200 };

describe("a scale", () => {
  test("is linear, or linear in the logarithm, and back", () => {
    const linear = scale([-1, 3], [0, 400]);
    expect([-1, 0, 3, 5].map(linear)).toEqual([0, 100, 400, 600]);
    const log = scale([0.01, 100], [400, 0], true);
    expect([0.01, 1, 100].map(log)).toEqual([400, 200, 0]);
    for (const s of [linear, log]) for (const v of [0.02, 0.5, 2.9]) expect(s.back(s(v))).toBeCloseTo(v, 12);
  });

  test("has round ticks within its ends, evenly apart, no closer than asked", () => {
    for (let k = 1; k < 200; k++) {
      const ends = [-k * 0.37, (k % 17) * 1.3 + 0.1];
      const s = scale(ends, [0, 500]);
      const ticks = s.ticks(60);
      const step = ticks[1] - ticks[0];
      expect(ticks.length).toBeGreaterThan(1);
      for (const [j, t] of ticks.entries()) expect(t).toBeCloseTo(ticks[0] + j * step, 9);
      expect(Math.min(...ticks)).toBeGreaterThanOrEqual(ends[0] - 1e-9);
      expect(Math.max(...ticks)).toBeLessThanOrEqual(ends[1] + 1e-9);
      expect(Math.abs(s(step) - s(0))).toBeGreaterThan(59.8);
      const mantissa = Number(step.toExponential(9).split("e")[0]);
      expect([1, 2, 2.5, 5, 10].some((m) => Math.abs(m - mantissa) < 1e-6)).toBe(true);
    }
  });

  test("of an angle has a tick at every right angle", () => {
    const ticks = scale([0, 360], [0, 500]).ticks(60, 90);
    expect(ticks.map((t) => t + 0)).toEqual([0, 90, 180, 270, 360]);
  });

  test("of logarithms has powers of ten, all or every second, third …", () => {
    expect(scale([1e-3, 1e2], [0, 500], true).ticks(60)).toEqual([1e-3, 1e-2, 0.1, 1, 10, 100]);
    const sparse = scale([1e-12, 1], [200, 0], true).ticks(40).map(Math.log10);
    expect(sparse).toEqual([-12, -9, -6, -3, 0]);
    expect(scale([0.02, 30], [0, 500], true).ticks(60)).toEqual([0.1, 1, 10]);
  });
});

describe("a panel", () => {
  test("stands upright: large values are above, and its frame is inside", () => {
    const p = panel(axes([0, 10], [0, 1]), box);
    expect(p.at(0, 0)).toEqual([10, 220]);
    expect(p.at(10, 1)).toEqual([310, 20]);
    expect([p.at(0, 0), p.at(10, 1), [9.6, 20]].map(p.inside)).toEqual([true, true, true]);
    expect(
      [
        [9.4, 100],
        [100, 221],
        [Number.NaN, 100],
      ].map(p.inside),
    ).toEqual([false, false, false]);
  });

  test("has 0 below a logarithmic axis, and nothing below 0", () => {
    const p = panel(axes([0, 10], [1e-6, 1], false, true), box);
    expect(p.at(0, 0)[1]).toBe(229);
    expect(p.at(0, -1)[1]).toBeNaN();
  });
});

describe("a walk through a picture", () => {
  test("leaves where the way to its first point outside crosses the border", () => {
    expect(borderOf(box, [100, 100], [500, 100])).toEqual([310, 100]);
    expect(borderOf(box, [100, 100], [100, -100])).toEqual([100, 20]);
    for (let k = 0; k < 360; k += 7) {
      const [a, b] = [
        [160, 120],
        [160 + 900 * Math.cos(k), 120 + 900 * Math.sin(k)],
      ];
      const [x, y] = borderOf(box, a, b);
      const away = [x - box.x, box.x + box.w - x, y - box.y, box.y + box.h - y];
      expect(Math.min(...away)).toBeCloseTo(0, 9); // on the border …
      expect((x - a[0]) * (b[1] - a[1])).toBeCloseTo((y - a[1]) * (b[0] - a[0]), 6); // … and on the way
    }
  });

  test("is shown up to there", () => {
    const p = panel(axes([-1, 1], [-1, 1]), { x: 0, y: 0, w: 200, h: 200 });
    const walk = [
      [0, 0],
      [0.5, 0],
      [2, 0],
      [0, 0],
    ];
    const at = (k) => p.at(...walk[k]);
    const left = trailOf(p, 4, at);
    expect([left.left, left.pixels.length, left.pixel]).toEqual([true, 3, [200, 100]]);
    const stays = trailOf(p, 2, at);
    expect([stays.left, stays.pixels.length, stays.pixel]).toEqual([false, 2, [150, 100]]);
    const outside = trailOf(p, 2, (k) => at(k + 2));
    expect([outside.left, outside.pixel]).toEqual([true, null]);
  });

  test("that ends in no number has not left", () => {
    const p = panel(axes([-1, 1], [-1, 1]), box);
    expect(trailOf(p, 2, (k) => (k ? [Number.NaN, Number.NaN] : p.at(0, 0))).left).toBe(false);
  });
});
