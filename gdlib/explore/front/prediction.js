// A prediction: commit, see, give the reason, read the explanation. The state is in the model, so
// that a saved notebook goes on where it stood.

import { decode, judged, parsed, within } from "./compute/judge.js";
import { ask, button, element, host, keepKeys, noKernel, rich, rooted } from "./page.js";

/** @import { Question, View } from "./types.js" */

/** The fields to answer in. @param {Question} question @param {string} given */
function fieldsOf(question, given) {
  const { choices, unit, kept } = question;
  if (!choices) {
    const entry = element("input", { type: "text", inputMode: "decimal", size: 10 });
    Object.assign(entry, { required: true, value: given });
    entry.oninput = () => entry.setCustomValidity("");
    const right = `(right ${within(question, kept && decode(kept))})`;
    const after = `${unit ? ` ${unit}` : ""} ${right}`;
    return [element("label", {}, "Your prediction: ", entry, after)];
  }
  const name = `gd-${Math.random()}`;
  return choices.map((value) => {
    const checked = value === given;
    const radio = element("input", { type: "radio", name, value, required: true, checked });
    return element("label", {}, radio, ...rich(value));
  });
}

/** @param {View} view */
export function render({ model, el }) {
  /** @type {Question} */
  const question = model.get("spec");
  const commit = element("button", {}, "Commit");
  const legend = element("legend", { className: "gd-said" }, question.question);
  const answers = fieldsOf(question, model.get("given"));
  const field = element("fieldset", {}, legend, ...answers, commit);
  const form = element("form", {}, field);
  const inputs = [...form.querySelectorAll("input")];
  const result = element("div", { className: "gd-words", ariaLive: "polite" });
  const reason = element("textarea");
  const explain = button("Show the explanation");
  const because = element("label", {}, "Why? Write your reason: ", reason);
  const after = element("div", {}, because, explain);
  const again = button("Predict again");
  const below = element("div", { className: "gd-again" }, again);
  const root = rooted(el, form, result, after);
  keepKeys(root);

  let waiting = 0; // for the kernel
  let committed = false; // just now

  /** @param {Record<string, string>} changes */
  function set(changes) {
    for (const [key, value] of Object.entries(changes)) model.set(key, value);
    model.save_changes();
  }

  function settle() {
    clearTimeout(waiting);
    waiting = 0;
    field.disabled = false;
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    const [entry] = inputs;
    const given = question.choices ? (inputs.find((input) => input.checked)?.value ?? "") : entry.value.trim();
    if (!question.choices && Number.isNaN(parsed(given))) {
      entry.setCustomValidity("A number, please, such as 0.25 or 1e-3");
      entry.reportValidity();
      return;
    }
    committed = true;
    set({ given });
    if (question.kept) return set({ truth: question.kept });
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
  reason.onchange = () => set({ reason: reason.value });

  explain.onclick = () => {
    for (const text of host(el).querySelectorAll(".widget-htmlmath-content")) text.ariaLive = "polite";
    set({ why: `<b>Explanation.</b> ${decode(question.why ?? "")}` });
    setTimeout(() => again.focus());
  };

  again.onclick = () => {
    set({ given: "", truth: "", reason: "", why: "" }); // for the next class
    form.reset();
    settle();
    for (const input of inputs) {
      if (question.choices) input.checked = false;
      else input.value = "";
    }
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
    const strong = element("p", {}, verdict);
    strong.style.fontWeight = "700";
    result.replaceChildren(element("p", {}, ...rich(answer)), strong);
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
