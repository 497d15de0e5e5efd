import { seededRandom } from "../../src/engine/bdd/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { ANY_HOST } from "../../src/engine/matrix/hosts.ts";
import { type MatrixQuestion, matrixOf } from "../../src/engine/matrix/index.ts";
import { timed } from "../measure.ts";
import { packetsAtRandom } from "../packets.ts";
import { read } from "../read.ts";
import { type Row, row, type Target } from "../row.ts";
import { sizedRulesets } from "../sizedRulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** Who reaches whom for a service: all pairs of hosts, proved. */
export const MATRIX: Suite = {
  name: "matrix",
  title: "a device and a service to who reaches whom",
  needs: null,
  run,
};

/** Packets that the peer asks about: a handful of the pairs that the matrix tells of. */
const PACKETS: Readonly<Record<Scale, number>> = { full: 1_000, tiny: 5 };
const RUNS = 3;
const SEED = 11;

const TARGET: Target = {
  kind: "atMost",
  of: "value",
  limit: 3_000,
  why: "a person waits for one answer; so many packets tell nothing of the others",
};

const ANYBODY = [{ addresses: ANY_HOST, interfaces: null }];
const SSH: MatrixQuestion = {
  path: "forward",
  state: "new",
  services: [{ kind: "ports", protocol: 6, ports: [{ from: 22n, to: 22n }] }],
  from: ANYBODY,
  to: ANYBODY,
  unknown: null,
};

function run(scale: Scale): readonly Row[] {
  return sizedRulesets(scale).map(({ name, text }) => {
    const device = read(text);
    const { ms, value } = timed(scale === "tiny" ? 1 : RUNS, () => matrixOf(device, SSH));
    const what = value.kind === "done" ? name : `${name} (not analysed)`;
    return row(what, ms, "ms", asked(device, PACKETS[scale]), TARGET);
  });
}

function asked(device: Device, count: number) {
  const packets = packetsAtRandom(count, seededRandom(SEED));
  const { ms } = timed(1, () => {
    for (const packet of packets) interpret(device, packet, { host: null });
  });
  return { name: `${count} packets asked one by one`, value: ms };
}
