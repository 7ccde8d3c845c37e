// The reader's own function: one line to type it in, and what is wrong with it, where.

import { say } from "./compute/say.js";
import { element } from "./page.js";

/** What was typed, with the fault marked, and the word about it. @param {string} typed @param {FormulaFault} fault */
const told = (typed, { at, length, message }) => {
  const end = at + Math.max(1, length);
  const mark = element("mark", {}, typed.slice(at, end) || " ");
  return [element("code", {}, typed.slice(0, at), mark, typed.slice(end)), ` ${message} ${say`(The picture stays.)`}`];
};

/** @param {(formula: string) => void} typed what the line holds now, "" for the given function */
export function field(typed) {
  const name = element("span");
  const entry = element("input", { type: "text", spellcheck: false, autocomplete: "off", autocapitalize: "off" });
  const wrong = element("div", { className: "gd-wrong", role: "alert" });
  const line = element("div", { className: "gd-field", hidden: true }, element("label", {}, name, entry), wrong);
  let given = "";
  entry.oninput = () => typed(entry.value.trim() === given ? "" : entry.value.trim() || given);

  /** @param {Common} spec @param {string} formula @param {FormulaFault | null} fault */
  function show({ subject }, formula, fault) {
    if (subject?.of !== "formula" || subject.f.length > 200) return;
    line.hidden = false;
    given = subject.f;
    name.textContent = `f(${subject.names.join(", ")}) = `;
    if (document.activeElement !== entry) entry.value = formula || given;
    entry.ariaInvalid = String(fault !== null);
    wrong.replaceChildren(...(fault ? told(entry.value, fault) : []));
  }
  return { line, show };
}
