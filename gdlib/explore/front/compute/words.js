// Numbers as readers see them.

import { say } from "./say.js";

/** At most `digits` significant digits, and a real minus. @param {number | null | undefined} value */
export function words(value, digits = 4) {
  if (value == null || Number.isNaN(value)) return say`not a number`;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const long = size !== 0 && (size < 1e-3 || size >= 1e6);
  if (!long) return minus(String(Number(value.toPrecision(digits))));
  const [factor, exponent] = value.toExponential(digits - 2).split("e");
  return minus(`${Number(factor)}e${Number(exponent)}`);
}

export const minus = (/** @type {string} */ text) => text.replaceAll("-", "−");

/** " − 2", or of −2 " + 2": a number that is taken off. @param {number} v */
export const less = (v) => (v < 0 ? ` + ${words(-v)}` : ` − ${words(v)}`);

/** A point. @param {number[]} p @param {number} [digits] */
export function place(p, digits) {
  if (p.length === 1) return `x = ${words(p[0], digits)}`;
  return `(${p.map((v) => words(v, digits)).join(", ")})`;
}

/** "1 step", "2 steps". @param {number} n */
export const counted = (n) => (n === 1 ? say`1 step` : say`${n} steps`);

/** With commas: "1,000". @param {number} v */
export const grouped = (v) => v.toLocaleString("en");

/** "1 update", "1,000 updates". @param {number} n */
export const updates = (n) => (n === 1 ? say`1 update` : say`${grouped(n)} updates`);

/** "once", "1,000 times". @param {number} n */
export const often = (n) => (n === 1 ? say`once` : say`${grouped(n)} times`);

/** A tick of a logarithmic axis: "0.1" or "10⁻⁵". @param {number} v */
export function power(v) {
  if (v >= 0.01 && v <= 1000) return words(v);
  const digits = [...String(Math.round(Math.log10(v)))];
  return `10${digits.map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}`;
}

/** As gdlib.scale.memory.readable says bytes: "183 GiB". @param {number} v */
export function bytes(v) {
  let k = 0;
  for (; k < 4 && v >= 1023.5; k++) v /= 1024;
  const number = v < 999.5 ? Number(v.toPrecision(3)) : Math.round(v);
  return `${number} ${["B", "KiB", "MiB", "GiB", "TiB"][k]}`;
}

/** Text that stays text within HTML. @param {string} text */
export const plain = (text) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A formula of x with a number in its place, as HTML: "0.2 / (2 · (2 − 2 · 0.2))", "sin(−1)". @param {string} formula @param {number} x */
export function valued(formula, x) {
  const number = x < 0 ? `(${words(x)})` : words(x);
  const raised = formula.replace(/ ?\*\* ?(\d+)/g, "^$1").replace(/ ?\*\* ?/g, "^");
  const said = minus(raised.replace(/ ?\* ?/g, " · ").replace(/\bx\b/g, number)).replace(/\(\(([^()]*)\)\)/g, "($1)");
  return plain(said).replace(/\^(\d+)/g, "<sup>$1</sup>");
}
