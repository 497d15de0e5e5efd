// Bundles the pages, unless they are newer than all that they are made of: it takes seconds, and a test
// of the command line needs none of it.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const MADE_OF = ["web", "src/engine", "package-lock.json"];

/** @param {string} path @returns {number} */
function newest(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(path)
      .filter((name) => name !== "node_modules")
      .map((name) => newest(join(path, name))),
  );
}

const built = join(root, "dist/web/index.html");
const isFresh =
  existsSync(built) &&
  statSync(built).mtimeMs > Math.max(...MADE_OF.map((path) => newest(join(root, path))));
if (!isFresh)
  await build({
    configFile: join(root, "web/vite.config.ts"),
    logLevel: "warn",
    mode: "production",
  });
