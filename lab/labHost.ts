import { formatIpv4, formatIpv6 } from "../src/engine/base/address.ts";
import type { Device } from "../src/engine/device/device.ts";
import type { Host, HostAddress, HostInterface } from "../src/engine/device/host.ts";
import type { IpFamily, PacketSpec } from "../src/engine/packet/packet.ts";
import type { KernelSetup, OwnAddress } from "./kernel.ts";
import { isForSelf } from "./sketch.ts";
import { visitTests } from "./visit.ts";

/** Bytes of a link: more than any packet that is sent. */
const MTU = 65000;
/** First addresses of a namespace, of each family. */
export interface FirstAddresses {
  readonly ip: bigint;
  readonly ip6: bigint;
}

/** Networks for benchmarks and documentation (RFC 2544, 3849): few rulesets name them. */
const USUAL: FirstAddresses = { ip: 0xc6120001n, ip6: 0x20010db8ffff00000000000000000001n };
/** Global addresses, for rulesets that refuse all reserved networks. */
const GLOBAL: FirstAddresses = { ip: 0x2c800001n, ip6: 0x2a00ffff000000000000000000000001n };
/** Ranges with so many addresses say nothing of one network. */
const WIDE: FirstAddresses = { ip: 1n << 28n, ip6: 1n << 124n };

/** Addresses that the rules do not single out. */
export function firstAddresses(device: Device): FirstAddresses {
  const isNamed = { ip: false, ip6: false };
  visitTests(device, (selector, ranges) => {
    const [family] = selector.split(" ");
    if ((family !== "ip" && family !== "ip6") || !/addr$/.test(selector)) return;
    const address = USUAL[family];
    for (const { from, to } of ranges)
      if (from <= address && address <= to && to - from < WIDE[family]) isNamed[family] = true;
  });
  return {
    ip: isNamed.ip ? GLOBAL.ip : USUAL.ip,
    ip6: isNamed.ip6 ? GLOBAL.ip6 : USUAL.ip6,
  };
}
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
  readonly first: FirstAddresses;
  /** What surrounds the ruleset as this packet finds it, with addresses that the device has for a time. */
  hostFor(spec: PacketSpec, own: readonly HostAddress[]): Host;
}

/** A namespace with one TUN device for each name, each with an address of its own. */
export function makeLabHost(names: readonly string[], first = USUAL): LabHost {
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
      address: first.ip + BigInt(place),
      prefix: 32,
      interface: name,
    },
    {
      family: "ip6",
      address: first.ip6 + BigInt(place),
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
    first,
    setup: {
      sysctls: SYSCTLS,
      interfaces: names,
      mtu: MTU,
      addresses: addresses.map(
        ({ family, address, prefix, interface: device }) =>
          `${family === "ip" ? formatIpv4(address) : formatIpv6(address)}/${prefix} dev ${device}`,
      ),
    },
    hostFor: (spec, own) => withAddresses(host, addresses, spec, own),
  };
}

/** What NAT turns away from the loopback device leaves by the first of the others. */
function withAddresses(
  { routes, ...rest }: Host,
  addresses: readonly HostAddress[],
  spec: PacketSpec,
  own: readonly HostAddress[],
): Host {
  const [first] = rest.interfaces;
  const host: Host =
    spec.out === "lo" && first !== undefined
      ? { ...rest, routes: routes.map((route) => ({ ...route, interface: first.name })) }
      : { ...rest, routes };
  /* They are routes of the table `local`: no interface has them, whatever it takes to reach them. */
  const routed = own.map((address) => ({ ...address, interface: NO_INTERFACE }));
  return own.length === 0 ? host : { ...host, addresses: [...addresses, ...routed] };
}

const LINK_LOCAL = 0xfe80n >> 6n;

type Ends = Pick<PacketSpec, "family" | "source" | "destination" | "path" | "in" | "out"> & {
  readonly besides?: bigint;
};

/**
 * The addresses that the device has because of a packet, each with what it is on: the destination of what
 * comes in or stays here, and the source of what the device sends.
 */
export function ownEnds(packet: Ends, host: LabHost): readonly HostAddress[] {
  const { family, source, destination, path } = packet;
  const { besides = null } = packet;
  const ends = [isForSelf(packet) ? destination : null, path === "output" ? source : null, besides];
  return ends
    .filter((address) => address !== null)
    .filter((address) => isPlaceable(family, address, host))
    .map((address) => ({
      family,
      address,
      prefix: family === "ip" ? 32 : 128,
      interface: deviceOf(packet, address) ?? NO_INTERFACE,
    }));
}

/** The addresses that are elsewhere because of a packet: those of whom it comes from or goes to. */
export function awayEnds(packet: Ends, host: LabHost): readonly bigint[] {
  const { family, source, destination, path } = packet;
  const ends = [isForSelf(packet) ? null : destination, path === "output" ? null : source];
  return ends
    .filter((address) => address !== null)
    .filter((address) => isPlaceable(family, address, host));
}

/** Link-local addresses are those of a device; others are the host's as a whole. */
function deviceOf({ family, in: from, out }: Ends, address: bigint): string | null {
  return family === "ip6" && address >> 118n === LINK_LOCAL ? (from ?? out) : null;
}

/** As the kernel is told: an address without a device of its own is on the loopback device. */
export function ownAddressOf({ family, address, interface: device }: HostAddress): OwnAddress {
  const text = family === "ip" ? formatIpv4(address) : formatIpv6(address);
  return [text, device === NO_INTERFACE ? "lo" : device];
}

/** Whether an address can be here or elsewhere: not one that is somewhere in any case. */
function isPlaceable(family: IpFamily, address: bigint, host: LabHost): boolean {
  return !isSpecial(family, address) && !isLabAddress(family, address, host);
}

/** Addresses that are nobody's, or everybody's. */
function isSpecial(family: IpFamily, address: bigint): boolean {
  if (address === 0n) return true;
  if (family === "ip6") return address === 1n || address >> 120n === 0xffn;
  return address >> 24n === 127n || address >> 28n === 14n || address === 0xffffffffn;
}

/** Whether an address belongs to the namespace whatever the packet says. */
export function isLabAddress(family: IpFamily, address: bigint, host: LabHost): boolean {
  const count = BigInt(host.interfaces.length);
  const first = host.first[family];
  return address >= first && address < first + count;
}
