import fc from "fast-check";
import { expect, test } from "vitest";
import { formatIpv4 } from "../../src/engine/base/address.ts";
import { single } from "../../src/engine/base/range.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { judgeIntents } from "../../src/engine/intents/judge.ts";
import type { FlowPattern, IntentKind } from "../../src/engine/intents/model.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { Path } from "../../src/engine/packet/packet.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { RANDOM_RUNS, RANDOM_SEED, randomRuleset } from "./randomRuleset.ts";

/*
 * Intents against the interpreter: what holds is kept by each packet that the interpreter walks, and
 * what is broken is broken by the packet that the answer shows.
 */

const LONG_MS = 300_000;
const PATHS: readonly Path[] = ["forward", "input", "output"];
const CLIENTS = [0x0a000004n, 0x0a000005n, 0xc0000203n];
const SERVERS = [0xc6336407n, 0x0a000009n];
const PORTS = [25n, 53n];
const CLIENT_PORTS = [1024, 40000];

function pattern(path: Path, port: bigint): FlowPattern {
  const one = (addresses: readonly bigint[]) => new Map([["ip", addresses.map(single)] as const]);
  return {
    path,
    from: { addresses: one(CLIENTS), interfaces: path === "output" ? null : ["eth0"] },
    to: { addresses: one(SERVERS), interfaces: path === "input" ? null : ["wan0"] },
    services: [{ kind: "ports", protocol: 6, ports: [single(port)] }],
  };
}

/** First packets of the flows, in packet notation. */
function firstPackets(path: Path, port: bigint): readonly string[] {
  const interfaces = [path === "output" ? "" : "in=eth0", path === "input" ? "" : "out=wan0"];
  return CLIENTS.flatMap((client) =>
    SERVERS.flatMap((server) =>
      CLIENT_PORTS.map(
        (from) =>
          `tcp ${formatIpv4(client)}:${from} > ${formatIpv4(server)}:${port} ${interfaces.join(" ")} flags=syn ip.ttl=64 state=new path=${path}`,
      ),
    ),
  );
}

/** All verdicts that a packet can meet; null where that is not known in full. */
function verdictsOf(device: Device, text: string): readonly string[] | null {
  const spec = parsePacket(text);
  if (isNotationError(spec)) throw new Error(`${text}: ${spec.message}`);
  const { outcomes, complete } = interpret(device, spec, { host: null });
  return complete ? [...new Set(outcomes.map(({ verdict }) => verdict))] : null;
}

function problemOf(device: Device, kind: IntentKind, path: Path, port: bigint): string | null {
  const [answer] = judgeIntents(device, [{ kind, flows: [pattern(path, port)] }]);
  if (answer === undefined) return "no answer";
  const allows = (verdict: string) => (verdict === "accept") === (kind === "reachable");
  if (answer.status === "broken") {
    const { packet = "", part } = answer.example ?? {};
    if (part !== "first") return null;
    const verdicts = verdictsOf(device, packet);
    return verdicts === null || !verdicts.every(allows) ? null : `${packet} is shown as broken`;
  }
  if (answer.status === "undecided") return null;
  const broken = firstPackets(path, port).find(
    (text) => verdictsOf(device, text)?.every(allows) === false,
  );
  return broken === undefined ? null : `${kind} holds, but for ${broken}`;
}

test(
  "what holds is kept by every packet, and what is broken has one that shows it",
  () => {
    fc.assert(
      fc.property(
        randomRuleset,
        fc.constantFrom<IntentKind>("reachable", "blocked"),
        fc.constantFrom(...PORTS),
        (text, kind, port) => {
          const { device, refused } = readDevice({ files: new Map([["r", text]]), roots: ["r"] });
          fc.pre(refused.length === 0);
          for (const path of PATHS) expect(problemOf(device, kind, path, port)).toBeNull();
        },
      ),
      { numRuns: 100 * RANDOM_RUNS, seed: RANDOM_SEED },
    );
  },
  LONG_MS,
);
