import { createHash } from "node:crypto";
import type { SourceFiles } from "./model.ts";

/** SHA-256 of the files, whatever their order; lengths keep names and texts apart. */
export function contentHashOf(files: SourceFiles): string {
  const hash = createHash("sha256");
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const bytes = Buffer.from(text, "utf8");
    hash.update(`${Buffer.byteLength(path)}:${path}${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}
