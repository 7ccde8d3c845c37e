import * as select from "../../gdlib/explore/front/compute/select.js";

test("predicted steps are those of a loop that shrinks the error", () => {
  for (const [L, mu] of [
    [2, 2],
    [25, 1],
    [3, 2.9],
  ])
    for (const lr of [0.1 / L, 1 / L, 1.7 / L, 2 / (L + mu)])
      for (const eps of [10, 1e-1, 1e-4]) {
        const factor = Math.max(...[L, mu].map((curvature) => Math.abs(1 - lr * curvature)));
        let [norm, steps] = [7, 0];
        while (norm > eps * (1 + 1e-9)) {
          norm *= factor;
          steps++;
        }
        expect(select.predicted(lr, L, mu, 7, eps)).toBe(steps);
      }
  expect(select.predicted(2.01, 1, 1, 7, 1e-3)).toBe(Number.POSITIVE_INFINITY);
  expect(select.predicted(1, 1, 1, 7, 1e-3)).toBe(1);
});

test("directions", () => {
  const around = [
    [1, 0],
    [1, 1],
    [0, 2],
    [-3, 0],
    [0, -1],
  ].map(select.degrees);
  expect(around).toEqual([0, 45, 90, 180, 270]);
});

describe("the places of a slider", () => {
  const log = { trait: "h", from: 10, to: 0.001, count: 8, log: true };
  const whole = { trait: "T", from: 0, to: 7, count: 7, log: false };
  test.each([
    ["falling, logarithmic", log],
    ["whole", whole],
  ])("%s: from each to its value and back", (_, play) => {
    for (let j = 0; j <= play.count; j++) expect(select.placeOf(play, select.valueAt(play, j)) + 0).toBe(j);
    expect(select.valueAt(play, 0)).toBe(play.from);
    expect(select.valueAt(play, play.count + 3)).toBe(play.to);
  });
  test("are evenly apart", () => {
    expect([1, 2, 3].map((j) => select.valueAt({ ...log, count: 4 }, j))).toEqual([1, 0.1, 0.01]);
    expect(select.valueAt({ ...whole, count: 2 }, 1)).toBe(4); // half of 7, rounded
  });
});

test("a table is taken apart by its layout into arrays of their types, wherever it lies in its buffer", () => {
  const parts = [Float32Array.of(1.5, 2), Float64Array.of(0.1), Int16Array.of(-3, 4, 5), Uint16Array.of(65535)];
  const bytes = new Uint8Array(4 + 8 * parts.length);
  for (const [k, part] of parts.entries()) bytes.set(new Uint8Array(part.buffer), 4 + 8 * k);
  const layout = {
    a: ["float32", 0, 2],
    b: ["float64", 8, 1],
    c: ["int16", 16, 3],
    d: ["uint16", 24, 1],
    none: ["uint8", 32, 0],
  };
  const found = Object.values(select.unpack(new DataView(bytes.buffer, 4), layout));
  expect(found).toEqual([...parts, new Uint8Array(0)]);
});
