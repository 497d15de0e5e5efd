import {
  linkByHash,
  listLinks,
  passwordTimes,
  removeLinkOf,
  removePassword,
  type StoredLink,
  saveLink,
  savePassword,
  takeLink,
} from "../../platform/auth/accountStore.ts";
import type { Actor, Caller } from "../../platform/auth/actor.ts";
import { type Passwords, unfitPassword } from "../../platform/auth/password.ts";
import { hashOfSecret, newSecret } from "../../platform/auth/secrets.ts";
import type { OpenedSession } from "../../platform/auth/sessions.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network, Person } from "../inventory/model.ts";
import type { Trail } from "../trail/service.ts";
import type { LoginAnswer, PasswordLogin } from "./passwordLogin.ts";
import type { From, PeopleSessions } from "./sessions.ts";

export interface AccountOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly network: () => Pick<Network, "people">;
  readonly passwords: Passwords;
  readonly sessions: Pick<PeopleSessions, "open" | "endAll">;
  readonly passwordLogin: Pick<PasswordLogin, "prove">;
}

/** A link with which a person chooses a password; its secret is shown this once. */
export interface Invitation {
  readonly login: string;
  readonly secret: string;
  readonly expiresMs: number;
}

/** How a person may come in with a browser. */
export interface AccountView {
  readonly login: string;
  readonly name: string;
  /** When the password was chosen; null: there is none. */
  readonly passwordMs: number | null;
  /** Until when the link is good; null: there is none. */
  readonly linkMs: number | null;
}

/** Passwords of the people of the network file: they choose them by a link that is good once. */
export interface Accounts {
  list(): Promise<readonly AccountView[]>;
  /** Takes the place of a link that the person had. */
  invite(login: string, actor: Actor): Promise<Invitation | Refusal>;
  /** For whoever starts the server, where nobody has a password or a link yet. False: somebody has. */
  inviteFirst(keep: (all: readonly Invitation[]) => void): Promise<boolean>;
  /** Whom a link is for. */
  look(secret: string): Promise<Pick<Person, "login" | "name"> | Refusal>;
  /** Chooses a password by a link, and lets in: all other sessions of the person are over. */
  setUp(secret: string, password: string, from: From): Promise<OpenedSession | Refusal>;
  /** Another password by who knows the present one; the same holds for sessions. */
  change(caller: Caller, words: NewPassword, from: From): Promise<ChangeAnswer>;
  /** Takes the password, the link and all sessions of a person away. */
  reset(login: string, actor: Actor): Promise<{ readonly sessions: number } | Refusal>;
}

export interface NewPassword {
  readonly current: string;
  readonly next: string;
}

export type ChangeAnswer = LoginAnswer | Refusal;

const PREFIX = "pml_";
/** Milliseconds that a link is good: a week, as long as somebody may be away. */
export const LINK_MS = 7 * 86_400_000;
/** Who acts where no person does. */
const PREMORTEM = "premortem";

export function openAccounts(options: AccountOptions): Accounts {
  const { database, network, clock, sessions, passwordLogin } = options;
  const personOf = (login: string) => network().people.find((one) => one.login === login);
  const known = async (secret: string) => {
    const link = await linkByHash(database, hashOfSecret(secret));
    const person = link === null ? undefined : personOf(link.login);
    return link === null || link.expiresMs <= clock() || person === undefined ? NO_LINK : person;
  };
  return {
    async list() {
      const [times, links] = await Promise.all([passwordTimes(database), listLinks(database)]);
      return network().people.map((one) => viewOf(one, times, links, clock()));
    },
    invite: (login, actor) => inviteOne(options, login, actor.login),
    async inviteFirst(keep) {
      const [times, links] = await Promise.all([passwordTimes(database), listLinks(database)]);
      if (times.size + links.length > 0) return false;
      const made: Invitation[] = [];
      for (const { login } of network().people) {
        const invited = await inviteOne(options, login, PREMORTEM);
        if (!("reason" in invited)) made.push(invited);
      }
      if (made.length > 0) keep(made);
      return made.length > 0;
    },
    async look(secret) {
      const person = await known(secret);
      return "reason" in person ? person : { login: person.login, name: person.name };
    },
    async setUp(secret, password, from) {
      const person = await known(secret);
      if ("reason" in person) return person;
      const chosen = await choose(options, person.login, password, secret);
      return chosen ?? sessions.open(person, "password", { ...from, before: null });
    },
    async change({ login, session }, { current, next }, from) {
      const person = personOf(login);
      if (session === null || person === undefined)
        return refuse("only who is logged in changes a password", "log in, then change it");
      const refused = await passwordLogin.prove(login, current, from.address);
      if (refused !== null) return refused;
      if (next === current) return refuse("this is the password that you have", "choose another");
      const chosen = await choose(options, login, next, null);
      if (chosen !== null) return chosen;
      const opened = await sessions.open(person, "password", { ...from, before: null });
      return { kind: "opened", session: opened };
    },
    reset: (login, actor) => reset(options, login, actor.login),
  };
}

/** The same words for one that was never made, was used, or is too old. */
const NO_LINK = refuseUnknown(
  "the link is not good, or not any more",
  "ask an admin for another one: `premortem person invite LOGIN`",
);

function viewOf(
  { login, name }: Person,
  times: ReadonlyMap<string, number>,
  links: readonly StoredLink[],
  nowMs: number,
): AccountView {
  const link = links.find((one) => one.login === login && one.expiresMs > nowMs);
  const linkMs = link?.expiresMs ?? null;
  return { login, name, passwordMs: times.get(login) ?? null, linkMs };
}

async function inviteOne(
  { database, clock, trail, network }: AccountOptions,
  login: string,
  by: string,
): Promise<Invitation | Refusal> {
  if (!network().people.some((one) => one.login === login)) return noPerson(login);
  const secret = newSecret(PREFIX);
  const atMs = clock();
  const link = { login, madeBy: by, expiresMs: atMs + LINK_MS };
  const event = { atMs, actor: by, subject: `account/${login}`, kind: "account.invited" };
  return database.transaction().execute(async (transaction) => {
    await saveLink(transaction, hashOfSecret(secret), link);
    await trail.append({ ...event, details: { expiresMs: link.expiresMs } }, transaction);
    return { login, secret, expiresMs: link.expiresMs };
  });
}

function noPerson(login: string): Refusal {
  return refuseUnknown(`the network file knows no \`${login}\``, "add them under `people:`");
}

/** Null: it is chosen. `secret`: of the link by which; null: by the password before. */
async function choose(
  { database, clock, trail, passwords, sessions }: AccountOptions,
  login: string,
  password: string,
  secret: string | null,
): Promise<Refusal | null> {
  const unfit = unfitPassword(password, login);
  if (unfit !== null) return unfit;
  const hash = await passwords.hash(password);
  if (hash === null) return refuse("too many log in at the same time", "try again in a second");
  const isChosen = await database.transaction().execute(async (transaction) => {
    /* Of two who come with one link the second one finds it gone. */
    if (secret !== null && (await takeLink(transaction, hashOfSecret(secret))) === null)
      return false;
    await savePassword(transaction, login, hash, clock());
    await removeLinkOf(transaction, login);
    const event = { atMs: clock(), actor: login, subject: `account/${login}` };
    const details = { by: secret === null ? "password" : "link" };
    await trail.append({ kind: "account.passwordChosen", ...event, details }, transaction);
    return true;
  });
  if (!isChosen) return NO_LINK;
  await sessions.endAll(login, "password", login);
  return null;
}

async function reset(
  { database, clock, trail, network, sessions }: AccountOptions,
  login: string,
  by: string,
): Promise<{ readonly sessions: number } | Refusal> {
  const isGone = await database.transaction().execute(async (transaction) => {
    const isRemoved = await removePassword(transaction, login);
    /* Whoever left the network file may have a password still. */
    if (!isRemoved && !network().people.some((one) => one.login === login)) return false;
    await removeLinkOf(transaction, login);
    const event = { atMs: clock(), actor: by, subject: `account/${login}`, details: {} };
    await trail.append({ kind: "account.reset", ...event }, transaction);
    return true;
  });
  return isGone ? { sessions: await sessions.endAll(login, "reset", by) } : noPerson(login);
}
