// The texts of the explorers that readers see: each stands in a say`…` in gdlib/explore/front.
// node messages.js   prints them as JSON, [{ msgid, file, line, values }], each once, where it stands first:
// "after {0} steps" with values ["n"], the code whose values come in

import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import ts from "typescript";

const root = `${import.meta.dirname}/../..`;

/** Every node below one. */
function* below(node) {
  yield node;
  for (const child of node.getChildren()) yield* below(child);
}

/** The nodes of the explorers' JavaScript, file by file. */
function* nodes() {
  const folder = `${root}/gdlib/explore/front`;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".js")) continue;
    const path = `${folder}/${name}`;
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
    for (const node of below(source)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      yield { node, file: relative(root, path).replaceAll("\\", "/"), line: line + 1 };
    }
  }
}

const isSay = (node) => ts.isTaggedTemplateExpression(node) && node.tag.getText() === "say";

/** The fixed parts of a template, and the code of its values. */
function partsOf(template) {
  const spans = template.templateSpans ?? [];
  const parts = [template.head ?? template, ...spans.map(({ literal }) => literal)].map(({ text }) => text);
  return { parts, values: spans.map(({ expression }) => expression.getText()) };
}

/** Every text that is said, once. */
export function messages() {
  const found = new Map();
  for (const { node, file, line } of nodes()) {
    if (!isSay(node)) continue;
    const { parts, values } = partsOf(node.template);
    if (parts.some((part) => /[{}]/.test(part))) throw new Error(`${file}:${line}: no braces in a text that is said`);
    const msgid = parts.reduce((id, part, k) => `${id}{${k - 1}}${part}`);
    if (!found.has(msgid)) found.set(msgid, { msgid, file, line, values });
  }
  return [...found.values()];
}

const isText = (node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
const READ = /[A-Za-z] [A-Za-z]|^[A-Z][a-z]+$|[A-Za-z]{3,}[.:?!]/; // several words, or one as on a button, or the end of a sentence

/** The other texts that look like words for a reader: [{ text, file, line }], … for a value in a text. */
export function unsaid() {
  const found = [];
  for (const { node, file, line } of nodes()) {
    if (!isText(node) || isSay(node.parent) || ts.isImportDeclaration(node.parent)) continue;
    const text = partsOf(node).parts.join("…");
    if (READ.test(text)) found.push({ text, file, line });
  }
  return found;
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(messages(), null, 1));
