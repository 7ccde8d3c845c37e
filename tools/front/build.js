// What Python reads of gdlib/explore/front, in gdlib/explore/bundle:
// node build.js           writes front.txt, base64 of gzip of all code, and stub.js, what a widget holds; and for each
//                         locale/ko/front.json, { English text: text }, a front.ko.txt that says those texts
// node build.js --check   are they current?

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const root = `${import.meta.dirname}/../..`;
const [explore, locale] = [`${root}/gdlib/explore`, `${root}/locale`];
const styles = {
  name: "style sheets as text, minified",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), {
        loader: "css",
        minify: true,
      });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** A language's table as code; each of its texts has all values of the English one. */
function checked(table, path) {
  const values = (text) => [...new Set(text.match(/\{\d+\}/g))].sort().join();
  for (const [msgid, text] of Object.entries(JSON.parse(table)))
    if (text && values(text) !== values(msgid)) throw new Error(`${path}: other values in ${text} than in ${msgid}`);
  return table;
}

/** In the place of compute/table.js that of a language, which finishes its texts as Korean needs it. */
const translated = (table) => ({
  name: "another language",
  setup({ onLoad }) {
    const contents = `export default ${table}; export { resolved as finished } from "./particles.js";`;
    onLoad({ filter: /[/\\]compute[/\\]table\.js$/ }, () => ({ contents, loader: "js" }));
  },
});

/** The code that begins with these files, a text each. */
async function bundled(entryPoints, ...plugins) {
  const { outputFiles } = await build({
    absWorkingDir: `${explore}/front`,
    entryPoints,
    outdir: "../bundle",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    plugins: [styles, ...plugins],
    nodePaths: [`${import.meta.dirname}/node_modules`],
  });
  return outputFiles.map(({ text }) => text);
}

const [front, stub] = await bundled(["index.js", "stub.js"]);
const files = { "front.txt": front, "stub.js": stub };
for (const language of await readdir(locale).catch(() => [])) {
  const path = `${locale}/${language}/front.json`;
  const table = await readFile(path, "utf8").catch(() => null);
  if (table === null) continue;
  [files[`front.${language}.txt`]] = await bundled(["index.js"], translated(checked(table, path)));
}

const at = (name) => `${explore}/bundle/${name}`;
const isPacked = (name) => name.endsWith(".txt");
const unpacked = (text) => String(gunzipSync(Buffer.from(text, "base64")));
const packed = (text) => gzipSync(text, { level: 9 }).toString("base64");
const stored = await readdir(at(""));
const old = stored.filter((name) => /^front\..*txt$/.test(name) && !(name in files)); // of a language that is gone

if (process.argv.includes("--check")) {
  let current = !old.length;
  for (const [name, text] of Object.entries(files)) {
    const found = stored.includes(name) ? await readFile(at(name), "utf8") : null;
    current &&= found !== null && (isPacked(name) ? unpacked(found) : found) === text;
  }
  if (!current) {
    console.error("gdlib/explore/bundle is not what gdlib/explore/front and locale give: make front");
    process.exitCode = 1;
  }
} else {
  for (const name of old) await rm(at(name));
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), isPacked(name) ? packed(text) : text);
}
