import { curvatures, dealt, descend, difference, length, stochastic } from "../../gdlib/explore/front/compute/walks.js";

const square = ([x]) => [2 * x];
const settings = (more) => ({ lr: 0.25, eps: 0, T: 3, ...more });

describe("descent on x²", () => {
  test("halves x with lr = ¼, until T updates are done", () => {
    expect(descend(square, [8], settings())).toEqual({
      points: [[8], [4], [2], [1]],
      norms: [16, 8, 4, 2],
      stop: "exhausted",
      steps: 3,
    });
  });

  test("stops where the norm is eps, also at T and at the start", () => {
    expect(descend(square, [8], settings({ eps: 4 }))).toMatchObject({ stop: "converged", steps: 2 });
    expect(descend(square, [8], settings({ eps: 2 }))).toMatchObject({ stop: "converged", steps: 3 });
    expect(descend(square, [8], settings({ eps: 16 }))).toMatchObject({ stop: "converged", steps: 0, points: [[8]] });
    expect(descend(square, [0], settings())).toMatchObject({ stop: "converged", norms: [0] });
  });

  test("T = 0 and T = 1", () => {
    expect(descend(square, [8], settings({ T: 0 }))).toMatchObject({ stop: "exhausted", steps: 0, norms: [16] });
    expect(descend(square, [8], settings({ T: 1 })).points).toEqual([[8], [4]]);
  });

  test("ascent adds", () => {
    expect(descend(square, [8], settings({ ascent: true })).points).toEqual([[8], [12], [18], [27]]);
  });

  test("the heavy ball, RMSProp and Adam, two steps by hand", () => {
    const two = (method, beta) => descend(square, [8], settings({ method, beta, T: 2 })).points.flat();
    expect(two(0, 0.5)).toEqual([8, 4, 2]);
    expect(two(1, 0.5)).toEqual([8, 4, 0]); // v = 16, then 8 + 8
    const [, first, second] = two(2, 0.75);
    expect(first).toBeCloseTo(8 - 0.25 * 2); // s = 16² / 4
    expect(second).toBeCloseTo(first - (0.25 * 15) / Math.sqrt(0.75 * 64 + 0.25 * 225));
    const [, one, other] = two(3, 0.5);
    expect(one).toBeCloseTo(7.75);
    const mean = (0.25 * 16 + 0.5 * 15.5) / 0.75;
    const size = Math.sqrt((0.999 * 0.001 * 256 + 0.001 * 15.5 ** 2) / (1 - 0.999 ** 2));
    expect(other).toBeCloseTo(one - (0.25 * mean) / size);
  });

  test("diverges at the last point that is finite", () => {
    const { points, norms, stop, steps } = descend(square, [8], { lr: 1e200, eps: 0, T: 9 });
    expect([stop, steps, points.length, norms.length]).toEqual(["diverged", 1, 2, 2]);
    expect(points[1][0]).toBeCloseTo(-16e200, -190);
  });

  test("diverges where the gradient is not finite, whatever T is", () => {
    for (const T of [0, 5]) {
      const walk = descend(() => [Number.NaN, 1], [1, 2], settings({ T }));
      expect(walk).toEqual({ points: [[1, 2]], norms: [Number.NaN], stop: "diverged", steps: 0 });
    }
    expect(descend(() => [Number.POSITIVE_INFINITY], [1], settings())).toMatchObject({ stop: "diverged", steps: 0 });
  });

  test("gives the gradient x alone, and leaves the start as it is", () => {
    const start = [8, 6];
    const given = [];
    const gradient = (...all) => {
      given.push(all.length);
      return all[0];
    };
    descend(gradient, start, settings());
    expect([given, start]).toEqual([
      [1, 1, 1, 1],
      [8, 6],
    ]);
  });
});

test("lengths, of what is too large or too small to be squared too", () => {
  expect([length([3, 4]), length([-2]), length([0, 0])]).toEqual([5, 2, 0]);
  expect(length([3e200, 4e200]) / 5e200).toBeCloseTo(1, 14);
  expect(length([3e-200, -4e-200]) / 5e-200).toBeCloseTo(1, 14);
  expect([length([1, Number.NaN]), length([1, Number.NEGATIVE_INFINITY])]).toEqual([
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]);
});

describe("batches", () => {
  const orders = Uint16Array.of(4, 0, 1, 2, 3, 3, 0, 1, 4, 2); // gdlib.minibatch.batches(5, b, seed=1)

  test("are dealt from the orders, the last of an epoch short", () => {
    const batch = dealt(orders, 5, 2);
    expect([0, 1, 2, 3, 4, 5].map((t) => [...batch(t)])).toEqual([[4, 0], [1, 2], [3], [3, 0], [1, 4], [2]]);
    expect(() => batch(6)).toThrow("no order for step 6");
  });

  test("one row, and a size that divides; all rows need no order", () => {
    expect([...dealt(orders, 5, 1)(7)]).toEqual([1]);
    expect([...dealt(Uint16Array.of(3, 1, 0, 2), 4, 2)(1)]).toEqual([0, 2]);
    expect(dealt(new Uint16Array(0), 5, 5)(77)).toBeUndefined();
  });

  test("a walk by them uses each batch's gradient, and looks at the next one's at the end", () => {
    const pull = { d: 1, value: () => 0, gradient: ([x], rows) => [x - (rows ? rows[0] : 10)] };
    const walk = stochastic(pull, [0], { lr: 0.5, T: 2, batch: dealt(orders, 5, 2) });
    expect(walk).toEqual({ points: [[0], [2], [1.5]], norms: [4, 1, 1.5], stop: "exhausted", steps: 2 });
    const all = stochastic(pull, [0], { lr: 0.5, T: 1, batch: dealt(orders, 5, 5) });
    expect(all.points).toEqual([[0], [5]]);
  });

  test("a gradient of 0 is no reason to stop, one that is not finite is", () => {
    const settings = { lr: 1, T: 4, batch: () => undefined };
    expect(stochastic({ gradient: () => [0] }, [1], settings)).toMatchObject({ stop: "exhausted", steps: 4 });
    expect(stochastic({ gradient: ([x]) => [x ? Number.NaN : 1] }, [0], settings)).toMatchObject({
      stop: "diverged",
      steps: 1,
    });
  });
});

describe("differences", () => {
  test.each([
    ["forward", [3, 3]],
    ["backward", [1, 3]],
    ["central", [2, 3]],
  ])("%s, of x² + 3y at (1, 0) with h = 1", (scheme, expected) => {
    expect(difference(([x, y]) => x * x + 3 * y, [1, 0], 1, scheme)).toEqual(expected);
  });

  test("of two sides if nothing is said, with the step that suits the place", () => {
    const asked = [];
    const kept = ([x]) => {
      asked.push(x);
      return 0;
    };
    difference(kept, [1000]);
    expect(asked[0] - 1000).toBeCloseTo(1000 * 6.055e-6, 5);
    expect(asked[1] - 1000).toBeCloseTo(-1000 * 6.055e-6, 5);
    difference(kept, [0], null, "forward");
    expect(asked.slice(2)).toEqual([2 ** -26, 0]);
  });

  test("where x + h is x, it is 0", () => {
    expect(difference(([x]) => x, [1e20], 1)).toEqual([0]);
  });
});

describe("curvatures", () => {
  const of = (a, b, c) => ({ gradient: ([x, y]) => [a * x + b * y, b * x + c * y] });

  test("by differences of the gradient: eigenvalues of (2, 1; 1, 2) are 1 and 3", () => {
    const { L, mu } = curvatures(of(2, 1, 2), [[0.3, 7]]);
    expect(L).toBeCloseTo(3, 8);
    expect(mu).toBeCloseTo(1, 8);
  });

  test("L is a size, mu has its sign", () => {
    expect(
      curvatures(
        {
          hessian: () => [
            [-5, 0],
            [0, 2],
          ],
        },
        [[0, 0]],
      ),
    ).toEqual({ L: 5, mu: -5 });
  });

  test("the largest and the smallest on the way, where they are finite", () => {
    const cubic = { hessian: ([x]) => [[6 * x]] };
    expect(curvatures(cubic, [[1], [Number.NaN], [3], [2]])).toEqual({ L: 18, mu: 6 });
    expect(curvatures(cubic, [[Number.NaN]])).toEqual({ L: Number.NaN, mu: Number.NaN });
  });
});
