import { parseMac } from "../../base/mac.ts";
import type { Host, HostAddress, HostInterface, Route, RoutingRule } from "../../device/host.ts";
import { parseAddress } from "./parseAddress.ts";
import { type ParsedRoute, parseRoute, parseRoutingRule } from "./routes.ts";

/** What surrounds a ruleset, with what could not be read of it. */
export interface SetupResult {
  readonly host: Host;
  readonly problems: readonly string[];
  /** `len=` of packets counts added payload (the form with plain interface names). */
  readonly lengthIsExtra: boolean;
}

/** MAC of senders in the two forms of a setup (measured with them). */
const PLAIN_SENDER = 0x0200000000aan;
const DETAILED_SENDER = 0x020000001111n;
/** Bytes of a link where nothing is said. */
const DEFAULT_MTU = 1500;
/** Routing table where nothing is said. */
const MAIN_TABLE = 254;

interface Draft {
  readonly interfaces: HostInterface[];
  readonly addresses: HostAddress[];
  readonly routes: Route[];
  readonly rules: RoutingRule[];
  readonly sysctls: Map<string, string>;
  readonly problems: string[];
}

/**
 * Reads a setup as JSON: `interfaces` (names, or objects with `name`, `addresses`, `mac`, `mtu`),
 * `addresses`/`localAddresses` (`192.0.2.1/32 dev a0`), `routes` (`10.0.0.0/8 dev a0`, or one text
 * for a default route by the packet's own `out`), `sysctls`, `bridge` (ports of br0) and `ip`
 * (further commands of iproute2).
 */
export function parseSetup(text: string): SetupResult {
  const draft: Draft = {
    interfaces: [],
    addresses: [],
    routes: [],
    rules: [],
    sysctls: new Map(),
    problems: [],
  };
  const value = readJson(text, draft);
  const interfaces = listOf(value["interfaces"]);
  for (const [index, item] of interfaces.entries()) addInterface(draft, item, index);
  for (const port of listOf(value["bridge"])) markBridgePort(draft, String(port));
  for (const item of [...listOf(value["addresses"]), ...listOf(value["localAddresses"])])
    addAddress(draft, String(item));
  addConnectedRoutes(draft);
  addRoutes(draft, value["routes"]);
  for (const command of listOf(value["ip"])) runIp(draft, String(command));
  for (const [key, setting] of Object.entries(recordOf(value["sysctls"])))
    draft.sysctls.set(key, String(setting));
  const { problems, ...host } = draft;
  const isPlain = interfaces.every((item) => typeof item === "string");
  const sender = typeof value["sender"] === "string" ? parseMac(value["sender"]) : null;
  const ordinarySender = sender ?? (isPlain ? PLAIN_SENDER : DETAILED_SENDER);
  return { host: { ...host, ordinarySender }, problems, lengthIsExtra: isPlain };
}

function readJson(text: string, draft: Draft): Readonly<Record<string, unknown>> {
  try {
    return recordOf(JSON.parse(text));
  } catch (error) {
    draft.problems.push(`the setup is no JSON: ${error instanceof Error ? error.message : ""}`);
    return {};
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Names that begin so have an Ethernet header in a lab; others are TUN devices without one. */
const ETHERNET = /^(e|t\d|br|veth|tap)/;

function addInterface(draft: Draft, item: unknown, index: number): void {
  const record = recordOf(item);
  const name = typeof item === "string" ? item : String(record["name"] ?? "");
  if (name === "") {
    draft.problems.push(`interface ${index + 1} has no name`);
    return;
  }
  const own = typeof record["mac"] === "string" ? parseMac(record["mac"]) : null;
  const madeUp = ETHERNET.test(name) ? 0x020000000000n + BigInt(index + 1) : null;
  draft.interfaces.push({
    name,
    index: index + 2,
    group: Number(record["group"] ?? 0),
    mtu: Number(record["mtu"] ?? DEFAULT_MTU),
    mac: own ?? madeUp,
    bridge: null,
  });
  for (const address of listOf(record["addresses"]))
    addAddress(draft, `${String(address)} dev ${name}`);
}

function markBridgePort(draft: Draft, port: string): void {
  const at = draft.interfaces.findIndex(({ name }) => name === port);
  const found = draft.interfaces[at];
  if (found !== undefined) draft.interfaces[at] = { ...found, bridge: "br0" };
}

/** `192.0.2.1/32 dev a0`; without a device the address is taken to be on `lo`. */
function addAddress(draft: Draft, text: string): void {
  const match = /^([^\s/]+)(?:\/(\d+))?(?:\s+dev\s+(\S+))?/.exec(text.trim());
  const address = parseAddress(match?.[1] ?? "");
  if (match === null || address === null) {
    draft.problems.push(`\`${text}\` is no address`);
    return;
  }
  const prefix = Number(match[2] ?? (address.family === "ip" ? 32 : 128));
  const known = draft.addresses.some(
    (own) => own.family === address.family && own.address === address.value,
  );
  if (known && match[3] === undefined) return;
  draft.addresses.push({
    family: address.family,
    address: address.value,
    prefix,
    interface: match[3] ?? "lo",
  });
}

/** The network of each address is reached by its interface. */
function addConnectedRoutes(draft: Draft): void {
  for (const { family, address, prefix, interface: name } of draft.addresses) {
    if (name === "lo" || prefix === (family === "ip" ? 32 : 128)) continue;
    draft.routes.push({
      family,
      destination: address,
      prefix,
      kind: "unicast",
      interface: name,
      gateway: null,
      preferredSource: family === "ip" ? address : null,
      metric: 0,
      table: MAIN_TABLE,
    });
  }
}

function addRoutes(draft: Draft, value: unknown): void {
  if (typeof value === "string") {
    for (const family of ["ip", "ip6"] as const) draft.routes.push(defaultRoute(family));
    return;
  }
  for (const item of listOf(value)) addParsed(draft, parseRoute(String(item)), String(item));
}

/** A default route by whatever `out` the packet names. */
function defaultRoute(family: "ip" | "ip6"): Route {
  return {
    family,
    destination: 0n,
    prefix: 0,
    kind: "unicast",
    interface: null,
    gateway: null,
    preferredSource: null,
    metric: 0,
    table: MAIN_TABLE,
  };
}

function addParsed(draft: Draft, route: ParsedRoute | null, text: string): void {
  if (route === null) draft.problems.push(`\`${text}\` is no route`);
  else for (const family of route.families) draft.routes.push({ ...route.route, family });
}

/** Commands of iproute2 that change what decides: routes, rules, addresses, mtu and groups. */
function runIp(draft: Draft, command: string): void {
  const words = command
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "ip");
  const family = words[0] === "-6" ? "ip6" : "ip";
  const [object, action, ...rest] = words.filter((word) => !word.startsWith("-"));
  const text = rest.join(" ");
  if (object === "rule" && action === "add") {
    const rule = parseRoutingRule(text, family, draft.rules.length);
    if (rule === null) draft.problems.push(`\`${command}\` is no rule`);
    else draft.rules.push(rule);
  } else if (object === "route" && (action === "add" || action === "replace"))
    addParsed(draft, parseRoute(text, words[0] === "-6" ? "ip6" : null), text);
  else if ((object === "addr" || object === "address") && action === "add") addAddress(draft, text);
  else if (object === "link" && action === "set") setLink(draft, rest);
  else draft.problems.push(`\`ip ${command}\` is not understood`);
}

function setLink(draft: Draft, words: readonly string[]): void {
  const name = words[0] === "dev" ? words[1] : words[0];
  const at = draft.interfaces.findIndex((device) => device.name === name);
  const found = draft.interfaces[at];
  if (found === undefined) return;
  const option = (key: string) => words[words.indexOf(key) + 1];
  draft.interfaces[at] = {
    ...found,
    mtu: words.includes("mtu") ? Number(option("mtu")) : found.mtu,
    group: words.includes("group") ? Number(option("group")) : found.group,
  };
}
