import {
  fontSize,
  layout as laid,
  nearest,
  placed,
  pointAt,
  sameRate,
  sizeOf,
} from "../../gdlib/explore/front/compute/layout.js";

const wide = (text) => 8 * text.length;
const axes = (x, y, ylabel) => ({ x, y, xlabel: "x", ylabel, logx: false, logy: false });
const spec = (more) => ({
  kind: "descent",
  rates: [0.01, 1],
  main: axes([0, 1], [0, 1], "y"),
  side: axes([0, 9], [0, 1], ""),
  L: null,
  mu: null,
  ...more,
});
const layout = (given, ...rest) => laid({ spec: given, main: given.main, side: given.side }, ...rest);
const keys = [{}, { "|gradient|": "a", "f − lowest f": "b", eps: "c" }];
const page = (W, px = 16, tall = Number.POSITIVE_INFINITY) => ({ W, px, tall });

test.each([120, 200, 300, 900])("names above a picture %d wide are apart and begin right", (width) => {
  for (const name of ["", "f(x)"]) {
    const { places, rows } = placed(wide, keys[1], width, name);
    expect(places.map(({ label }) => label)).toEqual(Object.keys(keys[1]).reverse());
    expect(rows).toBe(1 + Math.max(...places.map(({ row }) => row)));
    const boxes = places.map(({ label, left, row }) => ({
      left,
      row,
      end: left + wide(label) + 22,
    }));
    if (name) boxes.push({ left: 0, row: 0, end: wide(name) });
    for (const [k, a] of boxes.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.end).toBeLessThanOrEqual(Math.max(width, a.end - a.left));
      for (const b of boxes.slice(0, k)) expect(a.row !== b.row || a.end <= b.left || b.end <= a.left).toBe(true);
    }
  }
});

test("two pictures stand side by side where there is room, and below each other on a phone", () => {
  const desk = layout(spec(), keys, page(1000), wide);
  expect(desk.main.box.y).toBe(desk.side.box.y);
  expect(desk.main.box.x + desk.main.box.w).toBeLessThan(desk.side.box.x);
  const phone = layout(spec(), keys, page(400), wide);
  expect(phone.main.box.x).toBe(phone.side.box.x);
  expect(phone.main.box.y + phone.main.box.h).toBeLessThan(phone.side.box.y);
  for (const { main, side, H, W } of [desk, phone])
    for (const { box } of [main, side]) {
      expect(box.x + box.w).toBeLessThanOrEqual(W);
      expect(box.y + box.h).toBeLessThan(H);
      expect(box.y).toBeGreaterThan(16);
    }
});

test("a unit is as long on both axes where the spec asks for it, but not of a strange shape", () => {
  const unit = ({ X, Y }) => (X(1) - X(0)) / (Y(0) - Y(1));
  const of = (y) => unit(layout(spec({ equal: true, main: axes([0, 10], y, "") }), keys, page(1000), wide).main);
  expect(of([0, 8])).toBeCloseTo(1, 9);
  expect(of([0, 80])).not.toBeCloseTo(1, 1);
});

test("so it is on a map to draw on, as large as it can be; a valley of another shape fills the room", () => {
  const size = (y, equal) => sizeOf(axes([-5, 5], y, ""), equal, 600, 0.62, 260);
  expect(size([0, 5], true)).toEqual({ w: 520, h: 260 });
  expect(size([-5, 5], true)).toEqual({ w: 260, h: 260 });
  for (const { w, h } of [size([0, 5], false), size([-1, 1], true)]) expect([w, h]).toEqual([600, 260]);
});

test("a deck's height of the pictures is kept, names and all", () => {
  for (const W of [400, 1000]) {
    const { main, side } = layout(spec(), keys, page(W, 24, 195), wide);
    for (const { box } of [main, side]) expect(box.h).toBeLessThanOrEqual(195);
  }
});

test("a pixel is the point of its axes, with the digits that pixels tell, and no farther out", () => {
  const { main } = layout(spec({ main: axes([-3, 3], [0, 1], "") }), keys, page(1000), wide);
  const { x, y, w, h } = main.box;
  expect(pointAt(main, [x + w / 2, y])).toEqual([0, 1]);
  expect(pointAt(main, [x - 50, y + h + 50])).toEqual([-3, 0]);
  const [px] = pointAt(main, [x + 100, y]);
  expect(px).toBe(Number(px.toFixed(2)));
  expect(main.X(px)).toBeCloseTo(x + 100, 0);
});

test("the bar of rates is a walk's, and higher where a third name needs a row or may come to need one", () => {
  expect(layout(spec({ kind: "sgd" }), keys, page(1000), wide).strip).toBe(null);
  expect(layout(spec(), keys, page(1000), wide).strip.y).toBe(
    layout(spec({ L: 2, mu: 1 }), keys, page(1000), wide).strip.y,
  );
  const [one, two] = [2, 1].map((mu) => layout(spec({ L: 2, mu }), keys, page(1000), wide));
  expect(two.strip.y).toBeGreaterThan(one.strip.y);
  expect([0.01, 1].map(one.strip.X)).toEqual([one.strip.x, one.strip.x + one.strip.w]);
  expect(one.main.box.y).toBeGreaterThan(one.strip.y + 17);
  expect([sameRate({ L: 2, mu: 2 }), sameRate({ L: 2, mu: 1 }), sameRate({ L: 2, mu: null })]).toEqual([
    true,
    false,
    false,
  ]);
});

test("type is smaller on a phone only", () => {
  expect([fontSize(400, 16), fontSize(1000, 16), fontSize(1000, 24)]).toEqual([14, 16, 24]);
});

test("on a phone both pictures together keep to their share of the screen", () => {
  for (const tall of [210, 280, 400]) {
    const square = layout(spec({ equal: true, main: axes([-5, 5], [-5, 5], "y") }), keys, page(374, 16, tall), wide);
    expect(square.H).toBeLessThan(1.7 * tall + 60);
    expect(Math.min(square.main.box.h, square.side.box.h)).toBeGreaterThanOrEqual(80);
  }
  expect(layout(spec(), keys, page(374, 16, 280), wide).H).toBeLessThanOrEqual(1.7 * 280 + 1);
});

test("a handle whose place is outside of a panel, or no number, stands at its edge", () => {
  const { main } = layout(spec(), keys, page(1000), wide);
  const { x, y, w, h } = main.box;
  expect(nearest(main, [x - 9, y + 5])).toEqual([x, y + 5]);
  expect(nearest(main, [x + 5, 1e9])).toEqual([x + 5, y + h]);
  expect(nearest(main, [Number.NaN, Number.NaN])).toEqual([x + w / 2, y + h]);
});
