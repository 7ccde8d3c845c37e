// A prediction against its answer.

import { words } from "./words.js";

/** What Python's `encoded` has made of a value. @param {string} code @returns {any} */
export const decode = (code) =>
  JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(code), (c) => c.charCodeAt(0))));

/**
 * The number that was typed, NaN where it is none: full-width digits, a true minus and 3·10^4 too. Of commas and dots
 * the last kind is the decimal sign, unless it groups thousands: twice, or once before three digits ("1,000", no "0,125").
 * @param {string} typed
 */
export function parsed(typed) {
  let text = typed
    .normalize("NFKC")
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/\s*[·×*]\s*10\s*(\^|\*\*)\s*/, "e");
  text = text.replace(/(\d)[ _'’](?=\d{3}(?!\d))/g, "$1");
  const commas = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?(e.*)?$/i.test(text);
  const dots = /^[-+]?[1-9]\d{0,2}(\.\d{3}){2,}(,\d*)?(e.*)?$|^[-+]?[1-9]\d{0,2}\.\d{3},\d*(e.*)?$/i.test(text);
  text = commas ? text.replaceAll(",", "") : (dots ? text.replaceAll(".", "") : text).replace(",", ".");
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** @param {Question} question */
const unitOf = ({ unit }) => (unit ? ` ${unit}` : "");

/** A count is right when it is exact. @param {Question} question @param {unknown} truth */
const isCount = ({ rtol, atol, choices }, truth) => !choices && !rtol && atol < 1 && Number.isInteger(truth);

/** When a number is right: "within ±10 %". @param {Question} question @param {unknown} truth */
export function within(question, truth) {
  if (isCount(question, truth)) return "only if exact";
  const { rtol, atol } = question;
  const parts = [rtol && `${words(100 * rtol)} %`, atol && words(atol) + unitOf(question)];
  return `within ±${parts.filter(Boolean).join(" + ") || "0"}`;
}

/** As `judged` needs it. @type {(question: Question, given: string, truth: number) => [boolean, string, string]} */
const measured = (question, given, truth) => {
  const size = Math.abs(truth);
  const miss = Math.abs(parsed(given) - truth);
  const exact = 1e-9 * size;
  const allowed = isCount(question, truth) ? exact : question.rtol * size + question.atol;
  // beyond 1000 % a share says nothing
  const share = truth && miss <= 10 * size ? ` (${words((100 * miss) / size, 3)} %)` : "";
  const off = ` You are off by ${words(miss, 3)}${share}; right is ${within(question, truth)}.`;
  const answer = Number.isInteger(truth) && size < 1e6 ? words(truth, 6) : words(truth);
  return [miss <= allowed, answer, miss <= Math.max(allowed / 100, exact) ? "" : off];
};

/** Is it right? Backquotes mark code. @param {Question} question @param {string} given @param {any} truth */
export function judged(question, given, truth) {
  const [right, answer, off] = question.choices ? [given === truth, truth, ""] : measured(question, given, truth);
  const unit = unitOf(question);
  return {
    right,
    answer: `You said ${given}${unit}. The answer is ${answer}${unit}.`,
    verdict: `${right ? "✓ Right." : "✗ Not this time."}${off}`,
  };
}
