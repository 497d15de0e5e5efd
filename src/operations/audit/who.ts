import type { Transport } from "../../platform/transport/transport.ts";
import type { NetworkDevice, Person } from "../inventory/model.ts";
import { type LoginSession, openBetween, readLogins } from "./logins.ts";

/** Who changed a ruleset, with how sure that is. */
export type Who =
  /** One of our own applies. `isAlone`: approved by who wrote it; absent: by somebody else. */
  | { readonly kind: "change"; readonly change: number; readonly isAlone?: boolean }
  /** An undo that a person asked us for. */
  | { readonly kind: "undo"; readonly incident: number; readonly login: string }
  /** Drift that a person asked us to take back. */
  | { readonly kind: "revert"; readonly login: string }
  /** Sessions that were open then: one of them, likely. */
  | {
      readonly kind: "likely";
      readonly logins: readonly SeenLogin[];
      /** Null: nothing told of it. */
      readonly process: string | null;
    }
  | { readonly kind: "unknown"; readonly reason: string; readonly process: string | null };

/** What we do ourselves, which is known for sure. */
export type OwnWork = Extract<Who, { kind: "change" | "undo" | "revert" }>;

export interface SeenLogin {
  readonly login: string;
  readonly from: string;
  /** The person that the network file has this key or login from; null: nobody that it knows. */
  readonly person: string | null;
}

/** Lines of a login log that are read: of the last moments, and a busy host has a few a second. */
const LOG_LINES = 2_000;

/** Prints where we come from, the time of the device, and the end of its log of logins. */
export const READ = `printf '%s\\n' "$SSH_CONNECTION"; date '+%s %z'
if [ "$1" = journal ]; then journalctl -t sshd -o short-iso-precise -n "$2" --no-pager
else tail -n "$2" -- "$1"; fi`;

/**
 * Who was logged in on the device when it was changed. Our own session is none of them. Moments are of our clock;
 * a device whose clock differs is asked for its own.
 */
export async function whoWas(
  transport: Transport,
  { loginLog }: NetworkDevice,
  people: readonly Person[],
  { process, untold, sinceMs, atMs, nowMs }: Moment,
): Promise<Who> {
  const unknown = (why: string): Who => {
    const reason = untold === null ? why : `${untold}; ${why}`;
    return { kind: "unknown", reason, process };
  };
  const ran = await transport.run(["sh", "-c", READ, "sh", loginLog, String(LOG_LINES)]);
  if (ran.kind === "fault") return unknown(ran.message);
  const [connection = "", clock = "", ...log] = ran.out.split("\n");
  const [, seconds, zone] = /^(\d+) ([+-]\d{4})$/.exec(clock) ?? [];
  if (ran.code !== 0 || seconds === undefined || zone === undefined)
    return unknown(`\`${loginLog}\` cannot be read: ${ran.error.trim().split("\n").at(-1)}`);
  const deviceNowMs = Number(seconds) * 1_000;
  const sessions = readLogins(log.join("\n"), { nowMs: deviceNowMs, zone });
  const onDevice = (ms: number) => deviceNowMs - (nowMs - ms);
  const open = openBetween(sessions, onDevice(sinceMs), onDevice(atMs)).filter(
    isForeign(sessions, ownSource(connection)),
  );
  if (open.length === 0) return unknown("nobody was logged in over ssh");
  return { kind: "likely", logins: open.map((one) => seen(one, people)), process };
}

export interface Moment {
  /** Name of the program, as the kernel tells it; null: it tells of nothing. */
  readonly process: string | null;
  /** Why nothing was told of it; null: it was. */
  readonly untold: string | null;
  /** It was between these two; they are the same where it was told. */
  readonly sinceMs: number;
  readonly atMs: number;
  readonly nowMs: number;
}

/** `SSH_CONNECTION` is client address, client port, server address, server port (sshd(8)). */
function ownSource(connection: string): string {
  const [address = "", port = ""] = connection.split(" ");
  return `${address}:${port}`;
}

/** Our own sessions are many (a new connection is a part of each apply), all with the same login and key. */
function isForeign(sessions: readonly LoginSession[], source: string) {
  const own = sessions.find(({ from }) => from === source);
  return ({ from, login, key }: LoginSession): boolean =>
    from !== source && !(own !== undefined && login === own.login && key === own.key);
}

function seen({ login, from, key }: LoginSession, people: readonly Person[]): SeenLogin {
  const byKey = people.find(({ keys }) => key !== null && keys.includes(key));
  const person = byKey ?? people.find((one) => one.login === login);
  return { login, from, person: person?.login ?? null };
}

/** In words, with how sure it is. */
export function whoText(who: Who): string {
  switch (who.kind) {
    case "change":
      return who.isAlone === true
        ? `change ${who.change}, approved alone by who wrote it (not four eyes)`
        : `change ${who.change}`;
    case "undo":
      return `${who.login}, who undid incident ${who.incident}`;
    case "revert":
      return `${who.login}, who took drift back`;
    case "likely": {
      const names = who.logins.map(loginText);
      const list = names.length === 1 ? names.join("") : `one of ${names.join(", ")}`;
      const made = who.process === null ? "" : `; made by \`${who.process}\``;
      return `${list} (likely: the ssh session was open${made})`;
    }
    case "unknown":
      return who.process === null
        ? `unknown: ${who.reason}`
        : `unknown (by \`${who.process}\`): ${who.reason}`;
  }
}

function loginText({ login, from, person }: SeenLogin): string {
  return person === null || person === login
    ? `login ${login} from ${from}`
    : `${person} (login ${login} from ${from})`;
}
