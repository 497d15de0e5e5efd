import {
  formatIpv4,
  formatIpv6,
  parseIpv4,
  parseIpv6,
  prefixRange,
} from "../../engine/base/address.ts";
import type { Printed, SimulatedInterface, SimulatedLinks } from "../model.ts";
import { done, failed } from "./printed.ts";

/** What `ip` prints; null: it is no command of it that is known here. */
export function runIp(words: readonly string[], links: SimulatedLinks): Printed | null {
  switch (words.join(" ")) {
    case "-j link":
      return json(linksOf(links));
    case "-j address":
      return json(addressesOf(links));
    case "-j route show table all":
      return json(routesOf(links, "ip"));
    case "-6 -j route show table all":
      return json(routesOf(links, "ip6"));
    case "-j rule":
      return json(RULES);
    default:
      return words.slice(0, 3).join(" ") === "-o route get" ? routeGet(words, links) : null;
  }
}

function json(value: unknown): Printed {
  return done(`${JSON.stringify(value)}\n`);
}

/** Without rules of policy: the tables that each kernel asks. */
const RULES = [
  { priority: 0, src: "all", table: "local" },
  { priority: 32_766, src: "all", table: "main" },
  { priority: 32_767, src: "all", table: "default" },
];

const MTU = 1_500;
const LOOPBACK_MTU = 65_536;

function linksOf({ interfaces }: SimulatedLinks): readonly object[] {
  const common = { qdisc: "noqueue", operstate: "UP", linkmode: "DEFAULT", group: "default" };
  const loopback = {
    ifindex: 1,
    ifname: "lo",
    flags: ["LOOPBACK", "UP", "LOWER_UP"],
    mtu: LOOPBACK_MTU,
    ...common,
    operstate: "UNKNOWN",
    link_type: "loopback",
    address: "00:00:00:00:00:00",
    broadcast: "00:00:00:00:00:00",
  };
  const others = interfaces.map(({ name }, i) => ({
    ifindex: i + 2,
    ifname: name,
    flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    mtu: MTU,
    ...common,
    link_type: "ether",
    address: macText(i),
    broadcast: "ff:ff:ff:ff:ff:ff",
  }));
  return [loopback, ...others];
}

function macText(index: number): string {
  return `02:00:00:00:00:${(index + 1).toString(16).padStart(2, "0")}`;
}

function addressesOf(links: SimulatedLinks): readonly object[] {
  return linksOf(links).map((link, i) => ({
    ...link,
    addr_info: (i === 0 ? ["127.0.0.1/8"] : (links.interfaces[i - 1]?.addresses ?? [])).map(
      (text) => {
        const { family, local, prefix } = splitAddress(text);
        return {
          family: family === "ip" ? "inet" : "inet6",
          local,
          prefixlen: prefix,
          scope: i === 0 ? "host" : "global",
        };
      },
    ),
  }));
}

interface Split {
  readonly family: "ip" | "ip6";
  readonly local: string;
  readonly value: bigint;
  readonly prefix: number;
}

function splitAddress(text: string): Split {
  const [local = "", length] = text.split("/");
  const four = parseIpv4(local);
  const value = four ?? parseIpv6(local);
  if (value === null) throw new Error(`\`${text}\` is no address of a simulated host`);
  const family = four === null ? "ip6" : "ip";
  return { family, local, value, prefix: Number(length ?? widthOf(family)) };
}

function widthOf(family: "ip" | "ip6"): number {
  return family === "ip" ? 32 : 128;
}

function routesOf(
  { interfaces, gateway }: SimulatedLinks,
  family: "ip" | "ip6",
): readonly object[] {
  const isOf = (text: string) => splitAddress(text).family === family;
  const behind = gateway !== null && isOf(gateway) ? interfaceTo(interfaces, gateway) : null;
  const connected = interfaces.flatMap(({ name, addresses }) =>
    addresses.filter(isOf).map((text) => {
      const { local } = splitAddress(text);
      return {
        dst: networkText(text),
        dev: name,
        protocol: "kernel",
        scope: "link",
        prefsrc: local,
        flags: [],
      };
    }),
  );
  const outside =
    gateway === null || behind === null
      ? []
      : [{ dst: "default", gateway, dev: behind, flags: [] }];
  return [...outside, ...connected];
}

function networkText(text: string): string {
  const { family, value, prefix } = splitAddress(text);
  const { from } = prefixRange(value, prefix, widthOf(family));
  return `${family === "ip" ? formatIpv4(from) : formatIpv6(from)}/${prefix}`;
}

/** The interface behind which an address lies; null: none of them says so. */
function interfaceTo(interfaces: readonly SimulatedInterface[], address: string): string | null {
  const wanted = splitAddress(address);
  const found = interfaces.find(({ addresses }) =>
    addresses.some((text) => {
      const own = splitAddress(text);
      if (own.family !== wanted.family) return false;
      const { from, to } = prefixRange(own.value, own.prefix, widthOf(own.family));
      return from <= wanted.value && wanted.value <= to;
    }),
  );
  return found?.name ?? null;
}

/** `ip -o route get CLIENT from SERVER`. */
function routeGet([, , , to = "", , from = ""]: readonly string[], links: SimulatedLinks): Printed {
  const { interfaces, gateway, management } = links;
  const known = management?.client === to ? management.interface : null;
  const name =
    known ?? interfaceTo(interfaces, to) ?? (gateway && interfaceTo(interfaces, gateway));
  if (name === null) return failed(2, "RTNETLINK answers: Network is unreachable");
  return done(`${to} from ${from} dev ${name} \\    cache \n`);
}
