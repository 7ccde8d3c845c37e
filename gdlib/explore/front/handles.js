// What can be grabbed: a ring on the picture for each handle, moved by mouse, finger and arrow keys.
// They are elements over the canvas, so that a finger beside them scrolls the page as everywhere.

import { element } from "./page.js";

const [RING, APART] = [14, 34]; // pixels: half of a ring, and from ring to ring

/** @type {Record<string, Pair>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Within the canvas, whole. @type {(v: number, size: number) => number} */
const whole = (v, size) => Math.max(RING, Math.min(size - RING, v));

/** Beside a ring at (u, v), where both would lie on one place. @type {(at: Pair, other: Pair, W: number) => Pair} */
function beside([x, y], [u, v], W) {
  const away = Math.hypot(x - u, y - v);
  if (away >= APART) return [x, y];
  const [dx, dy] = away > 1 ? [((x - u) / away) * APART, ((y - v) / away) * APART] : [-APART, 0];
  return whole(u + dx, W) === u + dx ? [u + dx, v + dy] : [u - dx, v + dy];
}

/** Where the rings stand. @param {Handle[]} handles @param {{ W: number, H: number }} size */
function standing(handles, { W, H }) {
  /** @type {Pair[]} */
  const places = [];
  for (const { at } of handles)
    places.push(places.reduce((here, other) => beside(here, other, W), [whole(at[0], W), whole(at[1], H)]));
  return places;
}

/**
 * The layer over a canvas. `place` puts a ring for each handle; `change` is told what a move changes.
 * @param {HTMLCanvasElement} canvas @param {(changes: Partial<Values>) => void} change
 */
export function grips(canvas, change) {
  const layer = element("div", { className: "gd-grips" });
  /** @type {Handle[]} */
  let now = [];
  /** @type {HTMLElement[]} */
  const rings = [];

  /** A pixel of the picture, whatever scales the page. @param {PointerEvent | MouseEvent} event @returns {Pair} */
  const pixelOf = ({ clientX, clientY }) => {
    const seen = canvas.getBoundingClientRect();
    const scale = canvas.clientWidth / seen.width || 1;
    return [(clientX - seen.left) * scale, (clientY - seen.top) * scale];
  };

  /** @param {number} k the handle's place in the list */
  function ring(k) {
    const made = element("div", { className: "gd-grip", role: "slider", tabIndex: 0 });
    /** @type {Pair | null} from the pointer to the middle of the ring */
    let grabbed = null;
    made.onpointerdown = (event) => {
      if (event.button) return;
      const [x, y] = pixelOf(event);
      grabbed = [now[k].at[0] - x, now[k].at[1] - y];
      made.setPointerCapture(event.pointerId);
      made.focus({ preventScroll: true });
      layer.classList.add("gd-touched");
      event.preventDefault();
    };
    made.onpointermove = (event) => {
      if (!grabbed) return;
      const [x, y] = pixelOf(event);
      change(now[k].move([x + grabbed[0], y + grabbed[1]]));
    };
    made.onlostpointercapture = () => {
      grabbed = null;
    };
    made.onkeydown = (event) => {
      const way = ARROWS[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      layer.classList.add("gd-touched");
      const far = event.shiftKey ? 20 : (now[k].step ?? 4);
      const [x, y] = now[k].at;
      change(now[k].move([x + far * way[0], y + far * way[1]]));
    };
    layer.append(made);
    return made;
  }

  /** @param {Handle[]} handles @param {{ W: number, H: number }} size */
  function place(handles, size) {
    now = handles;
    const places = standing(handles, size);
    while (rings.length < handles.length) rings.push(ring(rings.length));
    for (const [k, made] of rings.entries()) {
      const handle = handles[k];
      made.hidden = !handle;
      if (!handle) continue;
      made.style.left = `${(100 * places[k][0]) / size.W}%`;
      made.style.top = `${(100 * places[k][1]) / size.H}%`;
      made.classList.toggle("gd-across", handle.axis === "x");
      made.ariaLabel = handle.name;
      made.ariaValueNow = String(handle.value ?? 0);
      made.ariaValueText = handle.says;
      made.title = handle.name;
    }
  }
  return { layer, place, pixelOf };
}
