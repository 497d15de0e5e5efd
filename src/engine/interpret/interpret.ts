import { formatIpv4, formatIpv6 } from "../base/address.ts";
import type { Device, Hook } from "../device/device.ts";
import type { Host } from "../device/host.ts";
import { buildWire } from "../packet/build.ts";
import { knowChecksums } from "../packet/checksum.ts";
import { PROTOCOL_NUMBERS } from "../packet/notation.ts";
import type { PacketSpec, Path } from "../packet/packet.ts";
import { readHeaders, type Wire } from "../packet/wire.ts";
import { Choices, type Condition, explore } from "./choices.ts";
import { indexDevice } from "./deviceIndex.ts";
import { reassemble } from "./fragments.ts";
import type { Memory } from "./memory.ts";
import type { Decider, FinalMarks, MarkValue, Outcome, PathStep } from "./outcome.ts";
import type { ChainResult } from "./runChain.ts";
import { track } from "./track.ts";
import { type Connection, DEFAULT_ZONES, NOT_TRACKED } from "./tracking.ts";
import { hasPorts, readAddress, readPort } from "./tuples.ts";
import { known, unknown, type Value } from "./value.ts";
import type { Walk } from "./walk.ts";
import { type PathEnd, walkPath } from "./walkPath.ts";

/** Everything that can happen to one packet: complete and disjoint. */
export interface Interpretation {
  readonly outcomes: readonly Outcome[];
  /** False: there were too many to follow; the packet is undecided. */
  readonly complete: boolean;
}

export interface Surroundings {
  readonly host: Host | null;
}

/** All that can happen to a packet without a history. */
export function interpret(
  device: Device,
  spec: PacketSpec,
  { host }: Surroundings,
): Interpretation {
  const packet = withPath(spec);
  const { results, complete } = explore((choices) => runWalk(device, packet, host, null, choices));
  return { outcomes: results.map((result) => result.outcome), complete };
}

/**
 * Plays one packet of a sequence: fields left out get ordinary values, and the memory is written.
 * Where an unknown is met all outcomes are told, the one that is remembered (no limiter hit, nothing
 * matched) first. Who saw what came of it says so with `happened`: then that is remembered.
 */
export function interpretNext(
  device: Device,
  spec: PacketSpec,
  { host }: Surroundings,
  memory: Memory,
  happened: (outcome: Outcome) => boolean = () => false,
): Interpretation {
  const packet = withPath(spec);
  const walk = (choices: Choices) => runWalk(device, packet, host, memory, choices).outcome;
  const choices = new Choices([]);
  memory.journal.begin();
  const outcome = walk(choices);
  if (choices.taken.length === 0) {
    memory.journal.commit();
    return { outcomes: [outcome], complete: true };
  }
  memory.journal.rollBack();
  const { results, complete } = explore((other) => {
    memory.journal.begin();
    const result = walk(other);
    memory.journal.rollBack();
    return { outcome: result, script: other.taken };
  });
  const seen = results.find((result) => happened(result.outcome));
  walk(new Choices(seen?.script ?? []));
  return { outcomes: results.map((result) => result.outcome), complete };
}

/** Without hook or path: both interfaces mean forward, only `in` input, only `out` output. */
export function withPath(spec: PacketSpec): PacketSpec {
  if (spec.path !== null || spec.hook !== null) return spec;
  const path: Path =
    spec.in === null && spec.out !== null
      ? "output"
      : spec.out === null && spec.in !== null
        ? "input"
        : "forward";
  return { ...spec, path };
}

interface WalkResult {
  readonly outcome: Outcome;
  readonly connection: Connection | null;
}

function runWalk(
  device: Device,
  spec: PacketSpec,
  host: Host | null,
  memory: Memory | null,
  choices: Choices,
): WalkResult {
  const walk = beginWalk(device, spec, host, memory, choices);
  const end = walkPath(walk);
  return {
    outcome: outcomeOf(walk, end),
    connection: walk.tracking.kind === "tracked" ? walk.tracking.connection : null,
  };
}

function beginWalk(
  device: Device,
  spec: PacketSpec,
  host: Host | null,
  memory: Memory | null,
  choices: Choices,
): Walk {
  const wire = firstWire(spec, memory);
  const mark = spec.values.get("meta mark");
  const walk: Walk = {
    device,
    index: indexDevice(device),
    host,
    memory,
    choices,
    spec,
    wire,
    headers: readHeaders(wire),
    versions: new Map(),
    tracking: NOT_TRACKED,
    hook: "prerouting",
    in: null,
    out: null,
    mark: initialMark(spec, mark),
    hasOwner: false,
    packetType: null,
    priority: null,
    steps: [],
    ownElements: new Map(),
    flowOf: (direction) =>
      direction === "reply" && spec.original === null ? null : firstPacket(walk),
    reassemble: () => reassembleWhole(walk),
    reassembleLocally: () =>
      walk.wire.family === "ip"
        ? reassembleWhole(walk)
        : { decision: "accept", rejectWith: null, by: { kind: "none" } },
    trackNow: () => (walk.index.tracks(spec.family) ? track(walk) : NOT_TRACKED),
    reassembled: false,
    looped: false,
    zones: DEFAULT_ZONES,
    cameAs: "",
    bridgeIn: null,
    bridgeOut: null,
    evaluations: 0,
  };
  walk.cameAs = headerText(walk);
  return walk;
}

/** From here on the packet is the whole datagram, also for who asks what was translated. */
function reassembleWhole(walk: Walk): ChainResult {
  const before = walk.wire;
  const result = reassemble(walk);
  if (walk.wire !== before) walk.cameAs = headerText(walk);
  return result;
}

/** In a sequence nothing of the packet is left open, not even the checksums. */
function firstWire(spec: PacketSpec, memory: Memory | null): Wire {
  const wire = buildWire(spec, { ordinary: memory !== null, marker: 0 });
  return memory === null ? wire : knowChecksums(wire, spec.shape.badChecksum);
}

/** A packet has no mark when it comes in; asked at a single hook, it may have any. */
function initialMark(spec: PacketSpec, mark: bigint | undefined): Value {
  if (mark !== undefined) return known(mark, 32);
  return spec.hook === null ? known(0n, 32) : unknown("meta mark", 32, "meta mark", "omitted");
}

const SYN = 2n;

/** Walks the first packet of the flow, for the NAT mapping and the mark that it leaves behind. */
function firstPacket(walk: Walk): Connection | null {
  const { spec } = walk;
  const first = spec.original ?? spec;
  const isReply = spec.direction === "reply";
  const values = new Map(first.values);
  values.delete("ct mark");
  /* A socket's mark is on all that it sends; what comes in has none before a rule gives it one. */
  const isOwn = spec.path === "output" && !isReply;
  if (spec.original === null && !isOwn) values.delete("meta mark");
  /* Who was answered began with SYN; what is repeated looks as it did. */
  const isRepeated = spec.state === "new" && spec.original === null;
  if (first.protocol === 6 && !isRepeated) values.set("tcp flags", SYN);
  const packet: PacketSpec = {
    ...first,
    state: "new",
    direction: "original",
    original: null,
    values,
    path: spec.original?.path ?? (isReply ? replyPath(spec.path) : spec.path),
    hook: null,
    in: first.in ?? (isReply ? spec.out : spec.in),
    out: first.out ?? (isReply ? spec.in : spec.out),
  };
  return runWalk(walk.device, packet, walk.host, null, walk.choices).connection;
}

function replyPath(path: Path | null): Path | null {
  return path === "input" ? "output" : path === "output" ? "input" : path;
}

function outcomeOf(walk: Walk, end: PathEnd): Outcome {
  const after = headerText(walk);
  return {
    verdict: end.verdict,
    rejectWith: end.rejectWith,
    answer: end.answer,
    by: end.by ?? decider(walk.steps, end.mainHook),
    translated: end.verdict === "accept" && after !== walk.cameAs ? after : null,
    leaves: end.leaves,
    steps: walk.steps,
    conditions: dedupe(walk.choices.conditions),
    marks: marksOf(walk),
    wire: walk.wire,
  };
}

function marksOf({ mark, tracking }: Walk): FinalMarks {
  const isConnected = tracking.kind === "tracked";
  return {
    packet: markValue(mark),
    connection: isConnected ? markValue(tracking.connection.mark) : null,
    isUntracked: tracking.kind === "untracked" || tracking.kind === "zoned",
  };
}

function markValue(value: Value): MarkValue {
  if (value.kind === "known") return value.value;
  return value.kind === "unknown" ? value.text : "none";
}

function dedupe(conditions: readonly Condition[]): readonly Condition[] {
  return [...conditions];
}

/** For accept: the last filter base chain of the path's main hook. */
function decider(steps: readonly PathStep[], mainHook: Hook): Decider {
  const main = steps.filter((step) => step.hook === mainHook && step.chainType !== "nat").at(-1);
  return main?.by ?? { kind: "none" };
}

const PROTOCOL_NAMES = new Map([...PROTOCOL_NUMBERS].map(([name, number]) => [number, name]));

/** `tcp 10.0.0.5:40000 > 198.51.100.7:25`; what is unknown is `?`. */
function headerText(walk: Walk): string {
  const { protocol } = walk.headers;
  const name =
    protocol === 58 ? "icmp" : (PROTOCOL_NAMES.get(protocol ?? -1) ?? `p${protocol ?? "?"}`);
  return `${name} ${endText(walk, "source")} > ${endText(walk, "destination")}`;
}

function endText(walk: Walk, which: "source" | "destination"): string {
  const address = readAddress(walk, which);
  const v6 = walk.wire.family === "ip6";
  const text =
    address.kind !== "known" ? "?" : v6 ? formatIpv6(address.value) : formatIpv4(address.value);
  if (!hasPorts(walk) || walk.headers.fragmentOffset > 0) return v6 ? `[${text}]` : text;
  const port = readPort(walk, which);
  return `${v6 ? `[${text}]` : text}:${port.kind === "known" ? port.value : "?"}`;
}
