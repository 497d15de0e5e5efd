import type { SubmissionMonitor } from "../../inventory/monitors.ts";
import type { Answer, Attempt } from "../attempt.ts";
import { leave, openSmtp } from "../smtpClient.ts";

/** Logs in where people hand their mail in, and goes. */
export async function probeSubmission(
  attempt: Attempt,
  monitor: SubmissionMonitor,
): Promise<Answer> {
  const client = await openSmtp(attempt, monitor.from, monitor.server, monitor.login);
  attempt.reach("goodbye");
  await leave(client);
  attempt.reach("done");
  return {
    measured: `a login over tcp (${monitor.server.encryption})`,
    degraded: null,
    flows: null,
  };
}
