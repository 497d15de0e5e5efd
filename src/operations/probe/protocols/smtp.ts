import { isIPv6 } from "node:net";
import type { SmtpMonitor } from "../../inventory/monitors.ts";
import { type Answer, type Attempt, ProbeFailure } from "../attempt.ts";
import { beginTalk, type LineTalk, type Reply } from "../lineTalk.ts";

/** A server that takes a mail says 2xx to each step (RFC 5321, 4.2.1). */
const DONE = 2;

/**
 * A mail up to its recipient, taken back before its text (RSET), so that nothing is ever delivered. By hand,
 * since SMTP libraries send mails, and do not stop before.
 */
export async function probeSmtp(attempt: Attempt, monitor: SmtpMonitor): Promise<Answer> {
  const talk = beginTalk(await attempt.connect(monitor.from, monitor.to));
  expectDone(await talk.reply(), "the connection");
  attempt.reach("hello");
  await ask(talk, `EHLO ${ownName(attempt.source)}`, "EHLO");
  attempt.reach("sender");
  await ask(talk, `MAIL FROM:<${monitor.sender}>`, "the sender");
  attempt.reach("recipient");
  await ask(talk, `RCPT TO:<${monitor.recipient}>`, "the recipient");
  attempt.reach("goodbye");
  await ask(talk, "RSET", "taking the mail back");
  await ask(talk, "QUIT", "the goodbye");
  attempt.reach("done");
  return { measured: "a mail up to its recipient, over tcp", degraded: null, flows: null };
}

async function ask(talk: LineTalk, command: string, what: string): Promise<void> {
  talk.say(command);
  expectDone(await talk.reply(), what);
}

function expectDone({ code, text }: Reply, what: string): void {
  if (Math.floor(code / 100) !== DONE)
    throw new ProbeFailure(`answered \`${code} ${text}\` to ${what}`);
}

/** The address that the connection comes from, as RFC 5321 (4.1.3) writes it where there is no name. */
function ownName(source: string | null): string {
  if (source === null) return "[127.0.0.1]";
  return isIPv6(source) ? `[IPv6:${source}]` : `[${source}]`;
}
