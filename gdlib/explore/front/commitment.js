// What every form of a prediction shares: commit, see, give the reason, read the explanation. The state is in the
// model, so that a saved notebook goes on where it stood; and in the browser's store, so that a page does.

import { decode } from "./compute/judge.js";
import { say } from "./compute/say.js";
import { ask, button, element, host, keep, rooted } from "./page.js";
import { CHANGED, forget, hash, here, pathOf, recall, remember } from "./store.js";

/** @param {View} view @param {Part} part what one kind of form has of its own; returns how the view is taken away, and how it hears of what is drawn */
export function commitment({ model, el }, part) {
  /** @type {Asked} */
  const question = model.get("spec");
  const legend = element("legend", { className: "gd-said" }, question.question);
  const field = element("fieldset", {}, legend, ...part.fields, element("button", {}, say`Commit`));
  const form = element("form", {}, field);
  const result = element("div", { className: "gd-words", ariaLive: "polite" });
  const reason = element("textarea", { placeholder: question.why ? say`A few words open the explanation.` : "" });
  const explain = button(say`Show the explanation`);
  const after = element("div", {}, element("label", {}, `${say`Why? Write your reason:`} `, reason), explain);
  const again = button(say`Predict again`);
  const below = element("div", { className: "gd-again" }, again);
  const root = rooted(el, form, result, after);
  const path = pathOf(model);
  const past = () => /** @type {Entry | undefined} */ (recall(path)[hash(question.question)]);

  let waiting = 0; // for the kernel
  let committed = false; // just now
  let stored = !!past();

  function settle() {
    clearTimeout(waiting);
    waiting = 0;
    field.disabled = false;
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    const given = part.read((/** @type {string} */ text) => {
      result.textContent = text;
    });
    if (given === null) return;
    committed = true;
    keep(model, { given });
    if (question.kept) return keep(model, { truth: question.kept });
    result.textContent = say`Running the answer …`;
    waiting = window.setTimeout(() => {
      if (!model.get("truth"))
        result.textContent = say`The answer needs a running kernel: open the notebook in JupyterLab and run this cell.`;
      settle();
      update();
    }, 4000);
    ask(model, { type: "commit" });
    update();
  };

  const weigh = () => {
    explain.disabled = reason.value.trim().length < 3;
  };
  reason.oninput = weigh;
  reason.onchange = () => {
    keep(model, { reason: reason.value });
    const entry = past();
    if (entry) remember(path, { ...entry, reason: reason.value });
  };

  explain.onclick = () => {
    for (const text of host(el).querySelectorAll(".widget-htmlmath-content")) text.ariaLive = "polite";
    keep(model, { why: `${say`<b>Explanation.</b>`} ${decode(question.why ?? "")}` });
    setTimeout(() => again.focus());
  };

  function empty() {
    keep(model, { given: "", truth: "", reason: "", why: "" });
    form.reset();
    part.emptied?.();
    settle();
    update();
  }

  again.onclick = () => {
    stored = false;
    forget(path, question.question); // for the next class
    empty();
    result.textContent = say`Predict anew.`;
    const first = () => /** @type {HTMLElement | null} */ (root.querySelector("input, .gd-grip"))?.focus();
    requestAnimationFrame(first); // once it is there again
  };

  function tidy() {
    explain.hidden = !question.why || model.get("why") !== "";
    below.hidden = after.hidden || !explain.hidden;
    if (document.activeElement !== reason) reason.value = model.get("reason");
    weigh();
  }

  function update() {
    const [given, truth] = [model.get("given"), model.get("truth")];
    field.disabled = given !== "" && (truth !== "" || waiting > 0);
    after.hidden = truth === "";
    tidy();
    const answer = truth ? decode(truth) : null;
    part.shown(field.disabled, given, answer);
    if (given && truth) answered(given, answer);
    if (!given) result.replaceChildren();
  }

  /** @param {string} given @param {unknown} truth */
  function answered(given, truth) {
    setTimeout(() => host(root).append(below)); // under the explanation
    clearTimeout(waiting);
    const { right = null, score = null, answer, verdict } = part.judged(given, truth);
    result.replaceChildren(element("p", {}, ...answer), element("p", { style: "font-weight: 700" }, verdict));
    if (!committed) return;
    committed = false;
    reason.focus({ preventScroll: part.still }); // the form above is locked now; a picture stays in sight
    stored = true;
    const [time, kept] = [new Date().toISOString(), model.get("truth")];
    remember(path, {
      question: question.question,
      given,
      truth: kept,
      right,
      score,
      reason: model.get("reason"),
      time,
    });
  }

  /** Forgotten elsewhere on the page. */
  function heard() {
    if (!stored || past()) return;
    stored = false;
    empty();
  }

  const { given, truth, reason: was } = past() ?? {};
  if (given && truth && !model.get("given")) keep(model, { given, truth: question.kept ?? truth, reason: was ?? "" });
  for (const key of ["given", "truth", "why"]) model.on(`change:${key}`, update);
  model.on("msg:custom", (message) => {
    if (message.type !== "error") return;
    settle();
    update();
    result.textContent = say`The answer could not run: ${message.text}`;
  });
  update();
  here(path, question.question);
  window.addEventListener(CHANGED, heard);
  return {
    leave() {
      below.remove();
      window.removeEventListener(CHANGED, heard);
    },
    /** Something was drawn: what was missing may be there now. */
    touched() {
      if (!model.get("given")) result.replaceChildren();
    },
  };
}
