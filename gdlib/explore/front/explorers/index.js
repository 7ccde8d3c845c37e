import { batches, sgd } from "./batches.js";
import { descent } from "./descent.js";
import { knob } from "./knob.js";
import { losses } from "./losses.js";
import { machine } from "./machine.js";
import { memory } from "./memory.js";
import { overlap } from "./overlap.js";
import { direction, secant, tangent } from "./slopes.js";

/** By the spec's kind. @type {Record<Spec["kind"], Explorer<any>>} */
export const explorers = { secant, tangent, direction, descent, losses, sgd, batches, memory, machine, knob, overlap };
