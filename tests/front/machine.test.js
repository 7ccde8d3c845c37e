// The machine is a real WebAssembly.Memory here too; its bytes are those of gdlib.scale.memory.footprint.

import { readFileSync } from "node:fs";
import { panel } from "../../gdlib/explore/front/compute/layout.js";
import { heldBytes, PAGE, trial } from "../../gdlib/explore/front/compute/machine.js";
import { explorers } from "../../gdlib/explore/front/explorers/index.js";

const { machines } = JSON.parse(readFileSync(`${import.meta.dirname}/../../build/front/settings.json`, "utf8")).kinds;
const { Memory } = WebAssembly;
vi.setConfig({ testTimeout: 60_000 });

/** All three programs, to their ends. */
const ran = (asked, kind = Memory) => {
  const made = trial(kind, asked);
  for (const _ of made.work);
  return made.runs;
};
/** What the engine says where a memory of so many pages is to have more. */
const refusal = (pages) => {
  try {
    return new Memory({ initial: 0, maximum: pages }).grow(pages + 1);
  } catch (error) {
    return error;
  }
};
const MIB = 2 ** 20;
const small = { n: 3000, d: 49, b: 64, memory: MIB };

test("the peak of each program is the bytes that gdlib predicts, in whole pages; beyond the maximum it dies", () => {
  const died = machines.flatMap(({ all, batch, ...asked }) => {
    const sizes = [all, all, batch];
    expect([heldBytes(asked.n, asked.d), heldBytes(asked.b, asked.d)]).toEqual([all, batch]);
    return ran(asked).flatMap(({ error, bytes, done }, k) => {
      const fits = sizes[k] <= asked.memory;
      expect([error === "", done]).toEqual([fits, fits ? 1 : 0]);
      expect(bytes).toBe(fits ? PAGE * Math.ceil(sizes[k] / PAGE) : Math.min(bytes, asked.memory));
      return fits ? [] : [k];
    });
  });
  const [all, slices, batches] = [0, 1, 2].map((k) => died.filter((j) => j === k).length / machines.length);
  expect(batches).toBeGreaterThan(0.1);
  expect(slices).toBe(all);
  expect(all).toBeGreaterThan(batches);
  expect(all).toBeLessThan(0.9);
});

test("of a table that is too large only the mini-batches finish; the error is the engine's own", () => {
  const [all, slices, batches] = ran(small);
  const error = refusal(16);
  expect(error).toBeInstanceOf(RangeError);
  for (const run of [all, slices]) expect(run).toMatchObject({ error: String(error), updates: 0, done: 0, bytes: MIB });
  expect(all.held).toBeLessThan(3000);
  expect(batches).toMatchObject({ error: "", updates: 47, bytes: PAGE });
});

test("what the engine says is passed on, whichever engine", () => {
  class Other extends Memory {
    grow() {
      throw new RangeError("failed to grow memory");
    }
  }
  for (const { error, bytes } of ran(small, Other))
    expect([error, bytes]).toEqual(["RangeError: failed to grow memory", 0]);
  class None {
    constructor() {
      throw new RangeError("no room");
    }
  }
  expect(ran(small, None).map(({ error }) => error)).toEqual(Array(3).fill("RangeError: no room"));
});

test("it is descent: the loss falls to the noise, at every batch size; slices go the same way", () => {
  for (const b of [1, 7, 64, 1000]) {
    const [all, slices, batches] = ran({ n: 20_000, d: 49, b, memory: 16 * MIB });
    expect(slices.loss).toBe(batches.loss);
    for (const { start } of [all, slices]) expect(start).toBeCloseTo(batches.start, 9);
    expect(all.loss).toBeCloseTo(all.start, 9); // its only update comes after
    expect(batches.start).toBeGreaterThan(2.8); // 1, 48/24 of the weighted sum, 1/12 of noise
    expect(batches.start).toBeLessThan(3.4);
    expect(batches.loss).toBeLessThan(b === 1 ? 0.25 : 0.15);
    expect(batches.loss).toBeGreaterThan(0.07);
  }
});

test("a row is known from its number alone, whatever batch it comes in", () => {
  const starts = [1, 9, 500].map((b) => ran({ n: 500, d: 5, b, memory: MIB })[2].start);
  for (const start of starts) expect(start).toBeCloseTo(starts[0], 12);
});

test("one may look each time that memory has grown, and after each update", () => {
  const made = trial(Memory, { n: 20_000, d: 49, b: 5000, memory: 4 * MIB });
  const [looks, grown] = [[], [0]];
  for (const look of made.work) {
    looks.push(look);
    if (made.runs.length === 1) grown.push(made.runs[0].bytes);
  }
  const steps = grown.slice(1).map((size, k) => size - grown[k]);
  expect(steps).toEqual(Array(32).fill(2 * PAGE)); // and then no more
  expect(looks.filter((look) => !look).length).toBe(4); // all rows and slices do not fit
});

describe("the explorer", () => {
  const axes = (x, y, logx, logy) => ({ x, y, xlabel: "", ylabel: "", logx, logy });
  const spec = { kind: "machine", d: 49, values: { n: [1000, 3000], b: [1, 64, 2048, 4096], memory: [MIB, 2 * MIB] } };
  const stage = {
    ...{ spec, font: 10, colour: {}, lit: "", ran: [] },
    main: panel(axes([2 ** 10, 2 ** 30], [0, 3], true, false), { x: 0, y: 0, w: 200, h: 90 }), // an octave is 10 pixels
    side: panel(axes([1, 2 ** 20], [2 ** 10, 2 ** 30], true, true), { x: 300, y: 0, w: 200, h: 200 }),
  };
  const plain = (text) => text.replace(/<\/?(b|code)>/g, "");
  const select = (n, b, memory, stages = stage) => explorers.machine.select(stages, { n, b, memory }, false);
  /** What is shown once Run has run. */
  const run = (n, b, memory) => {
    const made = explorers.machine.begin({ spec }, { n, b, memory });
    for (const _ of made.work);
    return select(n, b, memory, { ...stage, ran: [made] });
  };

  test("before Run it predicts the bytes, and does not tell what slices take", () => {
    const now = select(1, 1, 0);
    expect(now.text.map(plain)).toEqual(["Run gives each program a new memory of at most 16 pages of 64 KiB."]);
    const [all, batch] = [8 * (3000 * 50 + 98), 8 * (64 * 50 + 98)];
    expect(now.formula).toEqual([
      "predicted: all rows 8 · (3,000 · 50 + 98) = 1.15 MiB, a batch 8 · (64 · 50 + 98) = 25.8 KiB",
    ]);
    expect(now.shown).toMatchObject({ all, batch, outcomes: ["", "", ""] });
  });

  test("before Run two bars have an outline, after it all three", () => {
    const outlines = ({ draw }) => {
      const seen = [];
      const pen = { measureText: () => ({ width: 9 }), strokeRect: (...box) => seen.push(box) };
      draw(new Proxy(pen, { get: (own, name) => own[name] ?? (() => {}) }));
      return seen.map(([x, , wide]) => Math.round(x + wide));
    };
    const [all, batch] = [8 * (3000 * 50 + 98), 8 * (64 * 50 + 98)].map((size) => Math.round(stage.main.X(size)));
    expect(outlines(select(1, 1, 0))).toEqual([all, batch]);
    expect(outlines(run(1, 1, 0))).toEqual([all, all, batch]);
  });

  test("after it the engine's words stand beside the rows that came in, and the peak beside what was predicted", () => {
    const now = run(1, 1, 0);
    const words = String(refusal(16));
    expect(now.shown.outcomes).toEqual(["died", "died", "finished"]);
    const [verdict, all, slices, batches] = now.text.map(plain);
    expect(verdict).toBe("Only the mini-batches finish: they hold one batch.");
    expect(all).toMatch(/^All rows at once: out of memory, with [\d,]+ of 3,000 rows in 1 MiB\. /);
    expect(all.endsWith(words)).toBe(true);
    expect(slices).toBe("Slices of all rows: out of memory, in the same words.");
    expect(batches).toMatch(/^Mini-batches: finished, 47 updates, loss from 3\.\d* to 0\.0\d*\. /);
    expect(batches).toMatch(/Peak 64 KiB, the predicted 25\.8 KiB in whole pages\.$/);
  });

  test("a batch can be too large too; where all rows fit all three finish; no batch is larger than n", () => {
    expect(plain(run(1, 3, 0).text[0])).toBe("None finishes: one batch alone is too large. No batch is larger than n.");
    expect(plain(run(1, 1, 1).text[0])).toBe("All three finish: all rows fit.");
    expect(plain(run(1, 1, 1).text[1])).toMatch(
      /finished, 1 update\. Peak 1\.19 MiB, the predicted 1\.15 MiB in whole pages\.$/,
    );
    expect(run(0, 3, 0).shown.b).toBe(1000);
  });

  test("what was run is shown again where its settings are, and nowhere else", () => {
    const made = explorers.machine.begin({ spec }, { n: 1, b: 1, memory: 0 });
    for (const _ of made.work);
    const after = { ...stage, ran: [made] };
    expect(select(1, 1, 0, after).shown.outcomes[2]).toBe("finished");
    for (const at of [
      [0, 1, 0],
      [1, 2, 0],
      [1, 1, 1],
    ])
      expect(select(...at, after).shown.outcomes[2]).toBe("");
  });

  test("rings: the batch, the rows, the memory", () => {
    const rings = Object.fromEntries(select(1, 1, 0).handles.map((ring) => [ring.name, ring]));
    expect(rings.memory.at[0]).toBeCloseTo(100);
    expect(rings.memory.move([110, 0])).toEqual({ memory: 1 });
    expect(rings.rows.move([rings.rows.at[0] - 14, 0])).toEqual({ n: 0 });
    expect(rings.batch.move([rings.batch.at[0] + 50, 0])).toEqual({ b: 2 });
    expect(rings.batch.says).toBe("25.8 KiB");
  });

  test("where WebAssembly is forbidden it says so, and nothing runs", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(select(1, 1, 0).text[0]).toMatch(/^This browser has no WebAssembly/);
    expect(explorers.machine.begin({ spec }, { n: 1, b: 1, memory: 0 })).toBe(null);
    vi.unstubAllGlobals();
  });
});
