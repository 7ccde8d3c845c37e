import { panel } from "../../gdlib/explore/front/compute/layout.js";
import { explorers } from "../../gdlib/explore/front/explorers/index.js";
import { schedule } from "../../gdlib/explore/front/explorers/overlap.js";

const SPEC = { kind: "overlap", most: 100, step: 1, batch: 12 * 2 ** 20 };
const axes = (x, y) => ({ x, y, xlabel: "", ylabel: "", logx: false, logy: false });
const stage = {
  ...{ spec: SPEC, font: 10, colour: {}, lit: "" },
  main: panel(axes([0, 900], [0, 2]), { x: 0, y: 0, w: 900, h: 300 }), // of 8 batches a pixel is 1 ms
  side: panel(axes([0, 100], [0, 60]), { x: 1000, y: 0, w: 100, h: 60 }),
};
const plain = (text) => text.replace(/<\/?b>/g, "");
const select = (load, compute, buffers, batches) =>
  explorers.overlap.select(stage, { load, compute, buffers, batches }, false);
const formula = (selected) => selected.formula.map((term) => term.text ?? term).join("");

test("three batches, worked out by hand", () => {
  expect(schedule(40, 60, 3, 1)).toEqual({
    reads: [
      [0, 40],
      [100, 140],
      [200, 240],
    ],
    works: [
      [40, 100],
      [140, 200],
      [240, 300],
    ],
    end: 300,
    waits: [120, 120],
  });
  expect(schedule(40, 60, 3, 2)).toEqual({
    reads: [
      [0, 40],
      [40, 80],
      [100, 140],
    ], // the third waits until the first is computed
    works: [
      [40, 100],
      [100, 160],
      [160, 220],
    ],
    end: 220,
    waits: [20, 40],
  });
  expect(schedule(40, 60, 3, 3).reads[2]).toEqual([80, 120]);
  expect(schedule(60, 40, 3, 2)).toMatchObject({ end: 220, waits: [0, 100] });
});

test("the totals are those of the formulas, whichever part is slower", () => {
  for (const [load, compute] of [
    [40, 60],
    [60, 40],
    [50, 50],
    [1, 100],
  ])
    for (const n of [1, 2, 8, 20]) {
      expect(schedule(load, compute, n, 1).end).toBe(n * (load + compute));
      const ahead = load + (n - 1) * Math.max(load, compute) + compute;
      for (const places of [2, 3]) expect(schedule(load, compute, n, places).end).toBe(ahead);
    }
});

test("lecture 6: eight batches, 40 ms and 60 ms", () => {
  const now = select(40, 60, 2, 8);
  expect(now.text.map(plain)).toEqual([
    "2 places: 520 ms instead of 800 ms, 1.54 times as fast. In flight: 2 × 12 MiB = 24 MiB.",
    "Reading waits 120 ms for a free place, computing waits 40 ms for a batch.",
  ]);
  expect(formula(now)).toBe("one after the other: 8 · (40 + 60) = 800 ms; reading ahead: 40 + 7 · 60 + 60 = 520 ms");
  expect(now.formula.flatMap((term) => term.lights ?? [])).toEqual(["one", "first", "pace", "last"]);
  expect(now.shown).toMatchObject({ one: 800, ahead: 520, waits: [120, 40], flight: 24 * 2 ** 20 });
  expect(now.shown.pixel).toEqual([1060, 60 - 35]); // 7 · 40 of 800 ms are saved: 35 %
});

test("one place, three places, a slow disk", () => {
  expect(formula(select(40, 60, 1, 8))).toMatch(/= 800 ms; with 1 place nothing is read ahead$/);
  expect(plain(select(40, 60, 1, 8).text[0])).toBe("1 place: 800 ms. In flight: 1 × 12 MiB = 12 MiB.");
  const [three] = select(40, 60, 3, 8).text.map(plain);
  expect(three).toMatch(
    /^3 places: 520 ms .* 36 MiB\. A third place brings nothing while all batches take equally long\.$/,
  );
  expect(formula(select(60, 40, 2, 8))).toMatch(/ahead: 60 \+ 7 · 60 \+ 40 = 520 ms$/);
});

test("the ends of the first bars are dragged, in whole steps", () => {
  const [read, compute] = select(40, 60, 2, 8).handles;
  expect([read.at[0], compute.at[0]]).toEqual([40, 100]);
  expect(read.at[1]).toBeLessThan(compute.at[1]);
  expect(read.move([55.4, 0])).toEqual({ load: 55 });
  expect(compute.move([90, 0])).toEqual({ compute: 50 }); // it begins once the batch is read
  expect([read, compute].map(({ move }) => Object.values(move([-5, 0]))[0])).toEqual([1, 1]);
  expect(read.move([500, 0])).toEqual({ load: 100 });
  expect(read.move([40 + read.step, 0])).toEqual({ load: 41 });
  expect(read.own && compute.own).toBe(true);
});
