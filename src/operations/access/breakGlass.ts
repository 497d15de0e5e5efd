import type { Actor, Role } from "../../platform/auth/actor.ts";
import { breakGlassHash, saveBreakGlass } from "../../platform/auth/breakGlassStore.ts";
import { hashOfSecret, newSecret } from "../../platform/auth/secrets.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Trail } from "../trail/service.ts";

/** The account for emergencies: nobody of the network file can be called so. */
export const BREAK_GLASS = "break-glass";
/**
 * It repairs, and lets others in again. It approves nothing: whoever holds it beside an account of their own would
 * be two people.
 */
export const BREAK_GLASS_ROLES: readonly Role[] = ["viewer", "operator", "admin"];
const PREFIX = "pmb_";

export interface BreakGlassOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  /** Its sessions are over when its secret is another one. */
  readonly endSessions: (by: string) => Promise<unknown>;
}

/**
 * An account that needs nothing but the database: no person in the network file, no password hash in native code.
 * Its secret is as long as that of a token, so that nobody guesses it and no guesses of others lock it.
 */
export interface BreakGlass {
  /** Makes a new secret, shown this once; the one before is good for nothing any more. */
  make(actor: Actor): Promise<string>;
  isRight(secret: string): Promise<boolean>;
}

export function openBreakGlass(options: BreakGlassOptions): BreakGlass {
  const { database, clock, trail, endSessions } = options;
  return {
    async make({ login }) {
      const secret = newSecret(PREFIX);
      const event = { atMs: clock(), actor: login, subject: `account/${BREAK_GLASS}`, details: {} };
      await database.transaction().execute(async (transaction) => {
        await saveBreakGlass(transaction, hashOfSecret(secret), clock());
        await trail.append({ kind: "breakGlass.made", ...event }, transaction);
      });
      await endSessions(login);
      return secret;
    },
    isRight: async (secret) =>
      secret.startsWith(PREFIX) && (await breakGlassHash(database)) === hashOfSecret(secret),
  };
}
