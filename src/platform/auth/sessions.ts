import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Role } from "./actor.ts";
import { hashOfSecret, newSecret } from "./secrets.ts";
import {
  addSession,
  noteUse,
  removeOver,
  removeSession,
  type SessionWay,
  type StoredSession,
  sessionByHash,
  sessionsOf,
} from "./sessionStore.ts";

const PREFIX = "pms_";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds without a call after which a session is over: a shift, so that a page on the wall stays. */
export const IDLE_MS = 12 * HOUR_MS;
/** Milliseconds after which it is over, however much it is used. */
export const LONGEST_MS = 7 * 24 * HOUR_MS;
/** Sessions that one person has at a time: one more, and the oldest of them is over. */
export const MAXIMUM_SESSIONS = 20;
/** Milliseconds between two notes that a session is used: not each call writes. */
const NOTE_USE_MS = MINUTE_MS;
/** Characters that are kept of what a browser calls itself. */
const MAXIMUM_AGENT = 200;

export interface SessionWishes {
  readonly login: string;
  readonly way: SessionWay;
  readonly roles: readonly Role[];
  readonly address: string;
  readonly agent: string;
}

/** A session, in words once: afterwards its hash alone is known. */
export interface OpenedSession extends StoredSession {
  readonly secret: string;
}

/** Writes down elsewhere what becomes of a session; both become true together, or neither. */
type Note = (transaction: Database, session: StoredSession) => Promise<unknown>;

/** Sessions by what a browser holds of them: 256 bits of chance, made anew at each login. */
export interface Sessions {
  /** Others of the person that are too many are ended, with a note of their own. */
  open(wishes: SessionWishes, opened: Note, ended: Note): Promise<OpenedSession>;
  /** Null: none that is known, or one that is over. `isUse`: it lives on from now. */
  find(secret: string, isUse: boolean): Promise<StoredSession | null>;
  /** Those that are not over, newest first. */
  list(login: string): Promise<readonly StoredSession[]>;
  /** Ends those of a person that are chosen; the rest stays. */
  end(login: string, isChosen: (session: StoredSession) => boolean, ended: Note): Promise<number>;
}

export function openSessions(database: Database, clock: Clock): Sessions {
  const isOver = (session: StoredSession) => sessionEndMs(session) <= clock();
  const endAll = async (transaction: Database, chosen: readonly StoredSession[], note: Note) => {
    for (const session of chosen)
      if (await removeSession(transaction, session.id)) await note(transaction, session);
    return chosen.length;
  };
  return {
    async open({ agent, ...wishes }, opened, ended) {
      const secret = newSecret(PREFIX);
      const nowMs = clock();
      return database.transaction().execute(async (transaction) => {
        await removeOver(transaction, nowMs, IDLE_MS);
        const session = await addSession(transaction, hashOfSecret(secret), {
          ...wishes,
          agent: agent.replace(/[\p{C}]/gu, "").slice(0, MAXIMUM_AGENT),
          createdMs: nowMs,
          usedMs: nowMs,
          endMs: nowMs + LONGEST_MS,
        });
        const tooMany = (await sessionsOf(transaction, wishes.login)).slice(MAXIMUM_SESSIONS);
        await endAll(transaction, tooMany, ended);
        await opened(transaction, session);
        return { ...session, secret };
      });
    },
    async find(secret, isUse) {
      if (!secret.startsWith(PREFIX)) return null;
      const session = await sessionByHash(database, hashOfSecret(secret));
      if (session === null || isOver(session)) return null;
      const nowMs = clock();
      if (!isUse || nowMs - session.usedMs < NOTE_USE_MS) return session;
      await noteUse(database, session.id, nowMs);
      return { ...session, usedMs: nowMs };
    },
    list: async (login) => (await sessionsOf(database, login)).filter((one) => !isOver(one)),
    end: (login, isChosen, ended) =>
      database.transaction().execute(async (transaction) => {
        const chosen = (await sessionsOf(transaction, login)).filter(isChosen);
        return endAll(transaction, chosen, ended);
      }),
  };
}

/** When a session is over if nobody uses it. */
export function sessionEndMs({ usedMs, endMs }: StoredSession): number {
  return Math.min(usedMs + IDLE_MS, endMs);
}
