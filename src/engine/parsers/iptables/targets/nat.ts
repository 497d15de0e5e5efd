import { serviceNumber } from "../../../base/names/services.ts";
import type { Range } from "../../../base/range.ts";
import type { NatStatement, Statement } from "../../../device/statement.ts";
import {
  defineModule,
  type GivenModule,
  type GivenOption,
  hasOption,
  misplaced,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import {
  addressWidth,
  type IpFamily,
  MAX_16,
  networkRange,
  parseAddress,
  parseNetwork,
  parseUnsigned,
} from "../values.ts";
import type { TargetSpec } from "./spec.ts";

interface Destination {
  readonly address: Range | null;
  readonly port: Range | null;
  readonly base: bigint | null;
}

/** `[ADDRESS[-ADDRESS]][:PORT[-PORT[/BASE]]]`; IPv6 with a port stands in brackets. */
function parseDestination(text: string, family: IpFamily): Destination | null {
  const brackets = family === "ip6" ? /^\[([^\]]*)\](?::(.*))?$/.exec(text) : null;
  const colon = family === "ip" ? text.indexOf(":") : -1;
  const addresses = brackets?.[1] ?? (colon < 0 ? text : text.slice(0, colon));
  const ports =
    brackets === null ? (colon < 0 ? null : text.slice(colon + 1)) : (brackets[2] ?? null);
  const onlyPort = family === "ip6" && /^:[^:]+$/.test(text) ? text.slice(1) : null;
  const port = parseNatPorts(onlyPort ?? ports);
  if (port === null) return null;
  if (onlyPort !== null || addresses === "")
    return port.port === null ? null : { address: null, ...port };
  const address = parseAddressRange(addresses, family);
  return address === null ? null : { address, ...port };
}

function parseAddressRange(text: string, family: IpFamily): Range | null {
  const [low = "", high = low] = text.split("-");
  const from = parseAddress(low, family);
  const to = parseAddress(high, family);
  return from === null || to === null || from > to ? null : { from, to };
}

interface NatPorts {
  readonly port: Range | null;
  readonly base: bigint | null;
}

/** `PORT[-PORT[/BASE]]`; null where it cannot be read. */
function parseNatPorts(text: string | null): NatPorts | null {
  if (text === null) return { port: null, base: null };
  const slash = text.indexOf("/");
  const [low = "", high = low] = (slash < 0 ? text : text.slice(0, slash)).split("-");
  const from = parseNatPort(low);
  const to = parseNatPort(high);
  const base = slash < 0 ? null : parseNatPort(text.slice(slash + 1));
  if (from === null || to === null || from > to || (slash >= 0 && base === null)) return null;
  return { port: { from, to }, base };
}

function parseNatPort(text: string): bigint | null {
  const number = parseUnsigned(text, MAX_16);
  if (number !== null) return number;
  const service = serviceNumber(text, null);
  return service === null ? null : BigInt(service);
}

const WITH_PORTS = new Set([6, 17, 132, 33, 1, 58]);

function requirePorts(option: GivenOption, rule: RuleContext): void {
  if (rule.protocol !== null && WITH_PORTS.has(rule.protocol.value)) return;
  misplaced(
    rule,
    option.span,
    "a port needs a protocol that has ports",
    "write `-p tcp`, `-p udp`, `-p sctp` or `-p dccp` in front of it",
  );
}

interface NatParts {
  readonly type: NatStatement["type"];
  readonly destination: Destination;
  readonly given: GivenModule;
  readonly family: IpFamily;
}

function nat({ type, destination, given, family }: NatParts): NatStatement {
  const { address, port, base } = destination;
  return {
    kind: "nat",
    type,
    family: address === null ? null : family,
    address: address === null ? null : { kind: "range", range: address },
    port: port === null ? null : { kind: "range", range: port },
    ...(base === null ? {} : { portBase: base }),
    random: hasOption(given, "random") || hasOption(given, "random-fully"),
    persistent: hasOption(given, "persistent"),
  };
}

function lowerAddressNat(type: "dnat" | "snat", name: string): TargetSpec["lower"] {
  return (given, rule) => {
    const option = optionOf(given, name);
    if (option === null) {
      misplaced(rule, given.span, `\`-j ${given.name}\` has no \`--${name}\``, "add the address");
      return [{ kind: "notUnderstood", text: given.name }];
    }
    const destination = parseDestination(option.values[0] ?? "", rule.family);
    if (destination === null)
      return [unreadable(rule, option, "`ADDRESS`, `ADDRESS:PORT` or `ADDRESS-ADDRESS:PORT-PORT`")];
    if (destination.port !== null) requirePorts(option, rule);
    return [nat({ type, destination, given, family: rule.family })];
  };
}

function lowerPortNat(type: "masquerade" | "redirect"): TargetSpec["lower"] {
  return (given, rule) => {
    const option = optionOf(given, "to-ports");
    const ports = parseNatPorts(option?.values[0] ?? null);
    if (option !== null && ports === null)
      return [unreadable(rule, option, "`PORT` or `PORT-PORT`")];
    if (option !== null) requirePorts(option, rule);
    const destination = { address: null, ...(ports ?? { port: null, base: null }) };
    return [nat({ type, destination, given, family: rule.family })];
  };
}

function lowerNetmap(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "to");
  const network = option === null ? null : parseNetwork(option.values[0] ?? "", rule.family);
  if (option === null) {
    misplaced(rule, given.span, "`-j NETMAP` has no `--to`", "add the network");
    return [{ kind: "notUnderstood", text: given.name }];
  }
  if (network === null) return [unreadable(rule, option, "`10.0.5.0/24`")];
  const address = networkRange(network, addressWidth(rule.family));
  if (address === null) return [{ kind: "opaqueAction", text: `netmap to ${option.values[0]}` }];
  const destination = { address, port: null, base: null };
  return [nat({ type: "netmap", destination, given, family: rule.family })];
}

const FIRST = ["PREROUTING", "OUTPUT"];
const LAST = ["POSTROUTING", "INPUT"];
const FLAGS = "random random-fully persistent";

export const NAT_TARGETS: Readonly<Record<string, TargetSpec>> = {
  DNAT: {
    ...defineModule(`to-destination=1 ${FLAGS}`, lowerAddressNat("dnat", "to-destination")),
    tables: ["nat"],
    chains: FIRST,
  },
  SNAT: {
    ...defineModule(`to-source=1 ${FLAGS}`, lowerAddressNat("snat", "to-source")),
    tables: ["nat"],
    chains: LAST,
  },
  MASQUERADE: {
    ...defineModule(`to-ports=1 ${FLAGS}`, lowerPortNat("masquerade")),
    tables: ["nat"],
    chains: ["POSTROUTING"],
  },
  REDIRECT: {
    ...defineModule(`to-ports=1 ${FLAGS}`, lowerPortNat("redirect")),
    tables: ["nat"],
    chains: FIRST,
  },
  NETMAP: { ...defineModule("to=1", lowerNetmap), tables: ["nat"] },
};
