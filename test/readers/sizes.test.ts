import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/engine/bdd/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { RANDOM_SEED } from "./randomRuleset.ts";

/* Sizes of classes against counting: in a world so small that each packet can be walked. */

const SOURCES = [4, 5, 6, 7].map((host) => `10.0.0.${host}`);
const TARGETS = [8, 9].map((host) => `10.0.0.${host}`);
const PORTS = [1, 2, 3, 4];
const WORLD = SOURCES.flatMap((source) =>
  TARGETS.flatMap((target) => [
    ...["tcp", "udp"].flatMap((protocol) =>
      PORTS.flatMap((sport) =>
        PORTS.map((dport) => `${protocol} ${source}:${sport} > ${target}:${dport}`),
      ),
    ),
    ...[0, 8].flatMap((type) =>
      [0, 1].map((code) => `icmp ${source} > ${target} type=${type} code=${code}`),
    ),
    `gre ${source} > ${target}`,
  ]),
);

const FENCE = `ip saddr != 10.0.0.4/30 drop
ip daddr != 10.0.0.8/31 drop
ip protocol != { tcp, udp, icmp, gre } drop
tcp dport != 1-4 drop
tcp sport != 1-4 drop
udp dport != 1-4 drop
udp sport != 1-4 drop
icmp type != { 0, 8 } drop
icmp code != 0-1 drop`;

const MATCHES = [
  ["ip saddr 10.0.0.5", "ip saddr 10.0.0.4/31", "ip saddr != 10.0.0.6"],
  ["ip daddr 10.0.0.8", "ip daddr 10.0.0.8/31", "ip daddr 10.0.0.9"],
  [
    "tcp dport 2-3",
    "udp sport { 1, 4 }",
    "icmp type 8",
    "icmp code 1",
    "ip protocol gre",
    "tcp sport 1",
  ],
] as const;

function read(rules: string): Device {
  const text = `table ip t {\nchain c {\ntype filter hook forward priority 0\n${FENCE}\n${rules}\n}\n}\n`;
  return readDevice({ files: new Map([["r", text]]), roots: ["r"] }).device;
}

function endsOf(device: Device): readonly string[] {
  return WORLD.map((text) => {
    const packet = parsePacket(`${text} in=a out=b state=new`);
    if (isNotationError(packet)) throw new Error(packet.message);
    const { outcomes } = interpret(device, packet, { host: null });
    return outcomes.map(({ verdict }) => verdict).join();
  });
}

describe("sizes of all classes together", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])("are the packets that fare otherwise, ruleset %i", (run) => {
    const random = seededRandom(RANDOM_SEED * 100 + run);
    const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T;
    const rule = () => {
      const matches = MATCHES.map((some) => (random() < 0.6 ? pick<string>(some) : ""));
      return `${matches.join(" ")} ${pick(["accept", "drop"])}`;
    };
    const rules = () => Array.from({ length: 4 }, rule).join("\n");
    const [before, after] = [read(rules()), read(rules())];
    const others = endsOf(after);
    const expected = endsOf(before).filter((end, i) => end !== others[i]).length;
    const sizes = compareDevices(before, after).classes.map(({ size }) => BigInt(size.ip));
    expect(sizes.reduce((sum, size) => sum + size, 0n)).toBe(BigInt(expected));
  });
});
