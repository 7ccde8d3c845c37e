// Run: work that is done once it is asked for, some milliseconds of it a frame, and what came of it.

import { say } from "./compute/say.js";
import { button, keep } from "./page.js";

const FRAME = 12; // ms of work

/** @param {Model} model @param {{ begin(): Trial | null, draw(): void }} view */
export function runner(model, { begin, draw }) {
  const [run, reset] = [say`Run`, say`Reset`].map(button);
  /** @type {Trial[]} the latest first */
  const ran = [];
  let frame = 0; // 0: nothing runs

  function stop() {
    if (frame) ran.shift(); // half of it tells nothing
    cancelAnimationFrame(frame);
    frame = 0;
  }

  function go() {
    const [{ work }, end] = [ran[0], performance.now() + FRAME];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches; // else each growth has a frame of its own
    let next = work.next();
    while (!next.done && (still || !next.value) && performance.now() < end) next = work.next();
    frame = next.done ? 0 : requestAnimationFrame(go);
    draw();
  }

  run.onclick = () => {
    stop();
    const trial = begin();
    run.disabled = !trial;
    if (!trial) return;
    ran.unshift(trial);
    go();
  };
  reset.onclick = () => {
    stop();
    ran.length = 0;
    draw();
    keep(model, model.get("spec").initial);
  };
  return { buttons: [run, reset], stop, moved: stop, part: () => null, ran };
}
