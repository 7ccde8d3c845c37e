// A prediction of gdlib.explore: commit, see, give the reason, read the explanation.
// The state is in the model, so that a saved notebook goes on where it stood.

function render({ model, el }) {
  const spec = model.get("spec"), root = node("div", "gd"), name = `gd-${Math.random()}`;
  const form = node("form"), field = node("fieldset"), commit = node("button", "", "Commit"), result = node("div", "gd-words");
  const decode = (code) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(code), (c) => c.charCodeAt(0))));
  const unit = spec.unit ? ` ${spec.unit}` : "";
  const tolerance = [spec.rtol ? `${words(100 * spec.rtol)} %` : "", spec.atol ? `${words(spec.atol)}${unit}` : ""].filter(Boolean).join(" + ") || "0";
  let entry;
  if (spec.choices) {
    for (const choice of spec.choices) {
      const label = node("label"), radio = node("input");
      Object.assign(radio, { type: "radio", name, value: choice, required: true, checked: model.get("given") === choice });
      label.append(radio, choice); field.append(label);
    }
  } else {
    const label = node("label", "", "Your prediction: ");
    entry = Object.assign(node("input"), { type: "text", inputMode: "decimal", required: true, value: model.get("given"), size: 10 });
    entry.oninput = () => entry.setCustomValidity("");
    label.append(entry, `${unit} (right within ±${tolerance})`); field.append(label);
  }
  const because = node("label", "", "Why? Write your reason: "), reason = node("textarea"), explain = node("button", "", "Show the explanation");
  const after = node("div");
  reason.value = model.get("reason"); explain.type = "button"; result.setAttribute("aria-live", "polite");
  because.append(reason); after.append(because, explain); field.append(commit); form.append(field);
  root.append(node("style", "", CSS), form, result, after); el.append(root);

  const set = (key, value) => { model.set(key, value); model.save_changes(); };
  let waiting = 0;

  form.onsubmit = (event) => {
    event.preventDefault();
    const given = spec.choices ? new FormData(form).get(name) : entry.value.trim().replace(",", ".").replace("−", "-");
    if (!spec.choices && !(given !== "" && Number.isFinite(Number(given)))) {
      entry.setCustomValidity("A number, please, such as 0.25 or 1e-3"); return void entry.reportValidity();
    }
    set("given", given);
    if (spec.kept) return set("truth", spec.kept);
    result.textContent = "Running the answer …";
    waiting = setTimeout(() => { if (!model.get("truth")) result.textContent = "No answer yet. Is a kernel running? Run this cell, then commit again."; field.disabled = false; }, 4000);
    Promise.resolve().then(() => model.send({ type: "commit" })).catch(() => {});
    update();
  };
  reason.oninput = () => { explain.disabled = reason.value.trim().length < 3; };
  explain.onclick = () => { set("reason", reason.value); set("why", `<b>Explanation.</b> ${decode(spec.why)}`); };

  function update() {
    const given = model.get("given"), truth = model.get("truth") && decode(model.get("truth"));
    const done = truth !== "";
    field.disabled = given !== "" && (done || waiting > 0);
    after.hidden = !done;
    explain.hidden = !spec.why; reason.oninput();
    if (!done) return;
    clearTimeout(waiting);
    const right = spec.choices ? given === truth : Math.abs(given - truth) <= spec.rtol * Math.abs(truth) + spec.atol;
    const off = spec.choices ? "" : ` You are off by ${words(Math.abs(given - truth), 3)}${truth ? ` (${words((100 * Math.abs(given - truth)) / Math.abs(truth), 3)} %)` : ""}; right is within ±${tolerance}.`;
    result.replaceChildren(node("p", "", `You said ${spec.choices ? given : words(Number(given), 6)}${unit}. The answer is ${spec.choices ? truth : words(truth, 6)}${unit}.`),
      node("p", "", `${right ? "✓ Right." : "✗ Not this time."}${off}`));
    result.lastChild.style.fontWeight = "700";
  }
  for (const key of ["given", "truth"]) model.on(`change:${key}`, update);
  model.on("msg:custom", (message) => {
    if (message.type !== "error") return;
    clearTimeout(waiting); waiting = 0; field.disabled = false;
    result.textContent = `The answer could not run: ${message.text}`;
  });
  update();
}

export default { render };
