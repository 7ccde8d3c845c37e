// What Python reads of gdlib/explore/front, in gdlib/explore/bundle:
// node build.js           writes front.txt, base64 of gzip of all code, and stub.js, what a widget holds
// node build.js --check   are they current?

import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const explore = `${import.meta.dirname}/../../gdlib/explore`;
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

const { outputFiles } = await build({
  absWorkingDir: `${explore}/front`,
  entryPoints: ["index.js", "stub.js"],
  outdir: "../bundle",
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  plugins: [styles],
  nodePaths: [`${import.meta.dirname}/node_modules`],
});
const [front, stub] = outputFiles.map(({ text }) => text);
const at = (name) => `${explore}/bundle/${name}`;

if (process.argv.includes("--check")) {
  const stored = gunzipSync(Buffer.from(await readFile(at("front.txt"), "utf8"), "base64"));
  if (String(stored) !== front || (await readFile(at("stub.js"), "utf8")) !== stub) {
    console.error("gdlib/explore/bundle is not what gdlib/explore/front gives: make front");
    process.exitCode = 1;
  }
} else {
  await writeFile(at("front.txt"), gzipSync(front, { level: 9 }).toString("base64"));
  await writeFile(at("stub.js"), stub);
}
