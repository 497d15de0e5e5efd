import fc from "fast-check";
import { expect, test } from "vitest";
import { formatIpv4, formatIpv6 } from "../../src/engine/base/address.ts";
import { interfaceNameValue } from "../../src/engine/base/interfaceName.ts";
import { inRanges, single } from "../../src/engine/base/range.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { ANYWHERE } from "../../src/engine/intents/model.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import {
  type Matrix,
  type MatrixClass,
  type MatrixQuestion,
  matrixOf,
} from "../../src/engine/matrix/index.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { IpFamily, Path } from "../../src/engine/packet/packet.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { RANDOM_RUNS, RANDOM_SEED, randomRuleset } from "./randomRuleset.ts";

/*
 * The matrix against the interpreter: each pair of hosts lies in one pair of classes, and packets between them fare
 * as its edge says.
 */

const LONG_MS = 300_000;
const PORT = 25n;
const ANY = [{ addresses: ANYWHERE, interfaces: null }];

interface Host {
  readonly family: IpFamily;
  readonly address: bigint;
  readonly interface: string;
}

const FOUR = [0x0a000004n, 0x0a000005n, 0xc0000203n, 0xc6336407n, 0xa0000001n];
const SIX = [
  (0x20010db8n << 96n) + 5n,
  (0x20010db8n << 96n) + (1n << 70n),
  (0xfd00n << 112n) + 3n,
  (0xf000n << 112n) + 1n,
];
const NAMES = ["eth0", "eth1", "wan0", "other9"];

const hosts = fc.oneof(
  fc.tuple(fc.constantFrom(...FOUR), fc.constantFrom(...FOUR)).map((ends) => ["ip", ends] as const),
  fc.tuple(fc.constantFrom(...SIX), fc.constantFrom(...SIX)).map((ends) => ["ip6", ends] as const),
);
const pairs = fc
  .tuple(hosts, fc.constantFrom(...NAMES), fc.constantFrom(...NAMES))
  .map(([[family, [from, to]], first, second]): readonly [Host, Host] => [
    { family, address: from, interface: first },
    { family, address: to, interface: second },
  ]);

/** What clients send, and what only somebody sends who tries. */
const ORDINARY = ["40000 flags=syn ip.ttl=64", "60001 flags=syn ip.ttl=7"];
const STRANGE = ["22 flags=syn ip.ttl=64", "1024 flags=ack,psh ip.ttl=64"];

function packetOf(from: Host, to: Host, kind: string, path: Path): string {
  const text = ({ family, address }: Host) =>
    family === "ip" ? formatIpv4(address) : `[${formatIpv6(address)}]`;
  const [port, ...rest] = kind.split(" ");
  const words = [
    path === "output" ? "" : `in=${from.interface}`,
    path === "input" ? "" : `out=${to.interface}`,
    ...rest.map((word) => (from.family === "ip6" ? word.replace("ip.ttl", "ip6.hoplimit") : word)),
  ];
  return `tcp ${text(from)}:${port} > ${text(to)}:${PORT} ${words.join(" ")} state=new path=${path}`;
}

/** All verdicts that a packet can meet; null where that is not known in full, or the kernel itself decides. */
function verdictsOf(device: Device, packet: string): readonly string[] | null {
  const spec = parsePacket(packet);
  if (isNotationError(spec)) throw new Error(`${packet}: ${spec.message}`);
  const { outcomes, complete } = interpret(device, spec, { host: null });
  if (!complete || outcomes.some(({ by }) => by.kind === "kernel")) return null;
  return [...new Set(outcomes.map(({ verdict }) => verdict))];
}

function classOf(classes: readonly MatrixClass[], host: Host): MatrixClass | undefined {
  const found = classes.filter(
    ({ family, ranges, interfaceRanges }) =>
      family === host.family &&
      inRanges(ranges, host.address) &&
      (interfaceRanges === null || inRanges(interfaceRanges, interfaceNameValue(host.interface))),
  );
  if (found.length > 1) throw new Error(`${found.map(({ id }) => id)} share a host`);
  return found[0];
}

function problemOf(
  device: Device,
  { sources, destinations, edges }: Matrix,
  [from, to]: readonly [Host, Host],
  path: Path,
): string | null {
  const [source, target] = [classOf(sources, from), classOf(destinations, to)];
  const edge = edges.find((one) => one.from === source?.id && one.to === target?.id);
  for (const kind of [...ORDINARY, ...STRANGE]) {
    const packet = packetOf(from, to, kind, path);
    const verdicts = verdictsOf(device, packet);
    if (verdicts === null) continue;
    if (edge === undefined) return `${packet} is in no class: ${verdicts.join()}`;
    const isAccepted = verdicts.every((verdict) => verdict === "accept");
    const isLost = verdicts.every((verdict) => verdict === "drop" || verdict === "reject");
    if (edge.reach.kind === "yes" && !isAccepted && ORDINARY.includes(kind))
      return `${packet} is said to reach: ${verdicts.join()}`;
    if (edge.reach.kind === "no" && !isLost)
      return `${packet} is said not to reach: ${verdicts.join()}`;
  }
  return null;
}

test(
  "each packet of a service fares as the edge of its classes says",
  () => {
    let told = 0;
    fc.assert(
      fc.property(
        randomRuleset,
        fc.array(pairs, { minLength: 6, maxLength: 6 }),
        fc.constantFrom<Path>("forward", "input", "output"),
        (text, some, path) => {
          const { device, refused } = readDevice({ files: new Map([["r", text]]), roots: ["r"] });
          fc.pre(refused.length === 0);
          const question: MatrixQuestion = {
            path,
            state: "new",
            services: [{ kind: "ports", protocol: 6, ports: [single(PORT)] }],
            from: ANY,
            to: ANY,
            unknown: null,
          };
          const result = matrixOf(device, question);
          /* Masks with holes cut addresses into millions of pieces. */
          fc.pre(result.kind === "done");
          if (result.kind !== "done") return;
          fc.pre(result.matrix.more.sources + result.matrix.more.destinations === 0);
          const reaches = result.matrix.edges.map(({ reach }) => reach);
          expect(reaches.filter((one) => JSON.stringify(one).includes("report it"))).toEqual([]);
          told += reaches.filter(({ kind }) => kind !== "depends").length;
          for (const pair of some) expect(problemOf(device, result.matrix, pair, path)).toBeNull();
        },
      ),
      { numRuns: 60 * RANDOM_RUNS, seed: RANDOM_SEED },
    );
    expect(told).toBeGreaterThan(100);
  },
  LONG_MS,
);
