import { passwordHashOf, savePassword } from "../../platform/auth/accountStore.ts";
import type { Passwords } from "../../platform/auth/password.ts";
import type { OpenedSession } from "../../platform/auth/sessions.ts";
import { openThrottle, type Throttle } from "../../platform/auth/throttle.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Network } from "../inventory/model.ts";
import type { Trail } from "../trail/service.ts";
import { addressName } from "./addressName.ts";
import { BREAK_GLASS, BREAK_GLASS_ROLES, type BreakGlass } from "./breakGlass.ts";
import type { From, PeopleSessions } from "./sessions.ts";

export interface PasswordLoginOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly network: () => Pick<Network, "people">;
  readonly passwords: Passwords;
  readonly sessions: Pick<PeopleSessions, "open">;
  readonly breakGlass: Pick<BreakGlass, "isRight">;
  /** Told when somebody came in by the account for emergencies: others have to know. */
  readonly onBreakGlass: () => Promise<unknown>;
}

export type LoginAnswer =
  | { readonly kind: "opened"; readonly session: OpenedSession }
  /** Nobody is told whether it is the login or the password. */
  | { readonly kind: "wrong" }
  /** Too many have failed, or too many ask at the same time: this one was not tried. */
  | { readonly kind: "wait"; readonly waitMs: number };

/** Failures of one person that cost nothing, and those of one address: many may come from there. */
export const FREE_OF_PERSON = 5;
export const FREE_OF_ADDRESS = 20;
/** Milliseconds after which to come back where too many ask at the same time. */
const BUSY_MS = 1_000;

/** Lets people in by their password, and makes guessing slow: for each person, and for each address. */
export interface PasswordLogin {
  login(login: string, password: string, from: From): Promise<LoginAnswer>;
  /** Whether it is the person's password now, under the same limits. Null: it is. */
  prove(
    login: string,
    password: string,
    address: string,
  ): Promise<Exclude<LoginAnswer, { kind: "opened" }> | null>;
}

export function openPasswordLogin(options: PasswordLoginOptions): PasswordLogin {
  const { network, sessions, clock } = options;
  const throttles = {
    person: openThrottle(FREE_OF_PERSON, clock),
    address: openThrottle(FREE_OF_ADDRESS, clock),
  };
  const prove: PasswordLogin["prove"] = (login, password, address) =>
    tryPassword(options, throttles, { login, password, address: addressName(address) });
  return {
    prove,
    async login(login, password, from) {
      if (login === BREAK_GLASS) return emergency(options, throttles.address, password, from);
      const refused = await prove(login, password, from.address);
      if (refused !== null) return refused;
      const person = network().people.find((one) => one.login === login);
      if (person === undefined) return { kind: "wrong" };
      return { kind: "opened", session: await sessions.open(person, "password", from) };
    },
  };
}

/** Made-up secrets of it wait for each address alone: nobody keeps it shut for others. */
async function emergency(
  { breakGlass, sessions, onBreakGlass }: PasswordLoginOptions,
  address: Throttle,
  secret: string,
  from: From,
): Promise<LoginAnswer> {
  const name = addressName(from.address);
  const waitMs = address.waitMs(name);
  if (waitMs > 0) return { kind: "wait", waitMs };
  address.begin(name);
  if (!(await breakGlass.isRight(secret))) return { kind: "wrong" };
  address.takeBack(name);
  const who = { login: BREAK_GLASS, roles: BREAK_GLASS_ROLES };
  const session = await sessions.open(who, "breakGlass", from);
  await onBreakGlass();
  return { kind: "opened", session };
}

interface Throttles {
  readonly person: Throttle;
  readonly address: Throttle;
}

interface Attempt {
  readonly login: string;
  readonly password: string;
  readonly address: string;
}

async function tryPassword(
  options: PasswordLoginOptions,
  { person, address }: Throttles,
  attempt: Attempt,
): Promise<Exclude<LoginAnswer, { kind: "opened" }> | null> {
  const { database, passwords, network, clock } = options;
  const { login, password } = attempt;
  const waitMs = Math.max(person.waitMs(login), address.waitMs(attempt.address));
  if (waitMs > 0) return { kind: "wait", waitMs };
  const failures = person.begin(login);
  address.begin(attempt.address);
  const takeBack = () => {
    person.takeBack(login);
    address.takeBack(attempt.address);
  };
  const isKnown = network().people.some((one) => one.login === login);
  try {
    /* Asked for whoever it is, so that nobody can tell by the time who is known. */
    const stored = await passwordHashOf(database, login);
    const known = isKnown ? stored : null;
    const check = await passwords.check(password, known);
    if (check === "busy") {
      takeBack();
      return { kind: "wait", waitMs: BUSY_MS };
    }
    if (check === "wrong") {
      if (isKnown && failures === FREE_OF_PERSON) await noteGuessing(options, attempt);
      return { kind: "wrong" };
    }
    person.forget(login);
    address.takeBack(attempt.address);
    const anew = check === "rightButOld" ? await passwords.hash(password) : null;
    if (anew !== null) await savePassword(database, login, anew, clock());
    return null;
  } catch (error) {
    takeBack();
    throw error;
  }
}

/** Once for each row of failures: whoever guesses must not fill the trail. */
function noteGuessing(
  { trail, clock }: PasswordLoginOptions,
  { login, address }: Attempt,
): Promise<unknown> {
  return trail.append({
    atMs: clock(),
    actor: "premortem",
    kind: "account.guessed",
    subject: `account/${login}`,
    details: { address, failures: FREE_OF_PERSON },
  });
}
