import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../refusal.ts";
import type { Caller, Role } from "./actor.ts";
import { hashOfSecret, newSecret } from "./secrets.ts";
import { addToken, listTokens, revokeToken, type StoredToken, tokenByHash } from "./store.ts";

/** Begins each token, so that people and scanners of secrets know one where they see one. */
const PREFIX = "pm_";
const DAY_MS = 86_400_000;
/** Days that a token may live at most. */
export const MAXIMUM_DAYS = 366;

/** A token, in words once: afterwards its hash alone is known. */
export interface IssuedToken extends StoredToken {
  readonly secret: string;
}

export interface TokenWishes {
  /** The person that it stands for. */
  readonly login: string;
  readonly roles: readonly Role[];
  /** What it is for: `laptop`, `ci`. */
  readonly purpose: string;
  readonly days: number;
}

/** Writes down elsewhere what becomes of a token; both become true together, or neither. */
type Note<Token> = (transaction: Database, token: Token) => Promise<unknown>;

export interface Tokens {
  issue(wishes: TokenWishes, note: Note<IssuedToken>): Promise<IssuedToken | Refusal>;
  /** Who comes with it; null: nobody that is known, or no longer. */
  authenticate(secret: string): Promise<Caller | null>;
  list(): Promise<readonly StoredToken[]>;
  /** One that is taken back already stays as it is, and nothing is written down. */
  revoke(id: number, note: Note<StoredToken>): Promise<StoredToken | Refusal>;
}

export function openTokens(database: Database, clock: Clock): Tokens {
  return {
    async issue({ days, ...wishes }, note) {
      if (wishes.roles.length === 0) return refuse("a token without a role", "name one at least");
      if (!Number.isInteger(days) || days < 1 || days > MAXIMUM_DAYS)
        return refuse(`a token for ${days} days is none`, `take 1 to ${MAXIMUM_DAYS} days`);
      const secret = newSecret(PREFIX);
      const nowMs = clock();
      const token = {
        ...wishes,
        roles: [...new Set(wishes.roles)],
        createdMs: nowMs,
        expiresMs: nowMs + days * DAY_MS,
      };
      return database.transaction().execute(async (transaction) => {
        const issued = { ...(await addToken(transaction, hashOfSecret(secret), token)), secret };
        await note(transaction, issued);
        return issued;
      });
    },
    async authenticate(secret) {
      if (!secret.startsWith(PREFIX)) return null;
      const found = await tokenByHash(database, hashOfSecret(secret));
      if (found === null || found.revokedMs !== null || found.expiresMs <= clock()) return null;
      const { login, roles, expiresMs } = found;
      return { login, roles, session: null, expiresMs };
    },
    list: () => listTokens(database),
    revoke: (id, note) =>
      database.transaction().execute(async (transaction) => {
        const { token, isNew } = await revokeToken(transaction, id, clock());
        if (token === null)
          return refuseUnknown(`there is no token ${id}`, "list them: `premortem token list`");
        if (isNew) await note(transaction, token);
        return token;
      }),
  };
}
