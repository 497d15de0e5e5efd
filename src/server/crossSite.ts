import type { Context, Next } from "hono";
import { comerOf } from "./comer.ts";
import { sessionSecretOf, tokenOf } from "./credentials.ts";
import { type ApiError, apiError, CallError } from "./errors.ts";

/** A header that a page of another site cannot send without asking, and nobody says yes. */
const HEADER = "x-premortem";

const CROSS_SITE = apiError(
  403,
  "crossSite",
  "the call may come from a page of another site",
  `send \`${HEADER}: 1\` from a page of this server, or use a token`,
);

/**
 * Keeps pages of other sites from acting in the name of whoever is logged in (OWASP, cross-site request forgery):
 * beside `SameSite=Strict`, what comes with a cookie and changes something has a header of ours and our origin.
 */
export async function refuseCrossSite(context: Context, next: Next): Promise<void> {
  const { method } = context.req;
  const isSafe = method === "GET" || method === "HEAD";
  if (!isSafe && tokenOf(context) === null && sessionSecretOf(context) !== null) {
    if (context.req.header(HEADER) !== "1") throw new CallError(CROSS_SITE);
    const refused = foreignOrigin(context);
    if (refused !== null) throw new CallError(refused);
  }
  await next();
}

/** Null: it comes from a page of ours, or from no page at all. */
export function foreignOrigin(context: Context): ApiError | null {
  const origin = context.req.header("origin");
  if (origin !== undefined) return hostOf(origin) === comerOf(context).host ? null : CROSS_SITE;
  /* Fetch metadata (W3C): browsers say from where, and pages cannot change it. */
  const site = context.req.header("sec-fetch-site") ?? "none";
  return site === "none" || site === "same-origin" ? null : CROSS_SITE;
}

/** Null: it is none, as that of a page in a sandbox is not. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
