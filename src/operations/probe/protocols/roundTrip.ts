import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ImapFlow } from "imapflow";
import type { RoundTripMonitor } from "../../inventory/monitors.ts";
import type { Answer, Attempt } from "../attempt.ts";
import { openInbox, told } from "../imapClient.ts";
import { leave, openSmtp, sendMail } from "../smtpClient.ts";

/** The first words of the subject of our mails, in any language that people read logs in. */
const SUBJECT = "premortem probe";

/**
 * Sends a mail and waits until it, or the answer to it, lies in the mailbox; then it is deleted. The mailbox
 * is opened first, so that one that cannot be read is not taken for a mail that does not come.
 */
export async function probeRoundTrip(attempt: Attempt, monitor: RoundTripMonitor): Promise<Answer> {
  const token = randomUUID();
  attempt.reach("mailbox");
  const inbox = await openInbox(attempt, monitor.readFrom, monitor.imap, monitor.login);
  attempt.reach("submission");
  const client = await openSmtp(attempt, monitor.from, monitor.submit, monitor.submitLogin);
  attempt.reach("sending");
  const envelope = { from: monitor.sender, to: monitor.recipient };
  await sendMail(client, envelope, mailText(monitor, token));
  await leave(client);
  attempt.reach("delivery");
  const found = await waitFor(attempt, inbox, token);
  await told(inbox.messageDelete(found, { uid: true }));
  await told(inbox.logout());
  attempt.reach("done");
  const goes =
    monitor.recipient === monitor.login.user ? "a mail, delivered" : "a mail and its answer";
  return { measured: `${goes} and read over IMAP`, degraded: null, flows: null };
}

function mailText({ sender, recipient }: RoundTripMonitor, token: string): string {
  return [
    `From: <${sender}>`,
    `To: <${recipient}>`,
    `Subject: ${SUBJECT} ${token}`,
    `Message-ID: <${token}@premortem.invalid>`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    "",
    "Sent by a probe, and deleted by it. Nothing has to be done.",
    "",
  ].join("\r\n");
}

/**
 * Looks right behind the sending, before the server is waited for, and milliseconds between two of them: Dovecot
 * tells whoever idles half a second after a mail came (measured), and a rollback may wait for this probe.
 */
const QUICK_LOOKS = 10;
const QUICK_LOOK_MS = 100;

/** Numbers of the mails that bear the token; looks again whenever the server tells of new ones. */
async function waitFor(attempt: Attempt, inbox: ImapFlow, token: string): Promise<number[]> {
  for (let look = 0; look < QUICK_LOOKS; look++) {
    const found = await search(inbox, token);
    if (found.length > 0) return found;
    await pause(QUICK_LOOK_MS);
  }
  for (;;) {
    const arrival = new Promise<void>((resolve, reject) => {
      inbox.once("exists", resolve);
      inbox.once("close", () => reject(new Error("the connection to the mailbox was ended")));
      attempt.onEnd(resolve);
    });
    arrival.catch(() => undefined);
    const found = await search(inbox, token);
    if (found.length > 0) return found;
    void inbox.idle().catch(() => undefined);
    await told(arrival);
  }
}

async function search(inbox: ImapFlow, token: string): Promise<number[]> {
  const found = await told(inbox.search({ subject: token }, { uid: true }));
  return found === false || found === undefined ? [] : found;
}
