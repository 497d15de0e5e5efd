import { protocolNumber } from "../../engine/base/names/protocols.ts";
import { serviceNumber } from "../../engine/base/names/services.ts";
import { type Range, single } from "../../engine/base/range.ts";
import type { Service } from "../../engine/intents/model.ts";

/** Protocols with ports that a service can be of, as /etc/services knows them. */
const WITH_PORTS: ReadonlyMap<string, number> = new Map([
  ["tcp", 6],
  ["udp", 17],
  ["sctp", 132],
]);
/** What people say instead of the name in /etc/services. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["dns", "domain"],
  ["postgres", "postgresql"],
]);
const HIGHEST_PORT = 65535;

/** `tcp/25`, `udp/1000-2000`, `ping`, `esp`, `smtp`; null: it is none. */
export function parseService(text: string): readonly Service[] | null {
  const [protocol = "", port, another] = text.trim().toLowerCase().split("/");
  /* Half of a word is another service than the one that was meant. */
  if (another !== undefined) return null;
  if (port !== undefined) return withPort(protocol, port);
  if (protocol === "ping") return [{ kind: "ping" }];
  const named = [...WITH_PORTS].flatMap(([name, number]) => {
    const found = serviceNumber(ALIASES.get(protocol) ?? protocol, name);
    return found === null ? [] : [onPorts(number, [single(BigInt(found))])];
  });
  if (named.length > 0) return named;
  const number = protocolNumber(protocol);
  if (number === null) return null;
  return WITH_PORTS.has(protocol)
    ? [onPorts(number, [{ from: 0n, to: BigInt(HIGHEST_PORT) }])]
    : [{ kind: "protocol", protocol: number }];
}

function withPort(protocol: string, text: string): readonly Service[] | null {
  const number = WITH_PORTS.get(protocol);
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (number === undefined) return null;
  if (found === null) {
    const named = serviceNumber(ALIASES.get(text) ?? text, protocol);
    return named === null ? null : [onPorts(number, [single(BigInt(named))])];
  }
  const from = Number(found[1]);
  const to = Number(found[2] ?? found[1]);
  if (from > to || to > HIGHEST_PORT) return null;
  return [onPorts(number, [{ from: BigInt(from), to: BigInt(to) }])];
}

function onPorts(protocol: number, ports: readonly Range[]): Service {
  return { kind: "ports", protocol, ports };
}
