import { createHash, randomBytes } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { Context } from "hono";

/*
 * The pages of `dist/web`. Whatever is asked for and is no file and no part of the API is a page of the
 * application: it gets `index.html`, so that a link into it works.
 */

const INDEX = "index.html";
/** Stands in `index.html` for what lets style elements in, new for each answer. */
const NONCE_PLACE = "%CSP_NONCE%";
const NONCE_BYTES = 18;
/** What the bundler names by its content: another content has another name. */
const ASSETS = "/assets/";
/** A segment of a path that may be a file: nothing hidden, nothing that leads elsewhere. */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
/** Paths that are the server's own: what is not there is told as the API tells it. */
const OF_THE_API = /^\/(?:v1|health|metrics|openapi\.json)(?:\/|$)/;

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
const PACKED = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/** Null: it is no page and no file of one. */
export type Pages = (context: Context) => Promise<Response | null>;

/** `folder` null: there are no pages. */
export function openPages(folder: string | null): Pages {
  return async (context) => {
    const { method, path } = context.req;
    if (folder === null || (method !== "GET" && method !== "HEAD") || OF_THE_API.test(path))
      return null;
    if (path === "/" || path === `/${INDEX}`) return indexAnswer(context, folder);
    const found = await findFile(folder, path);
    if (found !== null) return fileAnswer(context, found);
    /* What has an ending is meant as a file: a page in its place would only hide that it is gone. */
    return extname(path) === "" ? indexAnswer(context, folder) : null;
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

async function fileAnswer(context: Context, file: string): Promise<Response> {
  const { req } = context;
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  const { bytes, encoding } = await readPacked(file, req.header("accept-encoding") ?? "");
  const tag = `"${createHash("sha256").update(bytes).digest("base64url")}"`;
  const isNamedByContent = req.path.startsWith(ASSETS);
  const headers = {
    "Content-Type": type,
    "Cache-Control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
    ETag: tag,
    Vary: "Accept-Encoding",
    ...(encoding === null ? {} : { "Content-Encoding": encoding }),
  };
  const known = (req.header("if-none-match") ?? "").split(",").map((one) => one.trim());
  if (known.includes(tag)) return context.body(null, 304, headers);
  return context.body(new Uint8Array(bytes), 200, headers);
}

async function readPacked(file: string, accepted: string) {
  const names = accepted.split(",").map((one) => one.split(";")[0]?.trim());
  for (const [encoding, ending] of PACKED) {
    if (!names.includes(encoding)) continue;
    const bytes = await readFile(file + ending).catch(() => null);
    if (bytes !== null) return { bytes, encoding };
  }
  return { bytes: await readFile(file), encoding: null };
}

async function indexAnswer(context: Context, folder: string): Promise<Response | null> {
  const text = await readFile(join(folder, INDEX), "utf8").catch(() => null);
  if (text === null) return null;
  const nonce = randomBytes(NONCE_BYTES).toString("base64");
  return context.body(text.replaceAll(NONCE_PLACE, nonce), 200, {
    "Content-Type": "text/html; charset=utf-8",
    /* Each answer has a nonce of its own, and names the newest files. */
    "Cache-Control": "no-store",
    "Content-Security-Policy": pagePolicy(nonce),
  });
}

/** What a page may load: this server's files, and style elements that carry its nonce. */
function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");
}

/** For all that is no page: whoever is made to show it as one loads nothing. */
export const NO_PAGE_POLICY =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
