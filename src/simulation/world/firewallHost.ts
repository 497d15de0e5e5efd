import { parseIpv4 } from "../../engine/base/address.ts";
import type { Host } from "../../engine/device/host.ts";
import { MANAGEMENT, managementAddress, ZONES } from "./plan.ts";

const PREFIX = 24;
const MTU = 1_500;
const MAIN_TABLE = 254;
/** MAC addresses that nobody else gives out (IEEE 802: locally administered). */
const FIRST_MAC = 0x02_00_00_00_10_00n;

const sides = [
  ...Object.values(ZONES).map((zone) => ({ name: zone.interface, network: zone.network, own: 1 })),
  { name: MANAGEMENT.interface, network: MANAGEMENT.network, own: managementAddress("fw1") },
].map(({ name, network, own }) => ({
  name,
  network: address(`${network}.0`),
  own: address(typeof own === "string" ? own : `${network}.${own}`),
}));

/** What surrounds the firewall's ruleset, for the interpreter. */
export const FIREWALL_HOST: Host = {
  interfaces: sides.map(({ name }, index) => ({
    name,
    index: index + 2,
    group: 0,
    mtu: MTU,
    mac: FIRST_MAC + BigInt(index),
    bridge: null,
  })),
  addresses: sides.map(({ name, own }) => ({
    family: "ip",
    address: own,
    prefix: PREFIX,
    interface: name,
  })),
  routes: [
    ...sides.map(({ name, network }) => routeOf(network, PREFIX, name)),
    routeOf(0n, 0, ZONES.internet.interface),
  ],
  rules: [],
  sysctls: new Map([["net.ipv4.ip_forward", "1"]]),
};

function routeOf(destination: bigint, prefix: number, name: string): Host["routes"][number] {
  return {
    family: "ip",
    destination,
    prefix,
    kind: "unicast",
    interface: name,
    gateway: null,
    preferredSource: null,
    metric: 0,
    table: MAIN_TABLE,
  };
}

/** Of an address that is written in the plan. */
export function address(text: string): bigint {
  const value = parseIpv4(text);
  if (value === null) throw new Error(`\`${text}\` is no IPv4 address`);
  return value;
}
