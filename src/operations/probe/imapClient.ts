import type { Socket } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { ImapFlow, type ImapTransport } from "imapflow";
import type { Login, Service } from "../inventory/monitors.ts";
import { type Attempt, ProbeFailure } from "./attempt.ts";
import { tlsOptions } from "./tls.ts";

/** Connects from a device as a mail client does, logs in, and opens the inbox. */
export async function openInbox(
  attempt: Attempt,
  device: string,
  service: Service,
  login: Login,
): Promise<ImapFlow> {
  const { encryption, target } = service;
  const pass = await attempt.secret(login.passwordFile);
  const socket = await attempt.connect(device, target);
  const client = new ImapFlow({
    host: target.host,
    port: target.port,
    secure: encryption === "tls",
    doSTARTTLS: encryption === "starttls",
    auth: { user: login.user, pass },
    transport: overSocket(socket, await tlsOptions(service)),
    logger: false,
    disableCompression: true,
    connectionTimeout: attempt.mostMs,
    greetingTimeout: attempt.mostMs,
    socketTimeout: attempt.mostMs,
  });
  attempt.onEnd(() => client.close());
  client.on("error", () => undefined);
  await told(client.connect());
  attempt.reach("inbox");
  await told(client.mailboxOpen("INBOX"));
  return client;
}

/** TLS options of our own: the library would not know the name that the certificate must bear. */
function overSocket(socket: Socket, options: ConnectionOptions): ImapTransport {
  return {
    connect: ({ secure }, onConnect) => {
      if (secure) return connect({ ...options, socket }, onConnect);
      setImmediate(onConnect);
      return socket;
    },
    upgrade: (plain, _options, onSecure) => connect({ ...options, socket: plain }, onSecure),
  };
}

/** The words of the server, where it said some. */
export async function told<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const said = error as { responseText?: unknown; message?: unknown };
    if (typeof said.responseText === "string")
      throw new ProbeFailure(`answered \`${said.responseText}\``);
    throw new ProbeFailure(typeof said.message === "string" ? said.message : String(error));
  }
}
