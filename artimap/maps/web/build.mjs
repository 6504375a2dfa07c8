/* Bundles src/ into page.js and page.css, and into what_if.js and what_if.css, which only pages with that tool hold.
   All are committed: who installs artimap needs no node.
   With --check nothing is written, and what differs from the committed files is an error. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const check = process.argv.includes("--check");
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

for (const [entry, name] of [
  ["src/main.js", "page.js"],
  ["src/style.css", "page.css"],
  ["src/what_if.js", "what_if.js"],
  ["src/what_if.css", "what_if.css"],
]) {
  const { outputFiles } = await build({
    absWorkingDir: here("."),
    bundle: true,
    charset: "utf8",
    entryPoints: [entry],
    format: "iife",
    legalComments: "none",
    minify: true,
    write: false,
  });
  const made = outputFiles[0].text;
  if (!check) await writeFile(here(name), made);
  else if ((await readFile(here(name), "utf8")) !== made) {
    console.error(`${name} is not what src/ gives: run "npm run build" in artimap/maps/web and commit it`);
    process.exitCode = 1;
  }
}
