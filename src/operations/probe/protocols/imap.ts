import type { ImapMonitor } from "../../inventory/monitors.ts";
import type { Answer, Attempt } from "../attempt.ts";
import { openInbox, told } from "../imapClient.ts";

/** Logs in where people read their mail, and opens the inbox. */
export async function probeImap(attempt: Attempt, monitor: ImapMonitor): Promise<Answer> {
  const inbox = await openInbox(attempt, monitor.from, monitor.server, monitor.login);
  attempt.reach("goodbye");
  await told(inbox.logout());
  attempt.reach("done");
  return {
    measured: `a login and the inbox, over tcp (${monitor.server.encryption})`,
    degraded: null,
    flows: null,
  };
}
