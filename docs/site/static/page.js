// What a page does by itself: colours, contents, copying, scrolling by keyboard, and paper.
{
  const root = document.documentElement;
  const all = (selector) => document.querySelectorAll(selector);
  const told = JSON.parse(document.body.dataset.told); // what is said here, in the reader's language: docs/site/conf.py

  // Colours: as the system, light, dark.
  const button = document.querySelector(".gd-colours");
  const kept = { get: () => { try { return localStorage.getItem("gd-colours"); } catch { return null; } } };
  const name = () => {
    const chosen = kept.get();
    button.textContent = { light: "☀", dark: "☾" }[chosen] ?? "◐";
    button.title = button.ariaLabel = told[chosen] ?? told.system;
  };
  button.hidden = false;
  button.onclick = () => {
    const next = { null: "light", light: "dark", dark: null }[kept.get()];
    try { next ? localStorage.setItem("gd-colours", next) : localStorage.removeItem("gd-colours"); } catch { /* not kept */ }
    paint();
    name();
  };
  name();

  // Contents: open where they stand beside the text.
  const contents = document.querySelector(".gd-contents details");
  const wide = matchMedia("(min-width: 75rem)");
  const unfold = () => { if (contents) contents.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  // Code is copied without the numbers of its lines.
  for (const code of all("article .highlight")) {
    const copy = Object.assign(document.createElement("button"), { type: "button", className: "gd-copy", textContent: told.copy });
    copy.onclick = async () => {
      const text = code.querySelector("pre").cloneNode(true);
      for (const number of text.querySelectorAll(".linenos")) number.remove();
      await navigator.clipboard.writeText(text.textContent).then(() => { copy.textContent = told.copied; }, () => { copy.textContent = told.refused; });
      setTimeout(() => { copy.textContent = told.copy; }, 2000);
    };
    code.append(copy);
  }

  // The same place in another language: sections have the same addresses there.
  for (const edition of all(".gd-edition")) {
    edition.addEventListener("click", () => {
      const passed = [...all("article :is(h2, h3, h4)")].filter((head) => head.getBoundingClientRect().top < innerHeight / 3);
      edition.hash = passed.at(-1)?.closest("section").id ?? "";
    });
  }

  // What scrolls sideways, the keyboard can reach.
  const reach = () => {
    for (const box of all("article pre, .gd-table, mjx-container[display], a.image-reference")) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls) box.tabIndex = 0;
      else if (box.tagName !== "A") box.removeAttribute("tabindex");
    }
  };
  const sizes = new ResizeObserver(() => requestAnimationFrame(reach));
  sizes.observe(document.querySelector("main"));
  addEventListener("toggle", reach, true);

  // Pictures come to life and grow: the place that the address names stays in sight, until the reader moves.
  const named = () => { try { return document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return null; } };
  const stay = new ResizeObserver(() => named()?.scrollIntoView());
  const rest = () => stay.disconnect();
  const hold = () => { if (named()) stay.observe(document.querySelector("main")); };
  for (const moved of ["wheel", "pointerdown", "keydown", "touchstart"]) addEventListener(moved, rest, { passive: true });
  addEventListener("hashchange", hold);
  addEventListener("load", () => setTimeout(rest, 20_000));
  hold();

  // On paper nothing is folded.
  const folded = new Set();
  addEventListener("beforeprint", () => { for (const fold of all("article details:not([open])")) { folded.add(fold); fold.open = true; } });
  addEventListener("afterprint", () => { for (const fold of folded) fold.open = false; folded.clear(); });
}
