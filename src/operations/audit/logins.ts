/** Somebody's session on a device, as its sshd tells it. */
export interface LoginSession {
  readonly login: string;
  /** Where they came from, with the port that tells two sessions apart: `10.9.0.7:40122`. */
  readonly from: string;
  /** Fingerprint of the key that let them in; null: a password, or an older sshd. */
  readonly key: string | null;
  /** Of the device's clock. */
  readonly openedMs: number;
  /** Null: still open, as far as the log goes. */
  readonly closedMs: number | null;
}

const ACCEPTED = /: Accepted (\S+) for (\S+) from (\S+) port (\d+) ssh2(?:: \S+ (SHA256:[\w+/]+))?/;
/** What is said at an end depends on who ended it (OpenSSH 9.2). */
const ENDED =
  /: (?:Disconnected from user \S+|Received disconnect from|Connection closed by(?: user \S+)?|Connection reset by(?: user \S+)?|Closing connection to) ?(\S+) port (\d+)/;

/** Sessions in a log of sshd, in the order in which they were opened. Lines of other kinds say nothing. */
export function readLogins(log: string, { nowMs, zone }: DeviceTime): readonly LoginSession[] {
  const sessions = new Map<string, LoginSession>();
  for (const line of log.split("\n")) {
    const atMs = stampOf(line, nowMs, zone);
    if (atMs === null) continue;
    const [, , login, address, port, key] = ACCEPTED.exec(line) ?? [];
    if (login !== undefined) {
      const from = `${address}:${port}`;
      sessions.delete(from);
      sessions.set(from, { login, from, key: key ?? null, openedMs: atMs, closedMs: null });
      continue;
    }
    const [, endedAddress, endedPort] = ENDED.exec(line) ?? [];
    const known = sessions.get(`${endedAddress}:${endedPort}`);
    if (known !== undefined && known.closedMs === null)
      sessions.set(known.from, { ...known, closedMs: atMs });
  }
  return [...sessions.values()].sort((a, b) => a.openedMs - b.openedMs);
}

/** What time it is on a device: syslog's own stamps carry neither year nor zone. */
export interface DeviceTime {
  readonly nowMs: number;
  /** As `date +%z` prints it: `+0100`. */
  readonly zone: string;
}

const ISO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)) /;
/** RFC 3164, section 4.1.2. */
const BSD = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) /;
/** A stamp that lies further ahead is one of last year. */
const AHEAD_MS = 24 * 3_600_000;

function stampOf(line: string, nowMs: number, zone: string): number | null {
  const iso = ISO.exec(line)?.[1];
  if (iso !== undefined) return finite(Date.parse(iso.replace(/([+-]\d\d)(\d\d)$/, "$1:$2")));
  const [, month, day, time] = BSD.exec(line) ?? [];
  if (month === undefined) return null;
  const year = new Date(nowMs).getUTCFullYear();
  const at = (y: number) =>
    Date.parse(`${day} ${month} ${y} ${time} ${/^[+-]\d{4}$/.test(zone) ? zone : "+0000"}`);
  const thisYear = at(year);
  return finite(thisYear > nowMs + AHEAD_MS ? at(year - 1) : thisYear);
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}

/** Stamps are of whole seconds, and a session of one command is over before its end is written. */
const SLACK_MS = 2_000;

/** Sessions that were open at some time between two moments. */
export function openBetween(
  sessions: readonly LoginSession[],
  fromMs: number,
  toMs: number,
): readonly LoginSession[] {
  return sessions.filter(
    ({ openedMs, closedMs }) =>
      openedMs <= toMs + SLACK_MS && (closedMs === null || closedMs >= fromMs - SLACK_MS),
  );
}
