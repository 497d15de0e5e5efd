import { BREAK_GLASS } from "../operations/access/breakGlass.ts";
import type { PeopleSessions } from "../operations/access/sessions.ts";
import type { Alerts } from "../operations/alert/service.ts";
import type { StoredSession } from "../platform/auth/sessionStore.ts";

/** Alerts of the account for emergencies: one for each use, until that session is over. */
export async function tellBreakGlass(
  alerts: Pick<Alerts, "raise" | "end" | "unresolved">,
  sessions: Pick<PeopleSessions, "list">,
): Promise<void> {
  const live = await sessions.list({ login: BREAK_GLASS });
  for (const session of live) await alerts.raise(raisedOf(session));
  const keys = new Set(live.map(keyOf));
  for (const { key } of await alerts.unresolved())
    if (key.startsWith(PREFIX) && !keys.has(key)) await alerts.end(key);
}

const PREFIX = "break-glass/";

function keyOf({ id }: StoredSession): string {
  return `${PREFIX}${id}`;
}

function raisedOf(session: StoredSession) {
  return {
    key: keyOf(session),
    group: keyOf(session),
    severity: "page",
    title: `the account for emergencies is in use, from ${session.address}`,
    text: "If nobody of you is, make another secret at once: premortem break-glass. Its trail: premortem trail",
    labels: {},
    link: null,
  } as const;
}
