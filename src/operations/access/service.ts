import type { Actor, Caller, Role } from "../../platform/auth/actor.ts";
import type { StoredToken } from "../../platform/auth/store.ts";
import type { IssuedToken, Tokens, TokenWishes } from "../../platform/auth/tokens.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network } from "../inventory/model.ts";
import type { Trail } from "../trail/service.ts";

export interface AccessOptions {
  readonly tokens: Tokens;
  readonly trail: Pick<Trail, "append">;
  readonly clock: Clock;
  /** Asked anew each time, since a network file changes. */
  readonly network: () => Pick<Network, "people">;
}

/** Roles left out: all that the network file gives the person. */
export type AccessWishes = Omit<TokenWishes, "roles"> & { readonly roles?: readonly Role[] };

/** Who may come in: tokens for people of the network file, good for what the file gives them now. */
export interface Access {
  /** Null: no token that is known, or no longer. Without a role: the network file gives none any more. */
  authenticate(secret: string): Promise<Caller | null>;
  /** Newest first. */
  list(): Promise<readonly StoredToken[]>;
  issue(wishes: AccessWishes, actor: Actor): Promise<IssuedToken | Refusal>;
  revoke(id: number, actor: Actor): Promise<StoredToken | Refusal>;
  /**
   * For whoever starts the server: `keep` puts the secret where they find it, or there is no token. False:
   * somebody has one already that is good for making others. `isLost`: that one is of no use to anybody, and
   * taken back.
   */
  issueFirst(keep: (secret: string) => void, isLost?: boolean): Promise<boolean>;
}

/** Days of the first token: long enough to make others. */
const FIRST_TOKEN_DAYS = 366;
/** Who acts where no person does. */
const PREMORTEM = "premortem";

export function openAccess(options: AccessOptions): Access {
  const { tokens, network, clock } = options;
  return {
    async authenticate(secret) {
      const caller = await tokens.authenticate(secret);
      return caller === null ? null : { ...caller, roles: rolesNow(network(), caller) };
    },
    list: () => tokens.list(),
    async issue(wishes, actor) {
      const roles = grantable(network(), wishes);
      return "reason" in roles ? roles : issue(options, { ...wishes, roles }, actor.login);
    },
    revoke: (id, actor) => revoke(options, id, actor.login),
    async issueFirst(keep, isLost = false) {
      const good = (await tokens.list()).filter(
        ({ roles, revokedMs, expiresMs }) =>
          roles.includes("admin") && revokedMs === null && expiresMs > clock(),
      );
      if (good.length > 0 && !isLost) return false;
      const wishes = { login: "admin", purpose: "the first one", days: FIRST_TOKEN_DAYS };
      const issued = await issue(options, { ...wishes, roles: ["admin"] }, PREMORTEM, keep);
      if ("reason" in issued) throw new Error(issued.reason);
      for (const { id } of good) await revoke(options, id, PREMORTEM);
      return true;
    },
  };
}

/** A role that is taken away in the network file is gone from tokens too; `admin` never stands there. */
function rolesNow({ people }: Pick<Network, "people">, { login, roles }: Actor): readonly Role[] {
  const may: readonly Role[] = people.find((one) => one.login === login)?.roles ?? [];
  return roles.filter((role) => role === "admin" || may.includes(role));
}

function grantable(
  { people }: Pick<Network, "people">,
  { login, roles }: AccessWishes,
): readonly Role[] | Refusal {
  const person = people.find((one) => one.login === login);
  if (person === undefined)
    return refuseUnknown(`the network file knows no \`${login}\``, "add them under `people:`");
  const may: readonly Role[] = person.roles;
  const tooMuch = (roles ?? []).filter((role) => !may.includes(role));
  if (tooMuch.length === 0) return roles ?? may;
  return refuse(
    `\`${login}\` is no ${tooMuch.join(", no ")} in the network file`,
    "give the role there first",
  );
}

function issue(
  { tokens, trail, clock }: AccessOptions,
  wishes: TokenWishes,
  actor: string,
  keep: (secret: string) => void = () => undefined,
): Promise<IssuedToken | Refusal> {
  return tokens.issue(wishes, async (transaction, token) => {
    const { id, login, roles, purpose, expiresMs, secret } = token;
    const details = { login, roles, purpose, expiresMs };
    const event = { atMs: clock(), actor, subject: `token/${id}`, details };
    await trail.append({ kind: "token.issued", ...event }, transaction);
    keep(secret);
  });
}

function revoke(
  { tokens, trail, clock }: AccessOptions,
  id: number,
  actor: string,
): Promise<StoredToken | Refusal> {
  return tokens.revoke(id, (transaction, { login }) => {
    const event = { atMs: clock(), actor, subject: `token/${id}`, details: { login } };
    return trail.append({ kind: "token.revoked", ...event }, transaction);
  });
}
