import type { Chance } from "../../../lab/chance.ts";

/* Packets near the borders of what rules ask for: the last that one matches, and the first that it does not. */

/** Packets in notation, for every path: of the addresses, ports and interfaces that stand in `text`, and next to them. */
export function bordersOf(text: string, chance: Chance, count: number): readonly string[] {
  const isSix = /fd00::|2001:db8/.test(text);
  const four = nearby(text, /(?<!\d\.)\b(\d+\.\d+\.\d+\.)(\d+)(?![\d.])/g);
  const six = nearby(text, /((?:fd00|2001:db8(?::\d+)?)::)(\d+)/g);
  const numbers = [...text.matchAll(/(?<=ports? [^a-z]*)\d+/g)].flatMap(([port]) => [
    Number(port) - 1,
    Number(port),
    Number(port) + 1,
  ]);
  const ports = [...new Set([...numbers, 1024, 40_000])].filter(
    (port) => port >= 0 && port < 65_536,
  );
  const devices = ["lan", "wan", "wan0", "wan1", "eth0", "eth1", "dmz"] as const;
  return Array.from({ length: count }, () => {
    const hosts = isSix && six.length > 0 && chance.once(3) ? six : four;
    const protocol = chance.pick(["tcp", "tcp", "udp", hosts === six ? "icmpv6" : "icmp"] as const);
    const end = () => {
      const host = chance.pick(hosts) ?? "10.0.0.7";
      if (protocol.startsWith("icmp")) return host;
      return `${hosts === six ? `[${host}]` : host}:${chance.pick(ports)}`;
    };
    const type = protocol.startsWith("icmp") ? ` type=${chance.pick([0, 8, 128, 3] as const)}` : "";
    const flags =
      protocol === "tcp" ? ` tcp.flags=${chance.pick(["syn", "ack", "syn,ack"] as const)}` : "";
    const state = chance.pick([
      "new",
      "new",
      "established dir=original",
      "invalid",
      "untracked",
    ] as const);
    const mark = chance.pick(["", "", " meta.mark=1", " meta.mark=2"] as const);
    const places = `in=${chance.pick(devices)} out=${chance.pick(devices)}`;
    return `${protocol} ${end()} > ${end()}${type}${flags} ${places} state=${state}${mark}`;
  });
}

/** The numbers that `pattern` finds behind their prefix, and those next to them. */
function nearby(text: string, pattern: RegExp): readonly string[] {
  const found = [...text.matchAll(pattern)].flatMap(([, start = "", last = ""]) =>
    [-1, 0, 1].map((step) => `${start}${Math.min(255, Math.max(0, Number(last) + step))}`),
  );
  return [...new Set([...found, ...(text.includes("fd00") ? [] : ["10.0.0.7"])])];
}
