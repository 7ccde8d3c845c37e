// The browser's walks, differences, heights and levels beside gdlib's own, on random settings of every kind: settings.py makes them.

import { readFileSync, writeFileSync } from "node:fs";
import { levels } from "../../gdlib/explore/front/compute/contours.js";
import { objective } from "../../gdlib/explore/front/compute/objectives.js";
import { dealt, descend, difference, stochastic } from "../../gdlib/explore/front/compute/walks.js";

const made = `${import.meta.dirname}/../../build/front`;
const { arrays, kinds } = JSON.parse(readFileSync(`${made}/settings.json`, "utf8"));
const tables = Object.fromEntries(
  Object.entries(arrays).map(([of, list]) => {
    const kind = of === "grid" ? Int16Array : Float64Array;
    const typed = (table) => Object.fromEntries(Object.entries(table).map(([name, a]) => [name, kind.from(a)]));
    return [of, list.map(typed)];
  }),
);
vi.setConfig({ testTimeout: 60_000 });

const { differences, values, levels: lines, machines: _, ...walks } = kinds; // machine.test.js has the machines
const subjectOf = ({ subject, at }) => objective(subject, tables[subject.of]?.[at]);

/** The walk of a setting. */
const walked = (setting) => {
  const made = subjectOf(setting);
  if (!setting.b) return descend(made.gradient, setting.init, setting);
  return stochastic(made, setting.init, {
    ...setting,
    batch: dealt(Uint16Array.from(setting.orders), made.n, setting.b),
  });
};

/** What was compared, by kind, for bench/explore.py: how many, how many whole, how far apart at most. */
const compared = {};
afterAll(() => writeFileSync(`${made}/equality.json`, JSON.stringify(compared)));
let most = 0; // how far a point of this kind was off, in parts of the walk's farthest point

/** What differs, in words; "" where nothing does. */
const unlike = (setting, { points, norms, stop, steps }) => {
  if (setting.whole && (stop !== setting.stop || steps !== setting.steps))
    return `${stop} after ${steps} steps, gdlib ${setting.stop} after ${setting.steps}`;
  const farthest = (k) => Math.max(...points.slice(0, k + 1).map((p) => Math.hypot(...p)));
  const expected = setting.points.map((p, j) => [j * setting.every, p]);
  if (setting.whole) expected.push([setting.steps, setting.final]);
  const at = (k) => points[norms.at(-1) === 0 ? Math.min(k, steps) : k]; // where the gradient is 0 it would stay
  for (const [k, p] of expected.filter(([k]) => k < setting.same)) {
    const apart = Math.hypot(...p.map((v, i) => v - at(k)?.[i]));
    most = Math.max(most, apart / (farthest(k) || 1));
    if (!(apart <= 1e-9 * farthest(k))) return `at step ${k} of ${setting.steps} ${at(k)}, gdlib ${p}`;
  }
  const off = Math.abs(norms.at(-1) - setting.norm) > 1e-9 * Math.max(...norms);
  return setting.whole && setting.norm !== null && off ? `norm ${norms.at(-1)}, gdlib ${setting.norm}` : "";
};

const shown = ({ points, final, orders, ...setting }) => JSON.stringify(setting);

test.each(Object.entries(walks))("%s: same stop, steps and points", (kind, settings) => {
  most = 0;
  const faults = settings.map((setting) => [unlike(setting, walked(setting)), setting]).filter(([words]) => words);
  expect(faults.slice(0, 5).map(([words, setting]) => `${words}: ${shown(setting)}`)).toEqual([]);
  const whole = settings.filter(({ whole }) => whole).length;
  const long = settings.filter(({ same, steps, whole }) => whole || same - 1 > 0.75 * steps).length;
  compared[kind] = { settings: settings.length, whole, long, most };
  expect(settings.length).toBeGreaterThanOrEqual(500);
  expect(long).toBeGreaterThanOrEqual(450);
});

test("each way to end is met often, by each kind that can end so", () => {
  const ends = (settings, stop) => settings.filter((setting) => setting.stop === stop).length;
  for (const [kind, settings] of Object.entries(walks))
    for (const stop of settings[0].b ? ["exhausted"] : ["converged", "exhausted", "diverged"])
      expect([kind, stop, ends(settings, stop) >= 15]).toEqual([kind, stop, true]);
  expect(ends(walks["table, SGD"], "diverged")).toBeGreaterThan(0);
});

test("differences", () => {
  const faults = differences.flatMap((setting) => {
    const { value } = subjectOf(setting);
    const found = difference(value, setting.x, setting.h, setting.scheme);
    const apart = Math.hypot(...found.map((v, i) => v - setting.slopes[i]));
    return apart <= 1e-9 * Math.hypot(...setting.slopes) + setting.rounding
      ? []
      : [`${found}: ${shown(setting)} ${apart}`];
  });
  expect(faults).toEqual([]);
  expect(differences.length).toBeGreaterThanOrEqual(500);
});

test("heights, also of some rows alone", () => {
  const faults = values.filter((setting) => {
    const found = subjectOf(setting).value(setting.x, setting.rows ?? undefined);
    return !(Math.abs(found - setting.value) <= 1e-11 * Math.max(1, Math.abs(setting.value)));
  });
  expect(faults).toEqual([]);
  for (const of of ["table", "sine", "grid"])
    expect(values.filter(({ subject }) => subject.of === of).length).toBeGreaterThan(100);
});

test("levels", () => {
  const faults = lines.filter(({ heights, at }) => {
    const found = levels(Float64Array.from(heights, (v) => v ?? Number.NaN));
    return found.length !== at.length || found.some((level, k) => !(Math.abs(level - at[k]) < 1e-12));
  });
  expect(faults).toEqual([]);
  expect(lines.length).toBeGreaterThanOrEqual(500);
});
