// Loads the bundle by `require`: `import` first searches all of it for what it might export, which
// took two thirds of the start, and starts a loader of its own. A diff of two files has a bundle without
// all the rest. Node keeps compiled code of the other one between runs where it can (22.8).
const nodeModule = require("node:module");
const { isPlainDiff, runDiff } = require("./plainDiff.js");

if (!isPlainDiff(process.argv.slice(2)) || !runDiff()) {
  nodeModule.enableCompileCache?.();
  require("../dist/premortem.cjs");
}
