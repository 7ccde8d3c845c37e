// Play, Step and Reset.
//
// In a walk, T is how many updates are allowed, and only the reader moves it: Play and Step show
// the walk's first steps, from 0 on; after the last one the whole walk is shown, and they begin anew.
// Pause keeps the part. Reset, a slider and a new start show the whole. (At T = 0 there is no walk:
// T goes to its end first.) Where nothing walks, Play and Step move the slider that spec.play names
// to its end, and begin anew from there. Reduced motion: Play shows the end at once.

import { placeOf, valueAt } from "./compute/select.js";
import { button } from "./page.js";

/** @import { Model, Play } from "./types.js" */

/**
 * steps: of the whole walk, undefined where nothing walks; done: does Play stop at what is shown?
 * @typedef {{ steps: () => number | undefined, done: () => boolean | undefined, draw: () => void }} Drawn
 */

/** @param {Model} model @param {Drawn} view */
export function player(model, view) {
  const [play, step, reset] = ["Play", "Step", "Reset"].map(button);
  /** @type {number | null} how many steps are shown; null: the whole walk */
  let part = null;
  let playing = 0;

  /** @returns {Play} */
  const plan = () => model.get("spec").play;
  const place = () => placeOf(plan(), model.get(plan().trait));

  /** @param {Record<string, number>} changes */
  function set(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  /** @param {number | null} steps */
  function show(steps) {
    part = steps;
    view.draw();
  }

  /** One step on; false at the end. */
  function forward() {
    const steps = view.steps();
    if (steps !== undefined) {
      const next = (part ?? 0) + 1;
      show(next < steps ? next : null);
      return next < steps;
    }
    const next = place() + 1;
    set({ [plan().trait]: valueAt(plan(), next) });
    return next < plan().count;
  }

  function begin() {
    const { trait, from, to } = plan();
    if (view.steps() === undefined) return set({ [trait]: from });
    if (model.get("T") === 0) set({ T: to });
    show(0);
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    play.textContent = "Play";
  }

  function atOnce() {
    const { trait, to } = plan();
    if (view.steps() === undefined || model.get("T") === 0) set({ [trait]: to });
    show(null);
  }

  play.onclick = () => {
    if (playing) return stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return atOnce();
    if (part === null) begin();
    play.textContent = "Pause";
    const pause = Math.max(30, 4000 / plan().count);
    playing = window.setInterval(() => {
      if (!forward() || view.done()) stop();
    }, pause);
  };
  step.onclick = () => {
    stop();
    const atEnd = view.steps() === undefined ? place() >= plan().count : part === null;
    if (atEnd) begin();
    else forward();
  };
  reset.onclick = () => {
    stop();
    show(null);
    set(model.get("spec").initial);
  };

  return {
    buttons: [play, step, reset],
    set,
    stop,
    part: () => part,
    /** The reader has moved something: the whole walk is shown. */
    moved() {
      if (view.steps() === undefined) return;
      stop();
      part = null;
    },
  };
}
