// Three programs in the memory of a machine that is real: a WebAssembly.Memory with a maximum.

import { heldBytes, inPages, PAGE, trial } from "../compute/machine.js";
import { bytes, grouped, plain, plural, words } from "../compute/words.js";
import { axes, bars, ring } from "../draw/bytes.js";
import { level, pin, plot } from "../draw/pen.js";

const NAMES = ["all rows at once", "slices of all rows", "mini-batches from the file"];

/** What is selected. @param {MachineSpec} spec @param {Values} values places in its lists */
function selection({ values: lists, d }, values) {
  const [n, asked, memory] = /** @type {const} */ (["n", "b", "memory"]).map((name) => lists[name][values[name]]);
  return { n, d, b: Math.min(asked, n), asked, memory };
}

/** What came of a program; undefined: it has not begun. @param {Run | undefined} run */
function outcome(run) {
  if (!run) return "";
  return run.error ? "out of memory" : run.done < 1 ? "running" : "finished";
}

/** @param {ReturnType<typeof selection>} m @param {Run[]} runs */
function verdict({ memory, b, asked }, runs) {
  if (!globalThis.WebAssembly?.Memory)
    return "This browser has no WebAssembly, as where a policy forbids it, and so no machine to fill. The bytes are predicted.";
  const [ended, died] = [runs.filter((run) => run?.done === 1).length, runs.filter((run) => run?.error).length];
  const cut = b < asked ? " No batch is larger than n." : "";
  if (ended + died < 3)
    return `<b>Run</b> gives each program a new memory of ${bytes(memory)}, ${grouped(memory / PAGE)} pages of 64 KiB at most.${cut}`;
  if (died === 3) return `<b>None finishes</b>: one batch alone is too large.${cut}`;
  return `${died ? "<b>Only the mini-batches finish</b>: they hold one batch" : "<b>All three finish</b>: all rows fit"}.${cut}`;
}

/** What became of one program. @type {(name: string, run: Run | undefined, rows: number, d: number) => string} */
function sentence(name, run, rows, d) {
  const came = outcome(run);
  if (!run || came === "running") return `<b>${name}</b>: ${came || "not run yet"}.`;
  const counted = `${grouped(run.held)} of ${grouped(rows)} rows in ${bytes(run.bytes)}`;
  if (run.error) return `<b>${name}</b>: <b>${came}</b>, with ${counted}. <code>${plain(run.error)}</code>`;
  const fell = run.updates > 1 ? `, mean square from ${words(run.start, 3)} to ${words(run.loss, 2)}` : "";
  const size = heldBytes(rows, d);
  return (
    `<b>${name}</b>: <b>${came}</b>, ${grouped(run.updates)} update${plural(run.updates)}${fell}. ` +
    `Peak <b>${bytes(run.bytes)}</b>; predicted ${bytes(size)}, in whole pages ${bytes(inPages(size))}.`
  );
}

/** @type {Explorer<MachineSpec>} */
export const machine = {
  keys: (_, { blue, red, orange }) => [{}, { "all rows": blue, memory: red, "a batch": orange }],
  axes,
  begin({ spec }, values) {
    const { Memory } = globalThis.WebAssembly ?? {};
    return Memory ? trial(Memory, selection(spec, values)) : null;
  },
  select(stage, values) {
    const { spec, side, colour, back, ran } = stage;
    const m = selection(spec, values);
    const { n, b, d, memory } = m;
    const runs = ran.find((t) => t.n === n && t.b === b && t.memory === memory)?.runs ?? [];
    const programs = NAMES.map((name, k) => ({
      name,
      run: /** @type {Run | undefined} */ (runs[k]),
      rows: k < 2 ? n : b,
    }));
    const [all, batch] = [n, b].map((rows) => heldBytes(rows, d));
    const pixel = side.at(b, batch);
    return {
      shown: { ...m, all, batch, pixel, runs, outcomes: programs.map(({ run }) => outcome(run)) },
      text: [verdict(m, runs), ...programs.map(({ name, run, rows }) => sentence(name, run, rows, d))],
      formula: [
        `predicted, 8 · (rows · ${d + 1} + 2 · ${d}) bytes: all ${grouped(n)} rows ${bytes(all)}, a batch of ${grouped(b)} ${bytes(batch)}`,
      ],
      handles: [
        ring(stage, 2, "batch", "b", batch, b),
        ring(stage, 0, "rows", "n", all, n),
        ring(stage, 1, "memory", "memory", memory, memory),
      ],
      draw(g) {
        const lane = (/** @type {typeof programs[0]} */ { name, run, rows }, /** @type {number} */ k) => ({
          label: run ? `${name}: ${bytes(run.bytes)}, ${outcome(run)}` : name,
          size: run?.bytes ?? 0,
          fill: [colour.blue, colour.green, colour.orange][k],
          whole: run || k !== 1 ? heldBytes(rows, d) : 0, // what slices take is the question
        });
        bars(g, stage, programs.map(lane), memory);
        plot(g, side, 19, (j) => [2 ** j, heldBytes(2 ** j, d)], colour.orange, 3);
        level(g, side, memory, colour.red, 3);
        level(g, side, all, colour.blue, 2, [8, 5]);
        pin(g, side, pixel, 7, back, colour.orange);
        for (const t of ran.filter((t) => t.memory === memory && outcome(t.runs[2]))) {
          const { error, bytes: peak } = t.runs[2];
          if (error) pin(g, side, side.at(t.b, heldBytes(t.b, d)), 6, back, colour.red);
          else pin(g, side, side.at(t.b, peak), 6, colour.orange, back);
        }
      },
    };
  },
};
