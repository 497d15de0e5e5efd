// Bundles the page that compares two pasted rulesets: a folder of static files, which any web server can show.
import { copyFileSync, mkdirSync } from "node:fs";
import { build } from "esbuild";

const root = new URL("..", import.meta.url);
const from = new URL("web/src/playground/", root);
const to = new URL("dist/playground/", root);

mkdirSync(to, { recursive: true });
for (const name of ["index.html", "playground.css"])
  copyFileSync(new URL(name, from), new URL(name, to));
for (const [name, format] of /** @type {const} */ ([
  ["main", "esm"],
  ["worker", "iife"],
]))
  await build({
    absWorkingDir: root.pathname,
    entryPoints: [`web/src/playground/${name}.ts`],
    outfile: `dist/playground/${name}.js`,
    bundle: true,
    minify: true,
    platform: "browser",
    target: "es2022",
    format,
    loader: { ".nft": "text" },
    logLevel: "warning",
  });
