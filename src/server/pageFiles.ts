import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { Context } from "hono";

/* Files of the pages, as they lie in a folder. */

/** What the bundler names by its content: another content has another name. */
const ASSETS = "/assets/";
/** A segment of a path that may be a file: nothing hidden, nothing that leads elsewhere. */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Forms that a build may have packed beforehand, the smallest first. */
const PACKED: readonly (readonly [encoding: string, ending: string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

/** One form of a file, as it is sent. */
interface Sent {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Null: as it is. */
  readonly encoding: string | null;
  /** Entity tag: another one for another content. */
  readonly tag: string;
}

/** Null: there is no such file. */
export type PageFiles = (context: Context) => Promise<Response | null>;

export function openPageFiles(folder: string): PageFiles {
  /* What is named by its content is read once. A page needs a dozen of them before it draws anything. */
  const kept = new Map<string, Sent>();

  async function read(path: string, accepted: string): Promise<Sent | null> {
    const names = accepted.split(",").map((one) => one.split(";")[0]?.trim());
    const encodings = PACKED.filter(([encoding]) => names.includes(encoding));
    const key = `${path} ${encodings.map(([encoding]) => encoding).join(" ")}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const file = await findFile(folder, path);
    if (file === null) return null;
    const sent = await readPacked(file, encodings);
    if (path.startsWith(ASSETS)) kept.set(key, sent);
    return sent;
  }

  return async (context) => {
    const { req } = context;
    const sent = await read(req.path, req.header("accept-encoding") ?? "");
    if (sent === null) return null;
    const { bytes, encoding, tag } = sent;
    const isNamedByContent = req.path.startsWith(ASSETS);
    const headers = {
      "Content-Type": TYPES[extname(req.path)] ?? "application/octet-stream",
      "Cache-Control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
      ETag: tag,
      Vary: "Accept-Encoding",
      ...(encoding === null ? {} : { "Content-Encoding": encoding }),
    };
    const known = (req.header("if-none-match") ?? "").split(",").map((one) => one.trim());
    if (known.includes(tag)) return context.body(null, 304, headers);
    return context.body(bytes, 200, headers);
  };
}

/** Null: there is none, or the path leads out of the folder. */
async function findFile(folder: string, path: string): Promise<string | null> {
  const segments = path.split("/").slice(1);
  if (!segments.every((segment) => SEGMENT.test(segment))) return null;
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, ...segments))]);
    if (!file.startsWith(root + sep) || !(await stat(file)).isFile()) return null;
    return file;
  } catch {
    return null;
  }
}

async function readPacked(file: string, encodings: typeof PACKED): Promise<Sent> {
  for (const [encoding, ending] of encodings) {
    const bytes = await readFile(file + ending).catch(() => null);
    if (bytes !== null) return sentOf(bytes, encoding);
  }
  return sentOf(await readFile(file), null);
}

function sentOf(read: Buffer, encoding: string | null): Sent {
  const tag = `"${createHash("sha256").update(read).digest("base64url")}"`;
  return { bytes: new Uint8Array(read), encoding, tag };
}
