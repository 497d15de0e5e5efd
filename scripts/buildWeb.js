// Bundles the pages, unless they are newer than all that they are made of: it takes seconds, and a test
// of the command line needs none of it.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const MADE_OF = ["web", "src/engine", "package-lock.json", "scripts/buildWeb.js"];

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

/** Bytes below which a file fits into one packet or two, packed or not. */
const SMALL = 2048;

/**
 * Puts packed forms beside files: the server packs nothing while it answers. Browsers take Brotli by encrypted ways and
 * from the machine itself, and gzip from everywhere.
 * @param {string} folder
 */
function pack(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    if (bytes.length < SMALL || ![".css", ".js"].includes(extname(name))) continue;
    /* The best that Brotli can do takes ten times as long, for 5 % less. */
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

const built = join(root, "dist/web/index.html");
const isFresh =
  existsSync(built) &&
  statSync(built).mtimeMs > Math.max(...MADE_OF.map((path) => newest(join(root, path))));
if (!isFresh) {
  await build({
    configFile: join(root, "web/vite.config.ts"),
    logLevel: "warn",
    mode: "production",
  });
  pack(join(root, "dist/web/assets"));
}
