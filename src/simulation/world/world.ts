import type { SimulatedKernel, SimulatedTime } from "../model.ts";
import { Callers, type WorldComplaint } from "./complaints.ts";
import { Counts, type SecondCounts } from "./counts.ts";
import { Flows } from "./flows.ts";
import { Inbox } from "./inbox.ts";
import { MailHost } from "./mailHost.ts";
import { ACCOUNTS, ECHO, LOCAL_DOMAIN, type MailHostName } from "./plan.ts";
import type { QueuedMail } from "./queue.ts";
import { openRandom } from "./random.ts";
import { Traffic } from "./traffic.ts";

export interface WorldOptions {
  readonly time: SimulatedTime;
  /** Of the firewall, which decides about each flow. */
  readonly kernel: SimulatedKernel;
  readonly seed: number;
  /** Mails a second in each direction. */
  readonly rate: number;
}

/** The mail network: what passes through it, and what people and logs say where something does not. */
export interface MailWorld {
  readonly flows: Flows;
  readonly hosts: Readonly<Record<MailHostName, MailHost>>;
  /** Where the answers to probes come in. */
  readonly probeMailbox: Inbox;
  onComplaint(listener: (complaint: WorldComplaint) => void): () => void;
  /** Whole seconds, oldest first. */
  counts(): readonly SecondCounts[];
  /** Forgets all mail that waits. */
  clearQueues(): void;
}

const PROBE = `${ACCOUNTS.probe}@${LOCAL_DOMAIN}`;

/** Deterministic: what happens follows from the seed, and from what is done to the firewall at which moment. */
export function openWorld({ time, kernel, seed, rate }: WorldOptions): MailWorld {
  const random = openRandom(seed);
  const flows = new Flows(kernel);
  const probeMailbox = new Inbox();
  const onSent = (mail: QueuedMail) => {
    if (mail.to === ECHO) traffic.echo(mail);
    if (mail.to === PROBE) probeMailbox.add(mail.subject);
  };
  const hostOf = (name: MailHostName): MailHost =>
    new MailHost({ name, time, flows, counts: () => counts, onSent });
  const hosts = { mail1: hostOf("mail1"), mail2: hostOf("mail2") };
  const all = [hosts.mail1, hosts.mail2] as const;
  const counts: Counts = new Counts(
    () => time.nowMs(),
    () => all.reduce((sum, { queue }) => sum + queue.length, 0),
  );
  const callers = new Callers(time, random);
  const traffic: Traffic = new Traffic({ time, flows, random, hosts: all, callers, rate });
  traffic.start();
  return {
    flows,
    hosts,
    probeMailbox,
    onComplaint: (listener) => callers.onComplaint(listener),
    counts: () => counts.whole(),
    clearQueues: () => {
      for (const { queue } of all) queue.clear();
    },
  };
}
