import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Accounts } from "../operations/access/accounts.ts";
import type { Access } from "../operations/access/service.ts";
import { setUpPath } from "./setUpPath.ts";

/*
 * What whoever may read the data folder gets when the server begins: a token that makes others, and links with
 * which people choose a password. Each is a file that nobody else reads.
 */

const TOKEN_FILE = "admin-token";
const LINKS_FILE = "set-up-links";
const PRIVATE = 0o600;

/** Where they are; null: somebody has one already. */
export interface FirstSecrets {
  readonly token: string | null;
  readonly links: string | null;
}

/** `isTokenLost`: the token that there is is of no use to anybody. */
export async function makeFirstSecrets(
  access: Pick<Access, "issueFirst">,
  accounts: Pick<Accounts, "inviteFirst">,
  { folder, url, isTokenLost }: FirstPlace,
): Promise<FirstSecrets> {
  const file = { token: join(folder, TOKEN_FILE), links: join(folder, LINKS_FILE) };
  const hasToken = await access.issueFirst(
    (secret) => writePrivate(file.token, `${secret}\n`),
    isTokenLost,
  );
  const hasLinks = await accounts.inviteFirst((all) => {
    const lines = all.map(({ login, secret }) => `${login} ${new URL(setUpPath(secret), url)}\n`);
    writePrivate(file.links, lines.join(""));
  });
  return { token: hasToken ? file.token : null, links: hasLinks ? file.links : null };
}

interface FirstPlace {
  readonly folder: string;
  /** Of the server. */
  readonly url: string;
  readonly isTokenLost: boolean;
}

/** Anew: one that is there may be readable for others. */
function writePrivate(file: string, text: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: PRIVATE });
}
