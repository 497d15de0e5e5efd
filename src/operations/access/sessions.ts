import type { Actor, Caller, Role } from "../../platform/auth/actor.ts";
import type { SessionWay, StoredSession } from "../../platform/auth/sessionStore.ts";
import { type OpenedSession, type Sessions, sessionEndMs } from "../../platform/auth/sessions.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuseUnknown } from "../../platform/refusal.ts";
import type { Network, Person } from "../inventory/model.ts";
import type { Trail } from "../trail/service.ts";
import { BREAK_GLASS_ROLES } from "./breakGlass.ts";

export interface SessionOptions {
  readonly sessions: Sessions;
  readonly trail: Pick<Trail, "append">;
  readonly clock: Clock;
  /** Asked anew each time, since a network file changes. */
  readonly network: () => Pick<Network, "people" | "teams" | "devices">;
  /** Whoever comes may be anybody of the network file, as long as none of its devices is real. */
  readonly isDemo: boolean;
}

/** Where a login comes from. */
export interface From {
  readonly address: string;
  readonly agent: string;
  /** What the browser had before; null: nothing. That session is over then, so that nobody can hand one to others. */
  readonly before: string | null;
}

/** Why sessions end, as the trail tells it. */
export type WhyEnded =
  | "logout"
  | "login"
  | "tooMany"
  | "password"
  | "roles"
  | "reset"
  | "newSecret";

/** Who they are with whom somebody speaks. */
export interface SessionView {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly teams: readonly string[];
  readonly expiresMs: number;
}

/** A person of a demo, to be chosen. */
export interface DemoPerson {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly team: string | null;
}

/** Sessions of the people of the network file, good for what the file gives them now. */
export interface PeopleSessions {
  open(person: Actor, way: SessionWay, from: From): Promise<OpenedSession>;
  /** Null: none that is known, or one that is over. `isUse`: somebody calls, and does not only listen. */
  find(secret: string, isUse?: boolean): Promise<Caller | null>;
  view(caller: Caller): SessionView;
  list(caller: Pick<Caller, "login">): Promise<readonly StoredSession[]>;
  /** Ends one of the caller's own. */
  end(caller: Caller, id: number): Promise<Refusal | null>;
  endAll(login: string, why: WhyEnded, by: string): Promise<number>;
  /** Null: this is no demo. */
  demoPeople(): readonly DemoPerson[] | null;
  openDemo(login: string, from: From): Promise<OpenedSession | Refusal>;
}

export function openPeopleSessions(options: SessionOptions): PeopleSessions {
  const { sessions, trail, clock, network } = options;
  const isDemo = () => options.isDemo && isSimulated(network());
  const note = (kind: string, by: string, more: Readonly<Record<string, string>>) => {
    return (transaction: Database, { id, login }: StoredSession) =>
      trail.append(
        { atMs: clock(), actor: by, kind, subject: `session/${id}`, details: { login, ...more } },
        transaction,
      );
  };
  const ended = (by: string, why: WhyEnded) => note("session.ended", by, { why });
  const personOf = (login: string) => network().people.find((one) => one.login === login) ?? null;

  async function endBefore(secret: string | null): Promise<void> {
    const before = secret === null ? null : await sessions.find(secret, false);
    if (before === null) return;
    const { id, login } = before;
    await sessions.end(login, (one) => one.id === id, ended(login, "login"));
  }

  async function open(
    { login, roles }: Actor,
    way: SessionWay,
    { address, agent, before }: From,
  ): Promise<OpenedSession> {
    await endBefore(before);
    const opened = note("session.opened", login, { way, address });
    const wishes = { login, way, roles, address, agent };
    return sessions.open(wishes, opened, ended(login, "tooMany"));
  }

  return {
    open,
    async find(secret, isUse = true) {
      const session = await sessions.find(secret, isUse);
      /* A server that is no demo any more knows nobody of those who came in without a password. */
      if (session === null || (session.way === "demo" && !isDemo())) return null;
      const { id, login, way, roles: had } = session;
      const roles: readonly Role[] =
        way === "breakGlass" ? BREAK_GLASS_ROLES : (personOf(login)?.roles ?? []);
      if (had.every((role) => roles.includes(role)))
        return { login, roles, session: id, expiresMs: sessionEndMs(session) };
      await sessions.end(login, (one) => one.id === id, ended("premortem", "roles"));
      return null;
    },
    view: ({ login, roles, expiresMs }) => ({
      login,
      name: personOf(login)?.name ?? login,
      roles,
      teams: teamsOf(network(), login),
      expiresMs,
    }),
    list: ({ login }) => sessions.list(login),
    async end({ login }, id) {
      const count = await sessions.end(login, (one) => one.id === id, ended(login, "logout"));
      return count > 0 ? null : refuseUnknown(`you have no session ${id}`, "look at your sessions");
    },
    endAll: (login, why, by) => sessions.end(login, () => true, ended(by, why)),
    demoPeople: () => (isDemo() ? network().people.map((one) => demoPerson(network(), one)) : null),
    async openDemo(login, from) {
      const person = personOf(login);
      if (!isDemo())
        return refuseUnknown("this is no demo", "log in with your password: `POST /v1/session`");
      if (person === null)
        return refuseUnknown(
          `nobody is called \`${login}\` here`,
          "choose one of the demo's people",
        );
      return open(person, "demo", from);
    },
  };
}

function isSimulated({ devices }: Pick<Network, "devices">): boolean {
  return [...devices.values()].every(({ reach }) => reach.kind === "simulated");
}

function demoPerson(network: Pick<Network, "teams">, { login, name, roles }: Person): DemoPerson {
  return { login, name, roles, team: teamsOf(network, login)[0] ?? null };
}

/** Names of the teams that somebody is in. */
function teamsOf({ teams }: Pick<Network, "teams">, login: string): readonly string[] {
  return teams.filter(({ members }) => members.includes(login)).map(({ name }) => name);
}
