import { chownSync, lchownSync, lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Whose processes and files a database is. PostgreSQL refuses to run as root. */
export type Account =
  /** The user that premortem runs as. */
  | { readonly kind: "own" }
  /** An unprivileged user of its own, by number: no entry in /etc/passwd is needed. */
  | { readonly kind: "dropped"; readonly uid: number; readonly gid: number };

/**
 * Of the numbers that systemd's registry of user ids (UIDS-GIDS.md) leaves to nobody, 65520 to 65533; they
 * exist in user namespaces of 65536 ids as well.
 */
const OWN_ID = 65_525;
/** `nobody`, in every /etc/passwd: initdb looks its user's name up, while `postgres` does not. */
const NOBODY_ID = 65_534;

export function databaseAccount(): Account {
  if (process.getuid?.() !== 0) return { kind: "own" };
  return { kind: "dropped", uid: OWN_ID, gid: OWN_ID };
}

/** For the making of a database alone, before anything is in it. */
export function makerAccount(account: Account): Account {
  if (account.kind === "own") return account;
  return { kind: "dropped", uid: NOBODY_ID, gid: NOBODY_ID };
}

/** What `spawn` takes. */
export function identityOf(account: Account): { readonly uid?: number; readonly gid?: number } {
  return account.kind === "own" ? {} : { uid: account.uid, gid: account.gid };
}

/** Gives everything below a folder to an account. */
export function giveTo(account: Account, path: string): void {
  if (account.kind === "own") return;
  const { uid, gid } = account;
  if (!lstatSync(path).isDirectory()) return lchownSync(path, uid, gid);
  for (const name of readdirSync(path)) giveTo(account, join(path, name));
  chownSync(path, uid, gid);
}

const EXECUTE_BY_OTHERS = 0o001;
const EXECUTE_BY_OWNER = 0o100;

/** The outermost part of a path that the account may not go through; null: it may. */
export function barredFor(account: Account, path: string): string | null {
  if (account.kind === "own") return null;
  const whole = resolve(path);
  const above = dirname(whole) === whole ? null : barredFor(account, dirname(whole));
  if (above !== null) return above;
  const { mode, uid } = statSync(whole);
  const needed = uid === account.uid ? EXECUTE_BY_OWNER : EXECUTE_BY_OTHERS;
  return (mode & needed) === 0 ? whole : null;
}
