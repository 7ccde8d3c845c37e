// Three programs in the memory of a machine that is real: a WebAssembly.Memory with a maximum.

import { heldBytes, PAGE, trial } from "../compute/machine.js";
import { say } from "../compute/say.js";
import { bytes, grouped, plain, updates, words } from "../compute/words.js";
import { axes, bars, ring } from "../draw/bytes.js";
import { level, pin, plot } from "../draw/pen.js";

const NAMES = [say`All rows at once`, say`Slices of all rows`, say`Mini-batches`];

/** What is selected. @param {MachineSpec} spec @param {Values} values places in its lists */
function selection({ values: lists, d }, values) {
  const [n, asked, memory] = /** @type {const} */ (["n", "b", "memory"]).map(
    (name) => lists[name][Math.round(values[name])],
  );
  return { n, d, b: Math.min(asked, n), asked, memory };
}

const OUTCOMES = { "": "", died: say`died`, running: say`running`, finished: say`finished` };

/** What came of a program; undefined: it has not begun. @param {Run | undefined} run */
function outcome(run) {
  if (!run) return "";
  return run.error ? "died" : run.done < 1 ? "running" : "finished";
}

/** @param {ReturnType<typeof selection>} m @param {Run[]} runs */
function verdict({ memory, b, asked }, runs) {
  if (!globalThis.WebAssembly?.Memory)
    return say`This browser has no WebAssembly, as where a policy forbids it, and so no machine to fill. The bytes are predicted.`;
  const [ended, died] = [runs.filter((run) => run?.done === 1).length, runs.filter((run) => run?.error).length];
  const cut = b < asked ? ` ${say`No batch is larger than n.`}` : "";
  if (ended + died < 3)
    return say`<b>Run</b> gives each program a new memory of at most ${grouped(memory / PAGE)} pages of 64 KiB.` + cut;
  if (died === 3) return say`<b>None finishes</b>: one batch alone is too large.` + cut;
  if (died) return say`<b>Only the mini-batches finish</b>: they hold one batch.` + cut;
  return say`<b>All three finish</b>: all rows fit.` + cut;
}

/** What became of program k. @param {Machine} m @param {Run[]} runs @param {number} k */
function sentence({ n, b, d }, runs, k) {
  const [run, rows] = [runs[k], k < 2 ? n : b];
  const name = `<b>${NAMES[k]}</b>`;
  if (outcome(run) === "running") return say`${name}: ${Math.floor(100 * run.done)} % of the pass.`;
  if (k === 1 && run.error && run.error === runs[0].error)
    return say`${name}: <b>out of memory</b>, in the same words.`;
  if (run.error) {
    const counted = say`${grouped(run.held)} of ${grouped(rows)} rows in ${bytes(run.bytes)}`;
    return `${say`${name}: <b>out of memory</b>, with ${counted}.`} <code>${plain(run.error)}</code>`;
  }
  const fell = run.updates > 1 ? `, ${say`loss from ${words(run.start, 3)} to ${words(run.loss, 2)}`}` : "";
  const done = say`${name}: <b>finished</b>, ${updates(run.updates)}${fell}.`;
  const peak = say`Peak <b>${bytes(run.bytes)}</b>, the predicted ${bytes(heldBytes(rows, d))} in whole pages.`;
  return `${done} ${peak}`;
}

/** Of so many rows the bytes. @param {number} rows @param {number} d */
const product = (rows, d) => `8 · (${grouped(rows)} · ${d + 1} + ${2 * d})`;

/** @type {Explorer<MachineSpec>} */
export const machine = {
  keys: (_, { blue, red, orange }) => [{}, { [say`all rows`]: blue, [say`memory`]: red, [say`a batch`]: orange }],
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
    const [all, batch] = [n, b].map((rows) => heldBytes(rows, d));
    const pixel = side.at(b, batch);
    return {
      shown: { ...m, all, batch, pixel, runs, outcomes: NAMES.map((_, k) => outcome(runs[k])) },
      text: [verdict(m, runs), ...runs.map((_, k) => sentence(m, runs, k))],
      formula: [say`predicted: all rows ${product(n, d)} = ${bytes(all)}, a batch ${product(b, d)} = ${bytes(batch)}`],
      handles: [
        ring(stage, 2, say`batch`, "b", batch, b),
        ring(stage, 0, say`rows`, "n", all, n),
        ring(stage, 1, say`memory`, "memory", memory, memory),
      ],
      draw(g) {
        const lane = (/** @type {string} */ name, /** @type {number} */ k) => ({
          label: runs[k] ? `${name}: ${bytes(runs[k].bytes)}, ${OUTCOMES[outcome(runs[k])]}` : name,
          size: runs[k]?.bytes ?? 0,
          fill: [colour.blue, colour.green, colour.orange][k],
          whole: [all, runs[1] ? all : 0, batch][k], // what slices take is the question
        });
        bars(g, stage, NAMES.map(lane), memory);
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
