// A prediction of gdlib.explore: commit, see, give the reason, read the explanation.
// The state is in the model, so that a saved notebook goes on where it stood.

function render({ model, el }) {
  const spec = model.get("spec"), root = node("div", "gd"), name = `gd-${Math.random()}`;
  const form = node("form"), field = node("fieldset"), commit = node("button", "", "Commit"), result = node("div", "gd-words");
  const decode = (code) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(code), (c) => c.charCodeAt(0))));
  const unit = spec.unit ? ` ${spec.unit}` : "";
  const value = (typed) => Number(typed.replace(",", ".").replace("−", "-"));
  const tolerance = [spec.rtol ? `${words(100 * spec.rtol)} %` : "", spec.atol ? `${words(spec.atol)}${unit}` : ""].filter(Boolean).join(" + ") || "0";
  // A count is right when it is exact.
  const counts = (truth) => !spec.choices && !spec.rtol && spec.atol < 1 && Number.isInteger(truth);
  const within = (truth) => (counts(truth) ? "only if exact" : `within ±${tolerance}`);
  const number = (v) => (Number.isInteger(v) && Math.abs(v) < 1e6 ? words(v, 6) : words(v));
  let entry;
  if (spec.choices) {
    for (const choice of spec.choices) {
      const label = node("label"), radio = node("input");
      Object.assign(radio, { type: "radio", name, value: choice, required: true, checked: model.get("given") === choice });
      label.append(radio, ...rich(choice)); field.append(label);
    }
  } else {
    const label = node("label", "", "Your prediction: ");
    entry = Object.assign(node("input"), { type: "text", inputMode: "decimal", required: true, value: model.get("given"), size: 10 });
    entry.oninput = () => entry.setCustomValidity("");
    label.append(entry, `${unit} (right ${within(spec.kept && decode(spec.kept))})`); field.append(label);
  }
  const because = node("label", "", "Why? Write your reason: "), reason = node("textarea"), explain = node("button", "", "Show the explanation");
  const after = node("div");
  const fresh = node("button", "", "Predict again"), below = node("div", "gd-again");
  result.ariaLive = "polite";
  because.append(reason); below.append(fresh); after.append(because, explain); field.prepend(node("legend", "gd-said", spec.question)); field.append(commit); form.append(field);
  ours(root);
  root.append(node("style", "", CSS), form, result, after); el.append(root);

  const set = (key, value) => { model.set(key, value); model.save_changes(); };
  let waiting = 0, committed = false;

  form.onsubmit = (event) => {
    event.preventDefault();
    const given = spec.choices ? new FormData(form).get(name) : entry.value.trim();
    if (!spec.choices && !(given !== "" && Number.isFinite(value(given)))) {
      entry.setCustomValidity("A number, please, such as 0.25 or 1e-3"); return void entry.reportValidity();
    }
    committed = true;
    set("given", given);
    if (spec.kept) return set("truth", spec.kept);
    result.textContent = "Running the answer …";
    waiting = setTimeout(() => { if (!model.get("truth")) result.textContent = NO_KERNEL("The answer"); waiting = 0; field.disabled = false; }, 4000);
    Promise.resolve().then(() => model.send({ type: "commit" })).catch(() => {});
    update();
  };
  reason.oninput = () => { explain.disabled = reason.value.trim().length < 3; };
  reason.onchange = () => set("reason", reason.value);
  explain.onclick = () => {
    for (const text of el.closest(".gd-explore").querySelectorAll(".widget-htmlmath-content")) text.ariaLive = "polite";
    set("why", `<b>Explanation.</b> ${decode(spec.why)}`);
    setTimeout(() => fresh.focus());
  };
  fresh.onclick = () => { // the next class
    for (const key of ["given", "truth", "reason", "why"]) model.set(key, "");
    model.save_changes(); form.reset(); waiting = 0; field.disabled = false;
    for (const input of form.querySelectorAll("input")) { if (spec.choices) input.checked = false; else input.value = ""; }
    result.textContent = "Predict anew."; form.querySelector("input").focus();
  };

  function update() {
    const given = model.get("given"), truth = model.get("truth") && decode(model.get("truth"));
    const done = truth !== "";
    field.disabled = given !== "" && (done || waiting > 0);
    after.hidden = !done; if (document.activeElement !== reason) reason.value = model.get("reason");
    explain.hidden = !spec.why || model.get("why") !== ""; below.hidden = !done || !explain.hidden; reason.oninput();
    if (done) setTimeout(() => (el.closest(".gd-explore") ?? root).append(below)); // under the explanation
    else return void (given === "" && result.replaceChildren());
    clearTimeout(waiting);
    if (committed) { reason.focus(); committed = false; } // the form above is locked now
    const miss = spec.choices ? 0 : Math.abs(value(given) - truth), size = Math.abs(truth), room = counts(truth) ? 1e-9 * size : spec.rtol * size + spec.atol;
    const right = spec.choices ? given === truth : miss <= room;
    const share = truth && miss <= 10 * size ? ` (${words((100 * miss) / size, 3)} %)` : ""; // beyond 1000 % it says nothing
    const off = spec.choices || miss <= Math.max(room / 100, 1e-9 * size) ? "" : ` You are off by ${words(miss, 3)}${share}; right is ${within(truth)}.`;
    const verdict = node("p");
    verdict.append(...rich(`You said ${given}${unit}. The answer is ${spec.choices ? truth : number(truth)}${unit}.`));
    result.replaceChildren(verdict,
      node("p", "", `${right ? "✓ Right." : "✗ Not this time."}${off}`));
    result.lastChild.style.fontWeight = "700";
  }
  for (const key of ["given", "truth", "why"]) model.on(`change:${key}`, update);
  model.on("msg:custom", (message) => {
    if (message.type !== "error") return;
    clearTimeout(waiting); waiting = 0; field.disabled = false;
    result.textContent = `The answer could not run: ${message.text}`;
  });
  update();
  return () => below.remove();
}

export default { render };
