// A line that is drawn by hand: a list of points of the picture, from 0 to 1 each way. The line of a curve has one
// point at each of its CELLS + 1 places from left to right, up to where it is drawn; that of a walk is free.

export const CELLS = 96; // of a curve
const MOST = 120; // points of a walk
const NEAR = 0.006; // no two points of a walk are nearer

/** @type {(a: Pair, b: Pair) => number} */
const apart = (a, b) => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** A curve's line after the pencil went from one place to another: what lay there is replaced, but nothing before the
 * `first` place. @type {(line: Pair[], from: Pair, to: Pair, first?: number) => Pair[]} */
export function swept(line, from, to, first = 1) {
  const drawn = line.slice();
  const [start, end] = [from, to].map(([x]) => Math.round(x * CELLS));
  const way = Math.sign(end - start) || 1;
  for (let i = start; way * i <= way * end; i += way) {
    const share = end === start ? 1 : (i - start) / (end - start);
    if (i >= first) drawn[i] = [i / CELLS, from[1] + share * (to[1] - from[1])];
  }
  return drawn;
}

/** A walk's line led on to a place; a long one gives up every other point. @type {(line: Pair[], to: Pair) => Pair[]} */
export function led(line, to) {
  if (apart(line[line.length - 1], to) < NEAR) return line;
  const longer = [...line, to];
  return longer.length > MOST ? longer.filter((_, k) => k % 2 === 0 || k === longer.length - 1) : longer;
}

/** How far along its line each point is, 0 to 1. @param {Pair[]} line */
export function shares(line) {
  let length = 0;
  const ways = line.map((point, k) => {
    length += k ? apart(line[k - 1], point) : 0;
    return length;
  });
  return ways.map((way) => (length ? way / length : 0));
}

/** The point at a share of the way. @type {(line: Pair[], ways: number[], share: number) => Pair} */
export function along(line, ways, share) {
  const next = ways.findIndex((way) => way >= share - 1e-12);
  if (next <= 0) return line[Math.max(0, next === 0 ? 0 : line.length - 1)];
  const u = (share - ways[next - 1]) / (ways[next] - ways[next - 1] || 1);
  const [a, b] = [line[next - 1], line[next]];
  return [a[0] + u * (b[0] - a[0]), a[1] + u * (b[1] - a[1])];
}

/** How much place q of Catmull and Rom's curve through `last` + 1 values one apart follows value k: straight where
 * the values lie straight. @type {(k: number, last: number, q: number) => number} */
export function follows(k, last, q) {
  const j = Math.max(0, Math.min(last - 1, Math.floor(q)));
  const u = q - j;
  const inner = (/** @type {number} */ i) => Number(i === k);
  const value = (/** @type {number} */ i) =>
    i < 0 ? 2 * inner(0) - inner(1) : i > last ? 2 * inner(last) - inner(last - 1) : inner(i);
  const [a, b, c, d] = [j - 1, j, j + 1, j + 2].map(value);
  return b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)));
}

const within = (/** @type {number} */ v) => Math.max(0, Math.min(1, v));

/** A line whose k-th of `last` points, evenly spaced, is moved by [dx, dy]: the rest follows smoothly, the start stays.
 * @type {(line: Pair[], k: number, last: number, by: Pair, free: boolean) => Pair[]} */
export function bent(line, k, last, [dx, dy], free) {
  const ways = free ? shares(line) : line.map(([x]) => x);
  return line.map(([x, y], j) => {
    const much = follows(k, last, last * ways[j]);
    return [free ? within(x + much * dx) : x, within(y + much * dy)];
  });
}

/** A curve's line led level to the right edge; of a walk that is not begun, a short way to the middle.
 * @type {(line: Pair[], free: boolean) => Pair[]} */
export function whole(line, free) {
  const [x, y] = line[line.length - 1];
  if (!free) return swept(line, [x, y], [1, y]);
  if (line.length > 1) return line;
  const [dx, dy] = [0.5 - x, 0.5 - y];
  const size = 0.3 / (Math.hypot(dx, dy) || 1);
  return Array.from({ length: 25 }, (_, j) => [x + (j / 24) * size * dx, y + (j / 24) * size * dy]);
}

/** The fewest points that keep a line within `tolerance` (Ramer, Douglas and Peucker).
 * @type {(line: Pair[], tolerance: number) => Pair[]} */
export function simplified(line, tolerance) {
  const [a, b] = [line[0], line[line.length - 1]];
  const size = apart(a, b);
  const off = line.map((p) =>
    size ? Math.abs((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])) / size : apart(a, p),
  );
  const far = off.indexOf(Math.max(...off));
  if (line.length < 3 || off[far] <= tolerance) return [a, b];
  return [...simplified(line.slice(0, far + 1), tolerance).slice(0, -1), ...simplified(line.slice(far), tolerance)];
}
