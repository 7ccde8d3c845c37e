import { batches } from "./batches.js";
import { descent } from "./descent.js";
import { direction } from "./direction.js";
import { losses } from "./losses.js";
import { memory } from "./memory.js";
import { secant } from "./secant.js";
import { sgd } from "./sgd.js";
import { tangent } from "./tangent.js";

/** @import { Explorer, Spec } from "../types.js" */

/** By the spec's kind. @type {Record<Spec["kind"], Explorer<any, any>>} */
export const explorers = { secant, tangent, direction, descent, losses, sgd, batches, memory };
