import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FALSE, terminals } from "../../src/engine/bdd/index.ts";
import { headersUnder } from "../../src/engine/compile/compilePath.ts";
import { beginAnalysis, compilePath, type Fate, NONE } from "../../src/engine/compile/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { EMPTY_DEVICE } from "../../src/engine/device/empty.ts";
import { headersOf } from "../../src/engine/packet/header/fromSpec.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { Path } from "../../src/engine/packet/packet.ts";
import { type Expectation, load, type Vector } from "./playVector.ts";

/*
 * The compiler against what the kernel did: among the fates of all headers that fit a measured packet
 * there must be the measured one. It does not apply where the packet is no header of a diagram
 * (fragments, bad checksums, odd shapes), where the kernel itself decided, where routes or addresses
 * of the device did, or where packets before it did (sequences).
 */

/** Vectors in which the device around the ruleset decides, each with what it is. */
const DECIDED_BY_DEVICE: ReadonlyMap<string, string> = new Map([
  ["the kernel's 11/0 passes the output hook: policy drop there makes it silent", "time to live"],
  ["ether type ip on TAP and TUN", "a link without Ethernet header"],
  ["frame for another host's MAC is not forwarded; broadcast frame neither", "the frame's address"],
  ["dnat to a local address turns forward into input", "own addresses"],
  [
    "strict rp_filter drops a source that is routed elsewhere, before forward; nothing answers",
    "routes",
  ],
  ["routes of kind prohibit and unreachable answer by themselves", "routes"],
  ["}} closing without newline is refused by nft 1.0.6", "newer versions of nft take it"],
  [
    "frame to another host's MAC (pkttype otherhost) never reaches iptables' INPUT or FORWARD",
    "the frame's address",
  ],
  ["pkttype broadcast on Ethernet: IP unicast in a broadcast frame", "the frame's address"],
  [
    "mac source match on a device without Ethernet never matches, nor does its negation",
    "a link without Ethernet header",
  ],
  ["ctstatus SEEN_REPLY, ASSURED, NONE and CONFIRMED", "packets before it"],
]);

const LONG_MS = 120_000;

type Applies = "agrees" | "does not apply" | string;

/** Parts of a packet that diagrams do not hold. */
const ODD = /frag|csum|checksum|ext=|ipopt|ip\.options|opts=|mss=|payload|len=|inner=|seq=|hook=/;
const HISTORY = /sequence|wait|quota|limit|recent|connlimit|ct count|hashlimit|statistic|numgen/i;

function compare(device: Device, packet: string, expected: Expectation): Applies {
  if (ODD.test(packet) || expected.by !== undefined) return "does not apply";
  const spec = parsePacket(packet, { lengthIsExtra: true });
  if (isNotationError(spec)) return "does not apply";
  const path: Path =
    spec.path ?? (spec.in === null ? "output" : spec.out === null ? "input" : "forward");
  const analysis = beginAnalysis([device]);
  const { arena, layout, fates } = analysis;
  const compiled = compilePath(analysis, device, path);
  const domain = headersUnder(analysis, path, [compiled]);
  const headers = arena.and(domain, headersOf(layout, { ...spec, path }));
  if (headers === FALSE) return "does not apply";
  const possible = terminals(arena, arena.and(headers, compiled.diagram))
    .filter((number) => number !== NONE)
    .map((number) => fates.fate(number));
  if (possible.some((fate) => isSeen(fate, expected))) return "agrees";
  return `${packet}: kernel ${expected.verdict} ${expected.answer}; compiled ${possible.map(({ kind }) => kind).join(" | ")}`;
}

/** A reject that nobody hears looks like a drop; a queue without a listener too. */
function isSeen(fate: Fate, { verdict, ruleVerdict, answer }: Expectation): boolean {
  if (fate.kind === "undecided" || fate.kind === "kernel") return true;
  if (fate.kind === "queue") return true;
  if (fate.kind === "reject")
    return verdict === "reject" || (verdict === "drop" && answer === "none");
  return fate.kind === (ruleVerdict ?? verdict);
}

function isAlone(vector: Vector): boolean {
  const steps = vector.packets.some(({ packet }) => packet === undefined);
  return vector.sequence !== true && !steps && !HISTORY.test(vector.name + vector.area);
}

/** Where the device's own routes and addresses decide, a ruleset alone cannot tell. */
function isAboutRulesAlone({ setup }: Vector): boolean {
  const { ip, bridge } = setup;
  const isEmpty = (value: unknown) =>
    value === undefined || value === null || JSON.stringify(value).length <= 2;
  return isEmpty(ip) && isEmpty(bridge);
}

describe.each(["nftables", "iptables"])("measured vectors: %s", (file) => {
  const vectors: readonly Vector[] = readFileSync(`test/semantics/${file}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

  test("the compiler finds possible what the kernel did", { timeout: LONG_MS }, () => {
    let agreed = 0;
    const problems = vectors
      .filter((vector) => isAlone(vector) && isAboutRulesAlone(vector))
      .filter(({ name }) => !DECIDED_BY_DEVICE.has(name))
      .flatMap(({ name, rulesets, packets }) => {
        const device = rulesets.reduce(load, EMPTY_DEVICE);
        return packets.flatMap(({ packet = "", expect: expected }) => {
          const result =
            expected === undefined ? "does not apply" : compare(device, packet, expected);
          if (result === "agrees") agreed++;
          return result === "agrees" || result === "does not apply" ? [] : [`${name}: ${result}`];
        });
      });
    expect(problems).toEqual([]);
    expect(agreed).toBeGreaterThan(300);
  });
});
