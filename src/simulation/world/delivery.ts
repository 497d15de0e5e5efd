import type { SimulatedTime } from "../model.ts";
import type { DatabaseClient } from "./databaseClient.ts";
import type { Flows } from "./flows.ts";
import { lookUpName } from "./names.ts";
import { PORTS, REMOTE_DOMAINS } from "./plan.ts";
import { type Delivered, domainOf, type QueuedMail } from "./queue.ts";
import { connectPatiently } from "./retry.ts";

/** Postfix's `smtp_connect_timeout`. */
const CONNECT_MS = 30_000;
/** Milliseconds for a conversation with another mail server. */
const CONVERSATION_MS = 60;

export interface Outgoing {
  readonly time: SimulatedTime;
  readonly flows: Flows;
  /** The mail server's own address. */
  readonly from: string;
  /** What Postfix logs of a server that it cannot reach. */
  say(text: string): void;
}

/** To Dovecot on the same host, which looks the user up. */
export function deliverLocally(
  host: string,
  dovecot: DatabaseClient,
  { to, id }: QueuedMail,
  done: (result: Delivered) => void,
): void {
  const relay = `${host}[private/dovecot-lmtp]`;
  dovecot.lookup((isAnswered) => {
    if (isAnswered) done({ kind: "sent", relay, answer: `250 2.0.0 <${to}> ${id} Saved` });
    else
      done({
        kind: "deferred",
        relay,
        dsn: "4.3.0",
        reason: `host ${relay} said: 451 4.3.0 <${to}> Temporary internal error (in reply to RCPT TO command)`,
        isOfDestination: false,
      });
  });
}

/** To the mail server of the recipient's domain: its name is looked up, then it is reached. */
export function deliverOutside(
  { time, flows, from, say }: Outgoing,
  { to, id }: QueuedMail,
  done: (result: Delivered) => void,
): void {
  const name = domainOf(to);
  const deferred = (relay: string, dsn: string, reason: string) =>
    done({ kind: "deferred", relay, dsn, reason, isOfDestination: true });
  lookUpName(time, flows, from, (isFound) => {
    if (!isFound)
      return deferred(
        "none",
        "4.4.3",
        `Host or domain name not found. Name service error for name=${name} type=MX: Host not found, try again`,
      );
    const domain = REMOTE_DOMAINS.find((one) => one.name === name);
    if (domain === undefined) throw new Error(`nobody has mail at ${name}`);
    const server = `${domain.exchanger}[${domain.address}]:${PORTS.smtp}`;
    const wanted = { from, to: domain.address, port: PORTS.smtp, patienceMs: CONNECT_MS };
    connectPatiently(time, flows, wanted, (flow) => {
      if (flow.kind !== "open") {
        const words = flow.kind === "dropped" ? "Connection timed out" : flow.words;
        say(`connect to ${server}: ${words}`);
        return deferred("none", "4.4.1", `connect to ${server}: ${words}`);
      }
      time.after(CONVERSATION_MS, () => {
        if (flow.passes())
          done({ kind: "sent", relay: server, answer: `250 2.0.0 Ok: queued as ${id}` });
        else
          deferred(
            server,
            "4.4.2",
            `lost connection with ${domain.exchanger}[${domain.address}] while sending MAIL FROM`,
          );
      });
    });
  });
}
