// Play, Step and Reset.
//
// In a walk, T is how many updates are allowed, and only the reader moves it: Play and Step show
// the walk's first steps, Play from 0 on, Step from 1 on; after the last one the whole walk is shown, and they begin anew.
// Pause keeps the part. Reset, a slider and a new start show the whole. (At T = 0 there is no walk:
// T goes to its end first.) Where nothing walks, Play and Step move the slider that spec.play names
// to its end, and begin anew from there. Reduced motion: Play shows the end at once.

import { say } from "./compute/say.js";
import { placeOf, valueAt } from "./compute/select.js";
import { button, keep } from "./page.js";

/** @param {Model} model @param {Played} view */
export function player(model, view) {
  const [play, step, reset] = [say`Play`, say`Step`, say`Reset`].map(button);
  /** @type {number | null} how many steps are shown; null: the whole walk */
  let part = null;
  let playing = 0;

  /** @returns {Play} */
  const plan = () => model.get("spec").play;
  const count = () => view.steps() ?? plan().count;

  function place() {
    const steps = view.steps();
    return steps === undefined ? placeOf(plan(), model.get(plan().trait)) : (part ?? steps);
  }

  /** To place j; at or past the last one the end. @param {number} j */
  function go(j) {
    const steps = view.steps();
    if (steps === undefined) return keep(model, { [plan().trait]: valueAt(plan(), j) });
    part = j < steps ? j : null;
    view.draw();
  }

  /** At place j, of a walk that does one update at least. */
  function begin(j = 0) {
    if (view.steps() === 0 && model.get("T") === 0) keep(model, { T: plan().to });
    go(j);
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    play.textContent = say`Play`;
  }

  play.onclick = () => {
    if (playing) return stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return begin(Number.POSITIVE_INFINITY);
    if (view.steps() === undefined || part === null) begin();
    play.textContent = say`Pause`;
    const pause = Math.max(30, Math.min(250, 4000 / count()));
    playing = window.setInterval(() => {
      go(place() + 1);
      if (place() >= count() || view.done()) stop();
    }, pause);
  };
  step.onclick = () => {
    stop();
    if (place() >= count()) begin(view.steps() === undefined ? 0 : 1);
    else go(place() + 1);
  };
  reset.onclick = () => {
    stop();
    part = null;
    view.draw();
    keep(model, model.get("spec").initial);
  };

  return {
    buttons: [play, step, reset],
    stop,
    part: () => part,
    ran: [],
    /** The reader has moved something: the whole walk is shown. */
    moved() {
      if (view.steps() === undefined) return;
      stop();
      part = null;
    },
  };
}
