import type { MailNetwork } from "../../../simulation/network.ts";
import { ADDRESSES, FIRST_USER_ADDRESS, PORTS, ZONES } from "../../../simulation/world/plan.ts";
import type { Drill, DrillFlow } from "../model.ts";

const USER = `${ZONES.users.network}.${FIRST_USER_ADDRESS}`;
const { mail1, mail2, db1, lb1, fw1, remote, resolver } = ADDRESSES;

const tcp = (name: string, from: string, to: string, port: number): DrillFlow => ({
  name,
  protocol: "tcp",
  from,
  to,
  port,
});

/** What has to work in every drill: what its probes try. */
const SERVICES: readonly DrillFlow[] = [
  tcp("mail1-out", mail1, remote, PORTS.smtp),
  tcp("mail2-out", mail2, remote, PORTS.smtp),
  { name: "mail1-names", protocol: "udp", from: mail1, to: resolver, port: PORTS.dns },
  { name: "mail2-names", protocol: "udp", from: mail2, to: resolver, port: PORTS.dns },
  tcp("mail1-database", mail1, db1, PORTS.postgresql),
  tcp("mail2-database", mail2, db1, PORTS.postgresql),
  tcp("users-imap", USER, lb1, PORTS.imap),
  tcp("users-submission", USER, lb1, PORTS.submission),
  tcp("mail-in", remote, fw1, PORTS.smtp),
];

/** What must never work: whoever opens everything is seen here. */
const FORBIDDEN: readonly DrillFlow[] = [
  tcp("internet-database", remote, db1, PORTS.postgresql),
  tcp("users-database", USER, db1, PORTS.postgresql),
];

export function servicesOf({ services }: Drill): readonly DrillFlow[] {
  return [...SERVICES, ...services];
}

export function forbiddenOf({ forbidden }: Drill): readonly DrillFlow[] {
  return [...FORBIDDEN, ...forbidden];
}

/** `open`, or what whoever tries it is told. */
export function tryFlow({ world }: MailNetwork, flow: DrillFlow): string {
  const { protocol, from, to, port } = flow;
  const result = world.flows.open(protocol, from, to, port);
  switch (result.kind) {
    case "open":
      return OPEN;
    case "dropped":
      return "no answer: Connection timed out";
    case "refused":
      return result.words;
  }
}

export const OPEN = "open";
