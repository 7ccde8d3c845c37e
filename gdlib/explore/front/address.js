// Settings in the address of a page, so that a link restores them. Only a page of the site has such an address:
// JupyterLab's and a deck's say something else, there a link leads to the site.

/** What an explorer is called in an address: the same wherever the same thing is explored. @param {Spec} spec */
export function nameOf(spec) {
  let hash = 0x811c9dc5;
  for (const letter of JSON.stringify({ ...spec, layout: 0, initial: 0, here: 0 }))
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return `x${(hash >>> 0).toString(16)}`;
}

/** A value as a link writes it: of numbers what the sliders keep, 0.1 for 0.10000000000000005.
 * @param {string | number | number[]} value */
const brief = (value) =>
  typeof value === "string"
    ? value
    : [value]
        .flat()
        .map((v) => Number(v.toPrecision(12)))
        .join(",");

/** What differs from where it began, as a link holds it. @type {(spec: Spec, now: Values) => string} */
export function written(spec, now) {
  const all = Object.entries(spec.initial).map(([name, first]) => ({
    name,
    first: brief(first),
    value: brief(now[/** @type {Trait} */ (name)]),
  }));
  const differs = all.filter(({ first, value }) => first !== value);
  return [nameOf(spec), ...differs.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)].join("&");
}

/** A value as a link holds it, of the kind that it began with; undefined where it is none.
 * @param {unknown} first @param {string} text */
function heldValue(first, text) {
  if (typeof first === "string") return text;
  const values = text.split(",").map(Number);
  const fits = values.length === (Array.isArray(first) ? first.length : 1) && values.every(Number.isFinite);
  return fits ? (Array.isArray(first) ? values : values[0]) : undefined;
}

/** What a link asks of this explorer; null where it is none of ours. @type {(spec: Spec, hash: string) => Partial<Values> | null} */
export function read(spec, hash) {
  const [name, ...parts] = hash.replace(/^#/, "").split("&");
  if (name !== nameOf(spec)) return null;
  const asked = parts.map((part) => part.split("=", 2)).filter(([key]) => key in spec.initial);
  const values = asked.map(([key, text = ""]) => [
    key,
    heldValue(spec.initial[/** @type {Trait} */ (key)], decodeURIComponent(text)),
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

const app = () =>
  document.getElementById("jupyter-config-data") ?? document.querySelector("body[data-notebook-path], .reveal");

/** Is this a page whose address is the explorers'? */
export const isPage = () => !app();

/** The link to what is shown: of this page, or of the site's page with the same lecture; "" where none is known.
 * @param {string} site where the course's site is @param {string} state */
export function linkTo(site, state) {
  if (isPage()) return `${location.href.split("#")[0]}#${state}`;
  const lecture = decodeURIComponent(location.pathname).match(/(\d\d_\w+)(?=\.(ipynb|html))/)?.[1];
  return site && lecture ? `${site.replace(/\/$/, "")}/notebooks/${lecture}.html#${state}` : "";
}
