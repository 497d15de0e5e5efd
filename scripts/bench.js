// Runs the benchmarks as the program itself runs: bundled, without a loader.
import { build } from "esbuild";

await build({
  absWorkingDir: new URL("..", import.meta.url).pathname,
  entryPoints: ["bench/main.ts"],
  outfile: "dist/bench.cjs",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
});
await import("../dist/bench.cjs");
