// A prediction: commit, see, give the reason, read the explanation. The state is in the model, so
// that a saved notebook goes on where it stood.

import { decode, judged, parsed, within } from "./compute/judge.js";
import { ask, button, element, host, keep, noKernel, rich, rooted } from "./page.js";

/** The fields to answer in. @param {Question} question @param {string} given */
function fieldsOf(question, given) {
  const { choices, unit, kept } = question;
  const name = `gd-${Math.random()}`;
  if (choices)
    return choices.map((value) => {
      const radio = element("input", { type: "radio", name, value, required: true, checked: value === given });
      return element("label", {}, radio, ...rich(value));
    });
  const entry = element("input", { type: "text", inputMode: "decimal", size: 10, required: true });
  entry.value = given;
  entry.oninput = () => entry.setCustomValidity("");
  const right = `(right ${within(question, kept && decode(kept))})`;
  return [element("label", {}, "Your prediction: ", entry, `${unit ? ` ${unit}` : ""} ${right}`)];
}

/** @param {View} view */
export function render({ model, el }) {
  /** @type {Question} */
  const question = model.get("spec");
  const legend = element("legend", { className: "gd-said" }, question.question);
  const answers = fieldsOf(question, model.get("given"));
  const field = element("fieldset", {}, legend, ...answers, element("button", {}, "Commit"));
  const form = element("form", {}, field);
  const inputs = [...form.querySelectorAll("input")];
  const result = element("div", { className: "gd-words", ariaLive: "polite" });
  const reason = element("textarea");
  const explain = button("Show the explanation");
  const after = element("div", {}, element("label", {}, "Why? Write your reason: ", reason), explain);
  const again = button("Predict again");
  const below = element("div", { className: "gd-again" }, again);
  const root = rooted(el, form, result, after);

  let waiting = 0; // for the kernel
  let committed = false; // just now

  function settle() {
    clearTimeout(waiting);
    waiting = 0;
    field.disabled = false;
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    const [entry] = question.choices ? inputs.filter((input) => input.checked) : inputs;
    const given = entry.value.trim();
    if (!question.choices && Number.isNaN(parsed(given))) {
      entry.setCustomValidity("A number, please, such as 0.25 or 1e-3");
      entry.reportValidity();
      return;
    }
    committed = true;
    keep(model, { given });
    if (question.kept) return keep(model, { truth: question.kept });
    result.textContent = "Running the answer …";
    waiting = window.setTimeout(() => {
      if (!model.get("truth")) result.textContent = noKernel("The answer");
      settle();
    }, 4000);
    ask(model, { type: "commit" });
    update();
  };

  const weigh = () => {
    explain.disabled = reason.value.trim().length < 3;
  };
  reason.oninput = weigh;
  reason.onchange = () => keep(model, { reason: reason.value });

  explain.onclick = () => {
    for (const text of host(el).querySelectorAll(".widget-htmlmath-content")) text.ariaLive = "polite";
    keep(model, { why: `<b>Explanation.</b> ${decode(question.why ?? "")}` });
    setTimeout(() => again.focus());
  };

  again.onclick = () => {
    keep(model, { given: "", truth: "", reason: "", why: "" }); // for the next class
    form.reset();
    settle();
    result.textContent = "Predict anew.";
    inputs[0].focus();
  };

  function update() {
    const [given, truth] = [model.get("given"), model.get("truth")];
    field.disabled = given !== "" && (truth !== "" || waiting > 0);
    after.hidden = truth === "";
    if (document.activeElement !== reason) reason.value = model.get("reason");
    explain.hidden = !question.why || model.get("why") !== "";
    below.hidden = after.hidden || !explain.hidden;
    weigh();
    if (truth) answered(given, decode(truth));
    else if (!given) result.replaceChildren();
  }

  /** @param {string} given @param {unknown} truth */
  function answered(given, truth) {
    setTimeout(() => host(root).append(below)); // under the explanation
    clearTimeout(waiting);
    if (committed) reason.focus(); // the form above is locked now
    committed = false;
    const { answer, verdict } = judged(question, given, truth);
    result.replaceChildren(element("p", {}, ...rich(answer)), element("p", { style: "font-weight: 700" }, verdict));
  }

  for (const key of ["given", "truth", "why"]) model.on(`change:${key}`, update);
  model.on("msg:custom", (message) => {
    if (message.type !== "error") return;
    settle();
    result.textContent = `The answer could not run: ${message.text}`;
  });
  update();
  return () => below.remove();
}
