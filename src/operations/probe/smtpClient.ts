import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Login, Service } from "../inventory/monitors.ts";
import { type Attempt, ProbeFailure } from "./attempt.ts";
import { tlsOptions } from "./tls.ts";

/** Connects from a device as a mail client does, up to a login where there is one. */
export async function openSmtp(
  attempt: Attempt,
  device: string,
  service: Service,
  login: Login | null,
): Promise<SMTPConnection> {
  const { encryption, target } = service;
  const password = login === null ? null : await attempt.secret(login.passwordFile);
  const tls = await tlsOptions(service);
  const client = new SMTPConnection({
    connection: await attempt.connect(device, target),
    host: target.host,
    port: target.port,
    secure: encryption === "tls",
    requireTLS: encryption === "starttls",
    ignoreTLS: encryption === "none",
    greetingTimeout: attempt.mostMs,
    socketTimeout: attempt.mostMs,
    socketCloseTimeout: 0,
    logger: false,
    tls,
  });
  attempt.onEnd(() => client.close());
  await step(client, (done) => client.connect(done));
  if (login !== null && password !== null) {
    attempt.reach("login");
    const credentials = { user: login.user, pass: password };
    await step(client, (done) => client.login({ ...credentials, credentials }, done));
  }
  return client;
}

/** Hands a mail in; the answer of the server. */
export async function sendMail(
  client: SMTPConnection,
  envelope: { readonly from: string; readonly to: string },
  text: string,
): Promise<void> {
  await step(client, (done) => client.send(envelope, text, done));
}

/** Says goodbye, so that the server does not have to log that we were lost. */
export async function leave(client: SMTPConnection): Promise<void> {
  const gone = new Promise<void>((resolve) => client.once("end", resolve));
  client.quit();
  await gone;
}

type Done = (error?: Error | null) => void;

/** One step of a client that tells errors by its callback or by its event, whichever comes first. */
function step(client: SMTPConnection, begin: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new ProbeFailure(wordsOf(error)));
    const ended = () => fail(new Error("the connection was ended by the other side"));
    client.once("error", fail);
    client.once("end", ended);
    begin((error) => {
      client.off("error", fail);
      client.off("end", ended);
      if (error === undefined || error === null) resolve();
      else fail(error);
    });
    /* An error that comes when nobody waits any more must not end the process. */
    client.on("error", () => undefined);
  });
}

function wordsOf(error: Error): string {
  const { response, command } = error as { response?: unknown; command?: unknown };
  const where = typeof command === "string" ? ` to \`${command.split(" ")[0]}\`` : "";
  return typeof response === "string" ? `answered \`${response}\`${where}` : error.message;
}
