// The machine is a WebAssembly.Memory. It grows by pages up to its maximum; then the engine says no, in its own words.
// Every number of a descent lies in it: β, the gradient, and the rows that are held. The file does not: its rows are
// made when they are asked for, row i from i alone, and so it has none of the machine's bytes.

export const PAGE = 2 ** 16; // bytes
const GROWTHS = 32; // about so many until a memory is full: the eye sees it fill

/** The bytes of a descent that holds so many rows of d numbers, with their targets: they, β and the gradient.
 * @param {number} rows @param {number} d */
export const heldBytes = (rows, d) => 8 * (rows * (d + 1) + 2 * d);

/** What memory has of it: whole pages. @param {number} size */
const inPages = (size) => PAGE * Math.ceil(size / PAGE);

/** Half of what is stable for batches of b such rows. @param {number} b @param {number} d */
const rateOf = (b, d) => 1 / (2 + (2 * (d + 2)) / (3 * b));

/** The next 32 bits (G. Marsaglia, "Xorshift RNGs", 2003). @param {number} bits */
function shaken(bits) {
  bits ^= bits << 13;
  bits ^= bits >>> 17;
  return bits ^ (bits << 5);
}

/** Writes row i of the file from `at` on, d − 1 numbers between −1 and 1 and a 1, and its target, which it returns: a sum
 * of them with weights, and noise. @type {(numbers: Float64Array, at: number, i: number, d: number) => number} */
function readRow(numbers, at, i, d) {
  let [bits, target] = [shaken(Math.imul(i + 1, 0x9e3779b1)), 1];
  for (let j = 0; j < d - 1; j++) {
    bits = shaken(bits);
    numbers[at + j] = bits / 2 ** 31;
    target += ((j % 5) - 2) * 0.25 * numbers[at + j];
  }
  numbers[at + d - 1] = 1;
  numbers[at + d] = target + shaken(bits) / 2 ** 32;
  return numbers[at + d];
}

/** One update of β, by the m rows from `at` on: β −= lr · 2/m · (−Xᵀr). The sum of their squared residuals before it.
 * @type {(numbers: Float64Array, at: number, m: number, d: number, lr: number) => number} */
function update(numbers, at, m, d, lr) {
  let squares = 0;
  numbers.fill(0, d, 2 * d);
  for (let row = at; row < at + m * (d + 1); row += d + 1) {
    let left = numbers[row + d];
    for (let j = 0; j < d; j++) left -= numbers[row + j] * numbers[j];
    for (let j = 0; j < d; j++) numbers[d + j] -= numbers[row + j] * left;
    squares += left * left;
  }
  for (let j = 0; j < d; j++) numbers[j] -= ((lr * 2) / m) * numbers[d + j];
  return squares;
}

/** Rows `from` to `to` of the file, from `at` on; of their targets the share in the loss at β = 0.
 * @type {(numbers: Float64Array, at: number, from: number, to: number, asked: Machine) => number} */
function readRows(numbers, at, from, to, { n, d }) {
  let share = 0;
  for (let i = from; i < to; i++, at += d + 1) share += readRow(numbers, at, i, d) ** 2 / n;
  return share;
}

/** So many rows come in, and memory grows with them, some pages at a time. Yields true after each growth.
 * @param {WebAssembly.Memory} memory empty @param {Run} run @param {number} rows @param {Machine} asked */
function* load(memory, run, rows, asked) {
  const { d, memory: most } = asked;
  const [whole, step] = [inPages(heldBytes(rows, d)), Math.ceil(most / PAGE / GROWTHS)];
  while (run.held < rows) {
    memory.grow(Math.min(step, (whole - run.bytes) / PAGE)); // here it throws
    const numbers = new Float64Array(memory.buffer); // a buffer that has grown is a new one
    const held = Math.min(rows, Math.floor((numbers.length - 2 * d) / (d + 1)));
    run.start += readRows(numbers, 2 * d + run.held * (d + 1), run.held, held, asked);
    [run.held, run.bytes] = [held, numbers.byteLength];
    yield true;
  }
}

/** A pass of descent over the file in batches of b, with all of its rows held or with one batch. It keeps what it has come
 * to in `run`, yields after each update, and throws what the engine throws.
 * @param {WebAssembly.Memory} memory empty @param {Run} run @param {Machine} asked @param {boolean} loaded */
function* descend(memory, run, asked, loaded) {
  const { n, d, b } = asked;
  yield* load(memory, run, loaded ? n : b, asked);
  const numbers = new Float64Array(memory.buffer);
  let [squares, rows, part] = [0, 0, 0]; // the loss is the mean over a fiftieth of the pass
  for (let i = 0; i < n; i += b) {
    const end = Math.min(n, i + b);
    if (!loaded && i) run.start += readRows(numbers, 2 * d, i, end, asked);
    const now = Math.floor((50 * i) / n);
    if (now > part) [squares, rows, part] = [0, 0, now];
    squares += update(numbers, 2 * d + (loaded ? i * (d + 1) : 0), end - i, d, rateOf(b, d));
    rows += end - i;
    Object.assign(run, { updates: run.updates + 1, done: end / n, loss: squares / rows });
    yield false;
  }
}

/** All rows at once, slices of them, and mini-batches from the file: one after the other, each in a new memory.
 * @param {new (sizes: WebAssembly.MemoryDescriptor) => WebAssembly.Memory} Memory
 * @param {Machine} asked @returns {Trial} */
export function trial(Memory, asked) {
  const { n, memory } = asked;
  /** @type {Run[]} */
  const runs = [];
  function* work() {
    for (const [k, b] of [n, asked.b, asked.b].entries()) {
      const run = { held: 0, bytes: 0, updates: 0, done: 0, start: 0, loss: 0, error: "" };
      runs.push(run);
      try {
        yield* descend(new Memory({ initial: 0, maximum: memory / PAGE }), run, { ...asked, b }, k < 2);
      } catch (error) {
        run.error = String(error);
      }
    }
  }
  return { ...asked, runs, work: work() };
}
