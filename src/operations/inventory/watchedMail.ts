import type { Addresses, Service } from "../../engine/intents/model.ts";
import { parseAddressRange } from "./addresses.ts";
import { union } from "./addressSets.ts";
import type { Network, NetworkIntent } from "./model.ts";
import type { Monitor, Target } from "./monitors.ts";

/** The mail that premortem looks after: when it is down, nothing that needs it can say so. */
export interface WatchedMail {
  readonly servers: Addresses;
  /** Servers that are known by name alone. */
  readonly names: ReadonlySet<string>;
  /** Domains whose mailboxes lie there. */
  readonly domains: ReadonlySet<string>;
}

const SMTP_PORT = 25;
const MAIL_PORTS: ReadonlySet<number> = new Set([SMTP_PORT, 110, 143, 465, 587, 993, 995]);

export function watchedMail(network: Network): WatchedMail {
  const targets = network.monitors.flatMap(targetsOf);
  const literal = targets.flatMap(({ host }): readonly Addresses[] => {
    const found = parseAddressRange(host);
    return found === null ? [] : [new Map([[found.family, [found.range]]])];
  });
  const queues = network.monitors.flatMap((one) =>
    one.kind === "postfix" ? [network.devices.get(one.on)?.addresses ?? new Map()] : [],
  );
  const promised = network.intents.flatMap((intent) => serversOf(network, intent));
  return {
    servers: union([...literal, ...queues, ...promised]),
    names: new Set(
      targets.flatMap(({ host }) => (parseAddressRange(host) === null ? [host.toLowerCase()] : [])),
    ),
    domains: new Set(network.monitors.flatMap(mailboxesOf).flatMap(domainOf)),
  };
}

/** `example.org` of `ana@example.org`; empty: it is no address. */
export function domainOf(address: string): readonly string[] {
  const [, domain] = /@([^@>\s]+)>?\s*$/.exec(address) ?? [];
  return domain === undefined ? [] : [domain.toLowerCase()];
}

function targetsOf(monitor: Monitor): readonly Target[] {
  switch (monitor.kind) {
    case "smtp":
      return [monitor.to];
    case "submission":
    case "imap":
      return [monitor.server.target];
    case "round-trip":
      return [monitor.submit.target, monitor.imap.target];
    default:
      return [];
  }
}

function mailboxesOf(monitor: Monitor): readonly string[] {
  switch (monitor.kind) {
    case "smtp":
      return [monitor.recipient];
    case "submission":
    case "imap":
      return [monitor.login.user];
    case "round-trip":
      return [monitor.login.user, monitor.sender];
    default:
      return [];
  }
}

/** Who serves mail by an intent. Zones are those who use it: of them nobody says that they serve. */
function serversOf(network: Network, intent: NetworkIntent): readonly Addresses[] {
  const ports = intent.services.flatMap(({ parts }) => parts).flatMap(portsOf);
  if (intent.kind !== "reachable" || !ports.some((port) => MAIL_PORTS.has(port))) return [];
  const hosts = (name: string) =>
    network.roles.get(name)?.addresses ?? network.devices.get(name)?.addresses;
  const to = hosts(intent.to);
  const from = ports.includes(SMTP_PORT) && to === undefined ? hosts(intent.from) : undefined;
  return [...(to === undefined ? [] : [to]), ...(from === undefined ? [] : [from])];
}

/** A range of ports is no one service. */
function portsOf(service: Service): readonly number[] {
  return service.kind === "ports"
    ? service.ports.flatMap(({ from, to }) => (from === to ? [Number(from)] : []))
    : [];
}
