import type { Device, Rule, TableFamily } from "../src/engine/device/device.ts";
import type { PacketSpec } from "../src/engine/packet/packet.ts";
import type { HeldRule, ShotResult, TraceStep } from "./kernel.ts";

/** What the kernel did with one packet, in the words of an outcome. */
export interface Observed {
  readonly verdict: "accept" | "drop";
  /** `tcp-reset`, `icmp 3/3`, `icmpv6 1/4` or `none`. */
  readonly answer: string;
  /** Device, `local`, or null where it did not get through. */
  readonly leaves: string | null;
  /** The packet as it left, or its first bytes as it was delivered. */
  readonly bytes: Uint8Array | null;
  readonly isWhole: boolean;
  readonly steps: readonly ObservedStep[];
  /** The packet's own lines of the trace. */
  readonly lines: readonly TraceStep[];
  /** Bits of `ct state` and the direction at the end; null: not told. */
  readonly state: number | null;
  readonly direction: number | null;
  /** The kernel's own number of the packet's connection; null: it has none, or nothing tells. */
  readonly connection: number | null;
  /** A chain saw the packet before its connection was in the table: it is the first. */
  readonly isFirst: boolean;
  /** The connection is in the table now. */
  readonly isKept: boolean;
}

export interface ObservedStep {
  /** `ip nat POSTROUTING`: the base chain. */
  readonly chain: string;
  readonly decision: "accept" | "drop";
  readonly matched: readonly Rule[];
  /** Null: the policy. */
  readonly by: Rule | null;
}

export const OWN_TABLE = "premortem_lab";
const FAMILIES: ReadonlyMap<number, TableFamily> = new Map([
  [1, "inet"],
  [2, "ip"],
  [3, "arp"],
  [5, "netdev"],
  [7, "bridge"],
  [10, "ip6"],
]);
/** Types of lines and codes of verdicts (nf_tables.h, netfilter.h). */
const POLICY = 1;
export const RULE = 3;
const FIRST_OF_NFT = -5;
const DROP = 0;
/** Bits of `ct status`. */
const CONFIRMED = 8;
const TEMPLATE = 2048;
const ACCEPT = 1;

export type RulesByHandle = ReadonlyMap<string, Rule>;

/** Which rule of the device has which handle; a text where the two do not fit. */
export function matchHandles(device: Device, held: readonly HeldRule[]): RulesByHandle | string {
  const handles = new Map<string, number[]>();
  for (const [family, table, chain, handle] of held) {
    const key = `${FAMILIES.get(family)} ${table} ${chain}`;
    handles.set(key, [...(handles.get(key) ?? []), handle]);
  }
  const byHandle = new Map<string, Rule>();
  for (const table of device.tables)
    for (const { name, rules } of table.chains) {
      const own = handles.get(`${table.family} ${table.name} ${name}`) ?? [];
      handles.delete(`${table.family} ${table.name} ${name}`);
      if (own.length !== rules.length)
        return `chain ${table.family} ${table.name} ${name}: ${own.length} rules in the kernel, ${rules.length} in the model`;
      for (const [place, rule] of rules.entries())
        byHandle.set(`${table.family} ${table.name} ${own[place]}`, rule);
    }
  const [left] = handles.keys();
  return left === undefined ? byHandle : `chain ${left} is not in the model`;
}

/** Reads what came out and the trace. */
export function observe(
  result: ShotResult,
  spec: PacketSpec,
  sent: Uint8Array,
  rules: RulesByHandle,
): Observed {
  const out = result.seen.map(
    ([device, hex]) => [device, Uint8Array.from(Buffer.from(hex, "hex"))] as const,
  );
  const passed = out.find(([, bytes]) => answerIn(bytes, sent) === null);
  const lines = mainLines(result.trace, spec, passed === undefined);
  const delivered = lines.find((line) => line[2] === OWN_TABLE && line[3] === "delivered");
  const heard = out.map(([, bytes]) => answerIn(bytes, sent)).find((text) => text !== null);
  const answer = heard ?? loopedAnswer(result.trace, sent);
  const last = lines.findLast((line) => line[6] !== null && !isTemplate(line));
  const leaves = passed?.[0] ?? (delivered === undefined ? null : "local");
  return {
    verdict: leaves === null ? "drop" : "accept",
    answer: answer ?? "none",
    leaves,
    bytes:
      passed?.[1] ?? (delivered?.[8] ? Uint8Array.from(Buffer.from(delivered[8], "hex")) : null),
    isWhole: passed !== undefined,
    steps: stepsOf(lines, rules),
    lines,
    state: last?.[6] ?? null,
    direction: last?.[7] ?? null,
    connection: last?.[11] ?? null,
    isFirst: lines.some((line) => isConfirmed(line) === false),
    isKept: leaves !== null || lines.some((line) => isConfirmed(line) === true),
  };
}

/**
 * The lines of the packet itself: those of what answers it have another id. An own packet that goes
 * to an own address comes in again, with a new one.
 */
function mainLines(
  trace: readonly TraceStep[],
  { path }: PacketSpec,
  mayLoop: boolean,
): readonly TraceStep[] {
  const ids = [...new Set(trace.map(([id]) => id))];
  const groups = ids.map((id) => trace.filter((line) => line[0] === id));
  const [main = [], ...others] = groups;
  if (path !== "output" || !mayLoop || main.some(isDrop)) return main;
  const looped = others.find(([first]) => first?.[2] === OWN_TABLE && first[3] === "incoming");
  return [...main, ...(looped ?? [])];
}

/** A zone that was set hangs on the packet as a connection that is none (IPS_TEMPLATE). */
function isTemplate(line: TraceStep): boolean {
  return ((line[10] ?? 0) & TEMPLATE) !== 0;
}

/** Null: the packet has no connection there. */
function isConfirmed(line: TraceStep): boolean | null {
  const [, , , , , , , , , , status] = line;
  return status === null || isTemplate(line) ? null : (status & CONFIRMED) !== 0;
}

/** What answers a packet from an own address goes over `lo`, where no device shows it. */
function loopedAnswer(trace: readonly TraceStep[], sent: Uint8Array): string | null {
  const headers = trace
    .filter((line) => line[2] === OWN_TABLE && line[3] === "incoming")
    .flatMap((line) => (line[8] === null ? [] : [Uint8Array.from(Buffer.from(line[8], "hex"))]));
  return headers.map((bytes) => answerIn(bytes, sent)).find((text) => text !== null) ?? null;
}

function isDrop([, , , , , code]: TraceStep): boolean {
  return (
    code !== null &&
    code > FIRST_OF_NFT &&
    (code >= 0 || code < FIRST_OF_NFT) &&
    (code & 0xff) === DROP
  );
}

function stepsOf(lines: readonly TraceStep[], rules: RulesByHandle): readonly ObservedStep[] {
  const steps: ObservedStep[] = [];
  let base: string | null = null;
  let matched: Rule[] = [];
  for (const [, type, table, chain, handle, code, , , , family] of lines) {
    if (table === OWN_TABLE) continue;
    base ??= `${FAMILIES.get(family)} ${table} ${chain}`;
    const rule =
      type === RULE ? (rules.get(`${FAMILIES.get(family)} ${table} ${handle}`) ?? null) : null;
    if (rule !== null) matched.push(rule);
    const isOver = type === POLICY || (code !== null && (code >= 0 || code < FIRST_OF_NFT));
    if (!isOver) continue;
    const decision = code !== null && (code & 0xff) === ACCEPT ? "accept" : "drop";
    steps.push({ chain: base, decision, matched, by: type === POLICY ? null : rule });
    base = null;
    matched = [];
  }
  return steps;
}

const ERRORS4: readonly number[] = [3, 4, 5, 11, 12];
const RST = 4;

/** What `bytes` answers to the packet sent; null: it is that packet. */
function answerIn(bytes: Uint8Array, sent: Uint8Array): string | null {
  const v4 = (bytes[0] ?? 0) >> 4 === 4;
  const protocol = v4 ? (bytes[9] ?? 0) : (bytes[6] ?? 0);
  const start = v4 ? ((bytes[0] ?? 0x45) & 15) * 4 : 40;
  const type = bytes[start] ?? 0;
  const isError = v4 ? protocol === 1 && ERRORS4.includes(type) : protocol === 58 && type < 128;
  if (isError && !isSameKind(bytes, sent))
    return `${v4 ? "icmp" : "icmpv6"} ${type}/${bytes[start + 1] ?? 0}`;
  const isReset = protocol === 6 && ((bytes[start + 13] ?? 0) & RST) !== 0;
  const length = v4
    ? ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
    : ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0);
  return isReset && length === (v4 ? 40 : 20) && !isSameKind(bytes, sent) ? "tcp-reset" : null;
}

/** Whether it is the packet sent itself, on its way, by length and protocol. */
function isSameKind(bytes: Uint8Array, sent: Uint8Array): boolean {
  const v4 = (sent[0] ?? 0) >> 4 === 4;
  const [length, protocol] = v4 ? [2, 9] : [4, 6];
  return [length, length + 1, protocol].every((at) => bytes[at] === sent[at]);
}
