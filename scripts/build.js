// Bundles the command line into one file: start-up time counts, and no loader runs later.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

await build({
  absWorkingDir: new URL("..", import.meta.url).pathname,
  entryPoints: ["src/cli/main.ts"],
  outfile: "dist/premortem.cjs",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  define: { PREMORTEM_VERSION: JSON.stringify(version) },
  logLevel: "warning",
});
