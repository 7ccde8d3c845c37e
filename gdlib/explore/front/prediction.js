// A prediction that is a number or a choice.

import { commitment } from "./commitment.js";
import { decode, judged, parsed, within } from "./compute/judge.js";
import { say } from "./compute/say.js";
import { element, rich } from "./page.js";

/** The fields to answer in. @param {Question} question */
function fieldsOf(question) {
  const { choices, unit, kept } = question;
  const name = `gd-${Math.random()}`;
  if (choices)
    return choices.map((value) => {
      const radio = element("input", { type: "radio", name, value, required: true });
      return element("label", {}, radio, ...rich(value));
    });
  const entry = element("input", { type: "text", inputMode: "decimal", size: 10, required: true });
  entry.oninput = () => entry.setCustomValidity("");
  const right = say`(right ${within(question, kept && decode(kept))})`;
  return [element("label", {}, `${say`Your prediction:`} `, entry, `${unit ? ` ${unit}` : ""} ${right}`)];
}

/** @param {View} view */
export function render(view) {
  /** @type {Question} */
  const question = view.model.get("spec");
  const fields = fieldsOf(question);
  const inputs = fields.flatMap((field) => [...field.querySelectorAll("input")]);

  function read() {
    const [entry] = question.choices ? inputs.filter((input) => input.checked) : inputs;
    const given = entry.value.trim();
    if (question.choices || !Number.isNaN(parsed(given))) return given;
    entry.setCustomValidity(say`A number, please, such as 0.25 or 1e-3`);
    entry.reportValidity();
    return null;
  }

  return commitment(view, {
    fields,
    read,
    judged(given, truth) {
      const { answer, ...came } = judged(question, given, truth);
      return { ...came, answer: rich(answer) };
    },
    shown(_, given) {
      for (const input of given ? inputs : []) {
        if (question.choices) input.checked = input.value === given;
        else input.value = given;
      }
    },
  }).leave;
}
