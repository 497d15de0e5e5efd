import { expect, test } from "vitest";
import { describeWith } from "../test/requirements.ts";
import { Chance, seedOf } from "./chance.ts";
import { judgeScenarios } from "./judgeScenarios.ts";
import type { Scenario } from "./scenario.ts";
import { type Sketch, TCP } from "./sketch.ts";

/** Tells apart all that connection tracking can say of a segment. */
const RULES = `table inet t {
 chain f {
  type filter hook forward priority 0; policy accept;
  ct state invalid counter accept
  ct state new counter accept
  ct state established ct direction original ct status assured counter accept
  ct state established ct direction reply ct status assured counter accept
  ct state established ct direction original counter accept
  ct state established ct direction reply counter accept
  counter
 }
}
`;
const CONVERSATIONS = 250;
const SEGMENTS = 10;
const SIDES = [
  { address: 0x0a000005n, port: 40000, device: "lab0" },
  { address: 0xc6336407n, port: 80, device: "lab1" },
] as const;
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const FLAGS = [SYN, SYN | ACK, ACK, ACK, ACK | 8, FIN | ACK, RST, RST | ACK, SYN | 0xc0] as const;
/** How far a number is from the one that is due: within windows, at their edges and beyond. */
const SHIFTS = [0, 0, 0, 0, 1, -1, -700, 900, 63_990, 64_100, -64_100, -70_000, 500_000] as const;
const WINDOWS = [64_000, 64_000, 64_000, 1000, 0] as const;

/** Both ends send what they like: mostly what is due, often enough something else. */
function conversation(chance: Chance): Scenario {
  const due = [1000 + chance.below(3) * 4_000_000, 5000];
  return Array.from({ length: SEGMENTS }, (_, place): Sketch => {
    const from = place === 0 ? 0 : chance.below(2);
    const flags = place === 0 && !chance.once(4) ? SYN : chance.pick(FLAGS);
    const payload = chance.once(3) ? 6 + chance.below(1200) : 6;
    const sequence = (due[from] ?? 0) + chance.pick(SHIFTS);
    const acknowledgement = (flags & ACK) === 0 ? 0 : (due[1 - from] ?? 0) + chance.pick(SHIFTS);
    if (!chance.once(3)) due[from] = sequence + payload + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    return segment(from, { flags, sequence, acknowledgement }, payload, chance.pick(WINDOWS));
  });
}

function segment(from: number, tcp: Sketch["tcp"], payload: number, window: number): Sketch {
  const [source, destination] = from === 0 ? SIDES : ([SIDES[1], SIDES[0]] as const);
  return {
    family: "ip",
    protocol: TCP,
    source: source.address,
    destination: destination.address,
    sourcePort: source.port,
    destinationPort: destination.port,
    path: "forward",
    in: source.device,
    out: destination.device,
    tcp,
    icmp: { type: 0, code: 0, id: 0 },
    ttl: 64,
    dscp: 0,
    ecn: 0,
    payload,
    mark: 0,
    uid: 0,
    gid: 0,
    more: [`win=${window}`],
  };
}

describeWith(
  ["root", "nft", "ip", "python3"],
  "connection tracking follows TCP as the kernel",
  () => {
    test("whatever the two ends send", { timeout: 120_000 }, async () => {
      const chance = new Chance(seedOf("segments"));
      const scenarios = Array.from({ length: CONVERSATIONS }, () => conversation(chance));
      const tally = await judgeScenarios(RULES, scenarios);
      expect(tally.packets).toBe(CONVERSATIONS * SEGMENTS);
      expect(tally.disagreements).toEqual([]);
    });
  },
);
