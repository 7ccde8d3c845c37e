// The predictions of a lecture: counted, as a table, as CSV and JSON. docs/teaching/README.md says what the files hold.

import { decode } from "./judge.js";
import { say } from "./say.js";
import { words } from "./words.js";

const FIELDS = /** @type {const} */ ([
  "lecture",
  "question",
  "prediction",
  "answer",
  "right",
  "score",
  "reason",
  "time",
]);

/** A lecture's name: its file's, without folder and ending. @param {string} path */
export const lectureOf = (path) => path.replace(/.*[/\\]/, "").replace(/\.(ipynb|html?)$/, "") || "lecture";

/** Of a drawn line the points. @param {Entry} entry */
const predictionOf = ({ given, score }) => (score === null ? given : JSON.parse(given));

/** @param {string} lecture @param {Entry[]} entries */
export const records = (lecture, entries) =>
  entries.map((entry) => {
    const { question, right, score, reason, time } = entry;
    return {
      lecture,
      question,
      prediction: predictionOf(entry),
      answer: decode(entry.truth),
      right,
      score,
      reason,
      time,
    };
  });

/** A cell of RFC 4180. What a spreadsheet would run as a formula gets an apostrophe before it. @param {unknown} value */
export function cell(value) {
  const text = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text);
  const safe = /^\s*[=+\-@|%＝＋－＠]|^[\t\r\n]/.test(text) && !number ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {ReturnType<typeof records>} rows */
export const csv = (rows) =>
  [FIELDS.join(","), ...rows.map((row) => FIELDS.map((name) => cell(row[name])).join(","))]
    .map((l) => `${l}\r\n`)
    .join("");

/** A row of the table: question, prediction, answer, what came of it. @param {Entry} entry */
export function row({ question, given, truth, right, score }) {
  if (score !== null) return [question, say`your line`, say`the true line`, say`${score} of 100`];
  const answer = decode(truth);
  const said = typeof answer === "number" ? words(answer, Number.isInteger(answer) ? 6 : 4) : String(answer);
  return [question, given, said, right ? say`✓ right` : say`✗ not right`];
}

/** "You predicted 7 of 9; 4 right." @param {Entry[]} entries @param {number} asked */
export function summary(entries, asked) {
  if (!entries.length) return say`No predictions yet in this lecture.`;
  const scores = entries.flatMap(({ score }) => (score === null ? [] : [score]));
  const others = entries.length - scores.length;
  const right = entries.filter((entry) => entry.right).length;
  const mean = Math.round(scores.reduce((sum, score) => sum + score, 0) / scores.length);
  const guessed = scores.length ? say`${right} of ${others} right` : say`${right} right`;
  const drawn =
    scores.length > 1
      ? say`${scores.length} lines drawn, ${mean} of 100 on average`
      : say`1 line drawn, ${mean} of 100`;
  const parts = [others && guessed, scores.length && drawn];
  return say`You predicted ${entries.length} of ${asked}; ${parts.filter(Boolean).join("; ")}.`;
}
