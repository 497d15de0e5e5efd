import { appendFileSync } from "node:fs";
import { createTransport } from "nodemailer";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { filesOf, openLab } from "./folder.ts";
import { type MailFacts, mailFacts } from "./mailFacts.ts";

/*
 * The mail server of the remote domain: keeps a line of each mail, and sends what comes for `echo` back
 * to its sender, as mail from outside. Started in its own namespace: `remoteMailMain PREFIX`.
 */

/** Milliseconds between two tries of an echo, and how many there are: half an hour (RFC 5321, 4.5.4.1). */
const RETRY_MS = 5_000;
const TRIES_AT_MOST = 360;
/** Milliseconds that a connection may hang. */
const HANGING_MS = 10_000;

const lab = openLab(process.argv[2] ?? "");
const { plan } = lab;
const ECHO = `echo@${plan.domains.remote}`;

const server = new SMTPServer({
  name: `mx.${plan.domains.remote}`,
  banner: "remote mail",
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  logger: false,
  onData: (stream, session, done) => {
    keep(stream, session).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  },
});
server.on("error", (error) => console.error(error.message));
server.listen(25, plan.addresses.remote);

async function keep(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const raw = Buffer.concat(chunks).toString();
  const { mailFrom, rcptTo } = session.envelope;
  const from = mailFrom === false ? "" : mailFrom.address;
  const to = rcptTo.map(({ address }) => address);
  const facts = mailFacts(raw);
  const line = { at: Date.now(), from, to, ...facts };
  appendFileSync(filesOf.remoteMail(lab), `${JSON.stringify(line)}\n`);
  /* A report of a failed delivery has no sender, and is never answered (RFC 5321, 6.1). */
  if (to.includes(ECHO) && from !== "") void sendBack(from, facts, raw);
}

async function sendBack(to: string, facts: MailFacts, raw: string): Promise<void> {
  const subject = /^Subject:[ \t]*(.*)$/im.exec(raw)?.[1]?.trim() ?? "";
  const transport = createTransport({
    host: plan.addresses.firewall,
    port: 25,
    name: `mx.${plan.domains.remote}`,
    ignoreTLS: true,
    connectionTimeout: HANGING_MS,
    greetingTimeout: HANGING_MS,
    socketTimeout: HANGING_MS,
  });
  for (let tries = 1; tries <= TRIES_AT_MOST; tries++) {
    try {
      await transport.sendMail({
        from: ECHO,
        to,
        subject: `Re: ${subject}`,
        ...(facts.messageId === null
          ? {}
          : { inReplyTo: facts.messageId, references: facts.messageId }),
        text: raw,
      });
      return;
    } catch (error) {
      if (isForGood(error)) {
        console.error(`echo to ${to}: ${String(error)}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Whether trying again is of no use: the other side said so with a 5. */
function isForGood(error: unknown): boolean {
  return (
    error instanceof Error &&
    "responseCode" in error &&
    typeof error.responseCode === "number" &&
    error.responseCode >= 500
  );
}
