import * as select from "../../gdlib/explore/front/compute/select.js";

/** x ← x − lr · 2x from 3: every point and |gradient|, until the norm is eps, T are done or float32 ends. */
function walked(lr, eps, T) {
  const points = [3];
  for (;;) {
    const x = points[points.length - 1];
    const norm = Math.abs(2 * x);
    if (norm <= eps) return { points, stop: "converged" };
    if (points.length > T) return { points, stop: "exhausted" };
    points.push(x - lr * 2 * x);
  }
}

const RATES = [0.01, 0.1, 0.3, 0.5, 0.9, 1.1];
const [T_MAX, EPS_MIN] = [80, 1e-6];
const RUNS = RATES.map((lr) => walked(lr, EPS_MIN, T_MAX));
const SPEC = {
  rates: RATES,
  init: [3],
  steps: RUNS.map((run) => run.points.length - 1),
  stop: RUNS.map((run) => run.stop),
  offsets: [0, 1, 2, 3, 4, 5, 6].map((i) => RUNS.slice(0, i).flatMap((run) => run.points).length),
};
const POINTS = RUNS.flatMap((run) => run.points);
const ARRAYS = {
  points: Float32Array.from(POINTS),
  norms: Float32Array.from(POINTS.map((x) => Math.abs(2 * x))),
  gap: Float32Array.from(POINTS.map((x) => x * x)),
};

describe("the prefix of a walk", () => {
  test("is what a loop with this lr, T and eps walks", () => {
    for (const lr of RATES)
      for (const eps of [1e-6, 1e-4, 0.05, 1, 5.99, 6, 100])
        for (const T of [1, 2, 7, 40, 79, 80]) {
          const expected = walked(lr, eps, T);
          const w = select.walk({ spec: SPEC, arrays: ARRAYS }, { lr, eps, T });
          expect([w.rate, w.steps, w.stop]).toEqual([lr, expected.points.length - 1, expected.stop]);
          const end = expected.points[w.steps];
          expect(Math.abs(w.final[0] - end)).toBeLessThanOrEqual(1e-7 * Math.abs(end));
          expect([w.norm(w.last), w.gap(w.last)]).toEqual([2 * Math.abs(end), end * end].map(Math.fround));
          expect(w.beyond).toBe(false);
        }
  });

  test("takes the rate that is nearest on a logarithmic scale", () => {
    expect(select.walk({ spec: SPEC, arrays: ARRAYS }, { lr: 0.0315, eps: 1e-6, T: 3 }).rate).toBe(0.01);
    expect(select.walk({ spec: SPEC, arrays: ARRAYS }, { lr: 0.0317, eps: 1e-6, T: 3 }).rate).toBe(0.1);
  });

  test("of two coordinates", () => {
    const points = Float32Array.from([1, 2, 3, 4, 5, 6]);
    const arrays = { points, norms: Float32Array.from([9, 8, 7]), gap: new Float32Array(3) };
    const spec = { rates: [1], init: [1, 2], offsets: [0, 3], steps: [2], stop: ["exhausted"] };
    const w = select.walk({ spec, arrays }, { lr: 1, eps: 0, T: 2 });
    expect([w.at(1), w.final, w.stop]).toEqual([[3, 4], [5, 6], "exhausted"]);
  });

  // the table holds fewer points than the walk has, where float32 ends
  const far = (stop, norms) => ({
    spec: { rates: [1], init: [1], offsets: [0, norms.length], steps: [9], stop: [stop] },
    arrays: {
      points: Float32Array.from(norms),
      norms: Float32Array.from(norms),
      gap: Float32Array.from(norms),
    },
  });

  test.each([
    ["diverged", 20, "diverged", 9, true],
    ["diverged", 5, "exhausted", 5, true],
    ["diverged", 2, "exhausted", 2, false],
    ["exhausted", 9, "exhausted", 9, true],
  ])("that %s beyond float32, T = %d: %s", (stored, T, stop, steps, beyond) => {
    const { spec, arrays } = far(stored, [1, 1e12, 1e24, 1e36]);
    const w = select.walk({ spec, arrays }, { lr: 1, eps: 0.1, T });
    expect([w.stop, w.steps, w.beyond]).toEqual([stop, steps, beyond]);
  });

  test("that diverges exactly at T is exhausted, if the gradient there is a number", () => {
    const at = (last) => {
      const { spec, arrays } = far("diverged", [1, 2, last]);
      return select.walk({ spec: { ...spec, steps: [2] }, arrays }, { lr: 1, eps: 0.1, T: 2 }).stop;
    };
    expect([at(3), at(Number.NaN), at(Number.POSITIVE_INFINITY)]).toEqual(["exhausted", "diverged", "diverged"]);
  });

  test("of a walk with no point that float32 holds is its start", () => {
    const { spec, arrays } = far("diverged", []);
    const w = select.walk({ spec, arrays }, { lr: 1, eps: 0.1, T: 20 });
    expect([w.final, w.beyond]).toEqual([[1], true]);
  });
});

test("a walk by batches is found by rate, size, seed and step", () => {
  const spec = { rates: [0.1, 1], batch_sizes: [1, 8], seeds: [0, 1, 2], T_max: 4, init: [0, 0] };
  // 1000 × rate + 100 × size + 10 × seed + step
  const each = Array.from({ length: 60 }, (_, k) => {
    const [rate, rest] = [Math.floor(k / 30), k % 30];
    return 1000 * rate + 100 * Math.floor(rest / 15) + 10 * Math.floor((rest % 15) / 5) + (k % 5);
  });
  const arrays = {
    points: Float32Array.from(each.flatMap((v) => [v, -v])),
    gap: Float32Array.from(each),
  };
  const steps = Array.from({ length: 12 }, (_, k) => (k === 10 ? 2 : 4));
  for (const [lr, b, seed, T, code, taken] of [
    [0.1, 0, 0, 4, 4, 4],
    [1, 1, 2, 3, 1123, 3],
    [1, 1, 1, 4, 1112, 2], // it has diverged after two
  ]) {
    const w = select.batchWalk({ spec: { ...spec, steps }, arrays }, { lr, b, seed, T });
    expect([w.size, w.steps]).toEqual([spec.batch_sizes[b], taken]);
    expect([w.gap(w.steps), ...w.at(w.steps)]).toEqual([code, code, -code]);
  }
});

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

test("the nearest value is the one that a sort by distance puts first", () => {
  const values = [0.3, -4, 7, 7.5, 100];
  for (const x of [-9, -1.85, 0, 3.6, 7.2, 7.3, 60])
    expect(values[select.nearest(values, x)]).toBe([...values].sort((a, b) => Math.abs(a - x) - Math.abs(b - x))[0]);
  expect(select.nearest([1, 100], 11, true)).toBe(1); // 10 lies half way
  expect(select.nearest([1, 100], 9, true)).toBe(0);
});

test("the curve goes through its values, and is exact for a parabola between inner ones", () => {
  const parabola = Float64Array.from({ length: 9 }, (_, k) => (k - 3) ** 2);
  for (let k = 0; k < 9; k++) expect(select.between(parabola, k)).toBeCloseTo(parabola[k], 12);
  for (const q of [1.25, 3.5, 6.9]) expect(select.between(parabola, q)).toBeCloseTo((q - 3) ** 2, 12);
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
