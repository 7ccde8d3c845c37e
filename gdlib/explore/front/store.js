// What the reader has predicted: kept by the browser, lecture by lecture, for this reader alone. No kernel is asked.

export const CHANGED = "gd-predictions"; // what the window hears

/** @type {Map<string, Record<string, Entry>>} for this page only, where the browser keeps nothing */
const unkept = new Map();
/** @type {Map<string, Set<string>>} the questions of a lecture that the page has shown */
const shown = new Map();

/** Where a lecture lies: the notebook's path in JupyterLab, else the page's. @param {Model} model */
export const pathOf = (model) => {
  const { context } = /** @type {{ context?: { path?: string } }} */ (model.widget_manager ?? {});
  return context?.path ?? decodeURIComponent(window.location.pathname);
};

const keyOf = (/** @type {string} */ path) => `gdlib predictions ${path}`;

/** A short name of a text (FNV-1a). @param {string} text */
export function hash(text) {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return (h >>> 0).toString(36);
}

/** What was predicted in a lecture, by the questions' hashes. @param {string} path @returns {Record<string, Entry>} */
export function recall(path) {
  try {
    const kept = JSON.parse(window.localStorage.getItem(keyOf(path)) ?? "{}");
    const sound = Object.entries(kept).filter(
      ([, e]) => typeof e?.question === "string" && typeof e.given === "string",
    );
    return { ...unkept.get(path), ...Object.fromEntries(sound) };
  } catch {
    return { ...unkept.get(path) };
  }
}

/** @param {string} path @param {Record<string, Entry>} entries */
function write(path, entries) {
  try {
    window.localStorage.setItem(keyOf(path), JSON.stringify(entries));
    unkept.delete(path);
  } catch {
    unkept.set(path, entries);
  }
  window.dispatchEvent(new Event(CHANGED));
}

/** @param {string} path @param {Entry} entry */
export const remember = (path, entry) => write(path, { ...recall(path), [hash(entry.question)]: entry });

/** All of a lecture, or one question. @param {string} path @param {string} [question] */
export function forget(path, question) {
  const { [hash(question ?? "")]: _, ...others } = recall(path);
  if (question !== undefined) return write(path, others);
  try {
    window.localStorage.removeItem(keyOf(path));
  } catch {} // nothing was kept
  unkept.delete(path);
  window.dispatchEvent(new Event(CHANGED));
}

/** A form says that it is here. @param {string} path @param {string} question */
export function here(path, question) {
  const all = shown.get(path) ?? new Set();
  shown.set(path, all.add(hash(question)));
  window.dispatchEvent(new Event(CHANGED));
}

/** How many questions a lecture is known to ask. @param {string} path */
export const asked = (path) => new Set([...(shown.get(path) ?? []), ...Object.keys(recall(path))]).size;
