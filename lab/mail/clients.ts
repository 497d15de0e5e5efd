import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { filesOf, type MailLab } from "./folder.ts";
import { ID_HEADER } from "./mailFacts.ts";
import { type LabPlan, mailName } from "./plan.ts";

/* What users and the outside do, each over connections of its own; run in the namespace of who does it. */

/** Milliseconds between two looks into a mailbox. */
const LOOK_MS = 100;

export interface Account {
  readonly user: string;
  readonly pass: string;
}

/** One of the users, by number. */
export function userOf({ accounts, domains }: LabPlan, number: number): Account {
  return { user: `user${number}@${domains.local}`, pass: accounts.password };
}

/** The login of the probes, which has a mailbox for round trips. */
export function probeOf({ accounts, domains }: LabPlan): Account {
  return { user: `${accounts.probe}@${domains.local}`, pass: accounts.probePassword };
}

/** Milliseconds that each answer may take. */
function patience(waitMs: number) {
  return { connectionTimeout: waitMs, greetingTimeout: waitMs, socketTimeout: waitMs };
}

function trust(lab: MailLab) {
  return { ca: readFileSync(filesOf.certificate(lab)), servername: mailName(lab.plan) };
}

/** A mail, which is its id and nothing else. */
interface LabMail {
  readonly id: string;
  readonly to: string;
}

/** A user hands a mail in: through the balancer, over TLS, with a login. */
export async function submitMail(
  lab: MailLab,
  { user, pass }: Account,
  { id, to }: LabMail,
  waitMs: number,
): Promise<void> {
  const transport = createTransport({
    ...patience(waitMs),
    host: lab.plan.addresses.balancer,
    port: 587,
    requireTLS: true,
    tls: trust(lab),
    auth: { user, pass },
  });
  await transport.sendMail({ from: user, to, subject: id, headers: { [ID_HEADER]: id }, text: id });
}

/** Somebody on the internet hands a mail to the public address. */
export async function mailFromOutside(
  { plan }: MailLab,
  { id, to }: LabMail,
  waitMs: number,
): Promise<void> {
  const from = `bob@${plan.domains.remote}`;
  const transport = createTransport({
    ...patience(waitMs),
    host: plan.addresses.firewall,
    port: 25,
    name: `mx.${plan.domains.remote}`,
    ignoreTLS: true,
  });
  await transport.sendMail({ from, to, subject: id, headers: { [ID_HEADER]: id }, text: id });
}

/** A user logs in through the balancer, and opens the inbox. */
export async function openInbox(
  lab: MailLab,
  auth: Account,
  waitMs: number,
  use: (client: ImapFlow) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const client = new ImapFlow({
    ...patience(waitMs),
    host: lab.plan.addresses.balancer,
    port: 143,
    secure: false,
    doSTARTTLS: true,
    tls: trust(lab),
    auth,
    logger: false,
  });
  /* It is thrown by the command that was under way as well. */
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.mailboxOpen("INBOX", { readOnly: true });
    await use(client);
    await client.logout();
  } finally {
    client.close();
  }
}

/** A mail to the outside, and its echo back: it has passed everything that there is. */
export async function roundTrip(lab: MailLab, id: string, waitMs: number): Promise<void> {
  const account = probeOf(lab.plan);
  await submitMail(lab, account, { id, to: `echo@${lab.plan.domains.remote}` }, waitMs);
  await openInbox(lab, account, waitMs, async (client) => {
    for (const end = Date.now() + waitMs; ; await pause(LOOK_MS)) {
      await client.noop();
      const found = await client.search({ subject: `Re: ${id}` });
      if (found !== false && found !== undefined && found.length > 0) return;
      if (Date.now() > end) throw new Error("the echo did not come back");
    }
  });
}
