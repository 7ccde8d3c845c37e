// What readers see in another language, by the English text: nothing, in English. tools/front/build.js puts a language's
// table here, and its way to finish a text (Korean: ./particles.js).

/** @type {Record<string, string>} */
const table = {};
export default table;

export const finished = (/** @type {string} */ text) => text;
