import { readFileSync } from "node:fs";
import { resolved } from "../../gdlib/explore/front/compute/particles.js";

// What Python writes keeps to the same table.
const cases = JSON.parse(readFileSync(`${import.meta.dirname}/particles.json`, "utf8"));

test.each(cases)("%s → %s", (text, expected) => {
  expect(resolved(text)).toBe(expected);
  expect(resolved(expected)).toBe(expected);
});
