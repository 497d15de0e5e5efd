import { formatIpv4, formatIpv6 } from "../src/engine/base/address.ts";
import type { Host, HostAddress, HostInterface } from "../src/engine/device/host.ts";
import type { PacketSpec } from "../src/engine/packet/packet.ts";
import type { KernelSetup, OwnAddress } from "./kernel.ts";
import { isForSelf } from "./sketch.ts";

/** Bytes of a link: more than any packet that is sent. */
const MTU = 65000;
/** Networks for benchmarks and documentation (RFC 2544, 3849): few rulesets name them. */
const FIRST_V4 = 0xc6120001n;
const FIRST_V6 = 0x20010db8ffff00000000000000000001n;
/** Of an address that is only a route of the table `local`. */
const NO_INTERFACE = "";
const MAIN_TABLE = 254;

/** What the namespace is set to, for the kernel and for the model alike. */
const SYSCTLS: Readonly<Record<string, string>> = {
  "net.ipv4.ip_forward": "1",
  "net.ipv6.conf.all.forwarding": "1",
  "net.ipv6.conf.default.accept_dad": "0",
  "net.ipv6.conf.all.accept_dad": "0",
  "net.ipv6.conf.default.addr_gen_mode": "1",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.default.rp_filter": "0",
  "net.ipv4.conf.lo.rp_filter": "0",
  "net.ipv4.conf.all.send_redirects": "0",
  "net.ipv4.conf.default.send_redirects": "0",
  "net.ipv4.icmp_echo_ignore_broadcasts": "0",
  /* Errors are limited by default, and a limited answer looks like a silent rule. */
  "net.ipv4.icmp_ratelimit": "0",
  "net.ipv4.icmp_ratemask": "0",
  "net.ipv6.icmp.ratelimit": "0",
};

/** Interfaces, addresses and routes of a namespace of the harness. */
export interface LabHost {
  readonly setup: KernelSetup;
  readonly interfaces: readonly string[];
  /** What surrounds the ruleset as this packet finds it, with the addresses that `others` were sent to. */
  hostFor(spec: PacketSpec, others?: readonly PacketSpec[]): Host;
}

/** A namespace with one TUN device for each name, each with an address of its own. */
export function makeLabHost(names: readonly string[]): LabHost {
  const interfaces: HostInterface[] = names.map((name, place) => ({
    name,
    index: place + 2,
    group: 0,
    mtu: MTU,
    mac: null,
    bridge: null,
  }));
  const addresses = names.flatMap((name, place): HostAddress[] => [
    {
      family: "ip",
      address: FIRST_V4 + BigInt(place),
      prefix: 32,
      interface: name,
    },
    {
      family: "ip6",
      address: FIRST_V6 + BigInt(place),
      prefix: 128,
      interface: name,
    },
  ]);
  const sysctls = new Map(Object.entries(SYSCTLS));
  const routes = (["ip", "ip6"] as const).map((family) => ({
    family,
    destination: 0n,
    prefix: 0,
    kind: "unicast" as const,
    interface: null,
    gateway: null,
    preferredSource: null,
    metric: 0,
    table: MAIN_TABLE,
  }));
  const host: Host = { interfaces, routes, rules: [], sysctls, addresses };
  return {
    interfaces: names,
    setup: {
      sysctls: SYSCTLS,
      interfaces: names,
      mtu: MTU,
      addresses: addresses.map(
        ({ family, address, prefix, interface: device }) =>
          `${family === "ip" ? formatIpv4(address) : formatIpv6(address)}/${prefix} dev ${device}`,
      ),
    },
    hostFor: (spec, others = []) => withDestinations(host, addresses, spec, others),
  };
}

/**
 * A packet to the device itself makes its destination an address of the device. What NAT turns away
 * from the loopback device leaves by the first of the others.
 */
function withDestinations(
  { routes, ...rest }: Host,
  addresses: readonly HostAddress[],
  spec: PacketSpec,
  others: readonly PacketSpec[],
): Host {
  const [first] = rest.interfaces;
  const host: Host =
    spec.out === "lo" && first !== undefined
      ? { ...rest, routes: routes.map((route) => ({ ...route, interface: first.name })) }
      : { ...rest, routes };
  const own = [spec, ...others].flatMap(addressesOf);
  return own.length === 0 ? host : { ...host, addresses: [...addresses, ...own] };
}

const LINK_LOCAL = 0xfe80n >> 6n;

/** The addresses that the device has because of a packet, each with what it is on. */
export function ownAddresses(sketch: OwnEnds, host: LabHost): readonly OwnAddress[] {
  return ownEnds(sketch)
    .filter((address) => !isLabAddress(sketch.family, address, host))
    .map((address) => [
      sketch.family === "ip" ? formatIpv4(address) : formatIpv6(address),
      deviceOf(sketch, address) ?? "lo",
    ]);
}

type OwnEnds = Pick<PacketSpec, "family" | "source" | "destination" | "path" | "in" | "out">;

/** The destination of what comes in or stays here, and the source of what the device sends. */
function ownEnds(packet: OwnEnds): readonly bigint[] {
  const { family, source, destination, path } = packet;
  const ends = [isForSelf(packet) ? destination : null, path === "output" ? source : null];
  return ends.filter((address) => address !== null && !isSpecial(family, address)) as bigint[];
}

/** Link-local addresses are those of a device; others are the host's as a whole. */
function deviceOf({ family, in: from, out }: OwnEnds, address: bigint): string | null {
  return family === "ip6" && address >> 118n === LINK_LOCAL ? (from ?? out) : null;
}

function addressesOf(spec: PacketSpec): readonly HostAddress[] {
  return ownEnds(spec).map((address) => ({
    family: spec.family,
    address,
    prefix: spec.family === "ip" ? 32 : 128,
    interface: deviceOf(spec, address) ?? NO_INTERFACE,
  }));
}

/** Addresses that are nobody's, or everybody's. */
function isSpecial(family: "ip" | "ip6", address: bigint): boolean {
  if (address === 0n) return true;
  if (family === "ip6") return address === 1n || address >> 120n === 0xffn;
  return address >> 24n === 127n || address >> 28n === 14n || address === 0xffffffffn;
}

/** Whether an address belongs to the namespace whatever the packet says. */
export function isLabAddress(family: "ip" | "ip6", address: bigint, host: LabHost): boolean {
  const count = BigInt(host.interfaces.length);
  const first = family === "ip" ? FIRST_V4 : FIRST_V6;
  return address >= first && address < first + count;
}
