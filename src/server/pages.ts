import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Context } from "hono";
import { sessionSecretOf } from "./credentials.ts";
import { firstLinks } from "./firsts.ts";
import { openPageFiles } from "./pageFiles.ts";

/*
 * The pages of `dist/web`. Whatever is asked for and is no file and no part of the API is a page of the
 * application: it gets `index.html`, so that a link into it works.
 */

const INDEX = "index.html";
/** Stands in `index.html` for what lets style elements in, new for each answer. */
const NONCE_PLACE = "%CSP_NONCE%";
const NONCE_BYTES = 18;
/** Stands in `index.html` for what shall be fetched with it. */
const FIRSTS_PLACE = "<!-- %FIRSTS% -->";
/** Paths that are the server's own: what is not there is told as the API tells it. */
const OF_THE_API = /^\/(?:v1|health|metrics|openapi\.json)(?:\/|$)/;

/** Null: it is no page and no file of one. */
export type Pages = (context: Context) => Promise<Response | null>;

/** `folder` null: there are no pages. */
export function openPages(folder: string | null): Pages {
  if (folder === null) return async () => null;
  const files = openPageFiles(folder);
  return async (context) => {
    const { method, path } = context.req;
    if ((method !== "GET" && method !== "HEAD") || OF_THE_API.test(path)) return null;
    if (path === "/" || path === `/${INDEX}`) return indexAnswer(context, folder);
    const found = await files(context);
    if (found !== null) return found;
    /* What has an ending is meant as a file: a page in its place would only hide that it is gone. */
    return extname(path) === "" ? indexAnswer(context, folder) : null;
  };
}

async function indexAnswer(context: Context, folder: string): Promise<Response | null> {
  const text = await readFile(join(folder, INDEX), "utf8").catch(() => null);
  if (text === null) return null;
  const nonce = randomBytes(NONCE_BYTES).toString("base64");
  /* Whoever is nobody yet logs in first, and would only be refused. */
  const links = sessionSecretOf(context) === null ? "" : await firstLinks(folder, context.req.path);
  /* As functions: a `$` in what is put in has no meaning. */
  const page = text.replaceAll(NONCE_PLACE, () => nonce).replace(FIRSTS_PLACE, () => links);
  return context.body(page, 200, {
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
