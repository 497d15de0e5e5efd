import type { Context } from "hono";
import type { Caller } from "../platform/auth/actor.ts";
import { sessionSecretOf, tokenOf } from "./credentials.ts";
import { type ApiError, apiError, CallError } from "./errors.ts";
import type { Gate, Needed } from "./operation.ts";
import type { Service } from "./wire.ts";

type Doors = Pick<Service, "access" | "sessions">;

/** Who calls where nobody has to say who they are. */
const NOBODY: Caller = { login: "", roles: [], session: null, expiresMs: 0 };

/** Asks who calls, by a token or by the session of a browser, and whether they may. */
export function openGate(doors: Doors): Gate {
  return async (context, role, isUse = true) => {
    if (role === null) return NOBODY;
    const caller = await callerOf(doors, context, isUse);
    if (caller === null) throw new CallError(whyNobody(context));
    if (isGoodFor(caller, role)) return caller;
    throw new CallError(wrongRole(caller, role));
  };
}

/** Null: nobody that is known. `isUse` false: a session does not live longer by it. */
export async function callerOf(
  { access, sessions }: Doors,
  context: Context,
  isUse: boolean,
): Promise<Caller | null> {
  const token = tokenOf(context);
  if (token !== null) return access.authenticate(token);
  const secret = sessionSecretOf(context);
  return secret === null ? null : sessions.find(secret, isUse);
}

/** Told apart, so that a page lets whoever was logged in log in again and keeps what they have typed. */
function whyNobody(context: Context): ApiError {
  return tokenOf(context) === null && sessionSecretOf(context) !== null
    ? SESSION_EXPIRED
    : NO_TOKEN;
}

const SESSION_EXPIRED = apiError(
  401,
  "sessionExpired",
  "your session is over",
  "log in again: nothing was done",
);
const NO_TOKEN = apiError(
  401,
  "noToken",
  "no token that is known came with it",
  "send `Authorization: Bearer …`; an admin makes tokens: `premortem token create LOGIN`",
);

/** Roles that see the network. */
const OF_THE_NETWORK: ReadonlySet<string> = new Set(["viewer", "operator", "approver"]);

function isGoodFor({ roles }: Caller, needed: Exclude<Needed, null>): boolean {
  switch (needed) {
    case "token":
      return roles.length > 0;
    case "any":
      return roles.some((role) => OF_THE_NETWORK.has(role));
    case "helpdesk":
      return roles.some((role) => role === needed || OF_THE_NETWORK.has(role));
    default:
      return roles.includes(needed);
  }
}

function wrongRole({ login, roles, session }: Caller, needed: Exclude<Needed, null>): ApiError {
  const isToken = session === null;
  if (roles.length === 0)
    return apiError(
      403,
      "wrongRole",
      `the network file gives \`${login}\` no role${isToken ? " of this token" : ""} any more`,
      `ask for the role under \`people:\`${isToken ? ", or for another token" : ""}`,
    );
  const role = needed === "any" || needed === "token" ? "viewer" : needed;
  return apiError(
    403,
    "wrongRole",
    `\`${login}\` is no ${role}${isToken ? " with this token" : ""}, but ${roles.join(", ")}`,
    `${isToken ? `take a token with the role ${role}, or ` : ""}ask somebody who has ${isToken ? "it" : `the role ${role}`}`,
  );
}
