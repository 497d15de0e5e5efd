import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { LONGEST_MS } from "../platform/auth/sessions.ts";
import { comerOf } from "./comer.ts";

export const SESSION_COOKIE = "premortem-session";
const MS_IN_SECOND = 1_000;

/** What stands behind `Bearer`; null: nothing does. */
export function tokenOf({ req }: Context): string | null {
  const [, secret] = /^Bearer +(\S+)$/i.exec(req.header("authorization") ?? "") ?? [];
  return secret ?? null;
}

/** What the browser holds of its session; null: nothing. */
export function sessionSecretOf(context: Context): string | null {
  const secret = getCookie(context, SESSION_COOKIE);
  return secret === undefined || secret === "" ? null : secret;
}

/** No script reads it, and no page of another site sends it. Encrypted ways alone, where the login came by one. */
export function giveSession(context: Context, secret: string): void {
  setCookie(context, SESSION_COOKIE, secret, {
    ...attributes(context),
    maxAge: LONGEST_MS / MS_IN_SECOND,
  });
}

export function takeSession(context: Context): void {
  deleteCookie(context, SESSION_COOKIE, attributes(context));
}

function attributes(context: Context) {
  const { isSecure } = comerOf(context);
  return { path: "/", httpOnly: true, sameSite: "Strict", secure: isSecure } as const;
}
