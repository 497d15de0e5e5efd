import { openFewAtATime } from "../fewAtATime.ts";
import { type Refusal, refuse } from "../refusal.ts";

/*
 * Passwords of people are kept as argon2id (RFC 9106), by the smallest parameters that OWASP's cheat sheet on
 * password storage names: 19 MiB, two passes, one lane. A machine of two cores takes some 40 ms for one.
 */

/** Asked for when somebody logs in: whoever comes with a token needs no native code. */
const argon2 = () => {
  loaded ??= import("@node-rs/argon2");
  return loaded;
};
let loaded: Promise<typeof import("@node-rs/argon2")> | null = null;

const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const OPTIONS = { memoryCost: MEMORY_KIB, timeCost: PASSES, parallelism: LANES };
/** How a hash by these parameters begins: another beginning is made anew at the next login. */
const BEGINNING = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`;

/** Characters of a password: NIST SP 800-63B asks for 15 where nothing else is asked for, or 8 beside a second factor. */
export const MINIMUM_PASSWORD = 15;
export const MAXIMUM_PASSWORD = 256;
/** Different characters that it has at least: `aaaaaaaaaaaaaaa` is long, and guessed at once. */
const MINIMUM_DIFFERENT = 6;

/** Hashes that are made at a time, and those that wait for one: each takes memory and a core. */
const AT_A_TIME = 2;
const MAXIMUM_WAITING = 50;

/** Why a password is not taken; null: it is. */
export function unfitPassword(password: string, login: string): Refusal | null {
  const characters = [...password.normalize("NFKC")];
  const help = `take ${MINIMUM_PASSWORD} characters or more: a few words that nobody else would put together`;
  if (characters.length < MINIMUM_PASSWORD)
    return refuse(`the password has fewer than ${MINIMUM_PASSWORD} characters`, help);
  if (characters.length > MAXIMUM_PASSWORD)
    return refuse(`the password has more than ${MAXIMUM_PASSWORD} characters`, help);
  if (new Set(characters).size < MINIMUM_DIFFERENT)
    return refuse(`the password has fewer than ${MINIMUM_DIFFERENT} different characters`, help);
  const rest = password.toLowerCase().split(login.toLowerCase()).join("");
  return rest.length < MINIMUM_PASSWORD && rest.length < password.length
    ? refuse("without the login in it the password is too short", help)
    : null;
}

/** `busy`: too many ask at the same time; this one was not tried. */
export type PasswordCheck = "right" | "rightButOld" | "wrong" | "busy";

export interface Passwords {
  /** Null: too many ask at the same time. */
  hash(password: string): Promise<string | null>;
  /** `known` null: there is none, which takes as long as any other. */
  check(password: string, known: string | null): Promise<PasswordCheck>;
}

export function openPasswords(): Passwords {
  const turns = openFewAtATime(AT_A_TIME);
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result | null> =>
    turns.waiting() >= MAXIMUM_WAITING ? null : turns.take(work);
  let nobodys: Promise<string> | null = null;
  return {
    hash: (password) =>
      inTurn(async () => (await argon2()).hash(password.normalize("NFKC"), OPTIONS)),
    async check(password, known) {
      const { hash, verify } = await argon2();
      nobodys ??= hash("nobody has this one", OPTIONS);
      const asked = known ?? (await nobodys);
      const isRight = await inTurn(() => verify(asked, password.normalize("NFKC")));
      if (isRight === null) return "busy";
      if (!isRight || known === null) return "wrong";
      return known.startsWith(BEGINNING) ? "right" : "rightButOld";
    },
  };
}
