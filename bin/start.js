// Loads the bundle by `require`: `import` first searches all of it for what it might export, which
// took two thirds of the start. Node keeps compiled code between runs where it can (22.8).
import * as nodeModule from "node:module";

nodeModule.enableCompileCache?.();
nodeModule.createRequire(import.meta.url)("../dist/premortem.cjs");
