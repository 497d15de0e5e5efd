import type { Rule } from "../src/engine/device/device.ts";
import type { Outcome, PathStep } from "../src/engine/interpret/outcome.ts";
import { readHeaders, type Wire } from "../src/engine/packet/wire.ts";
import type { Observed, ObservedStep } from "./observed.ts";

/** What the outcome says otherwise than the kernel; null: nothing. */
export function difference(outcome: Outcome, observed: Observed): string | null {
  if (outcome.verdict === "undecided") return null;
  return (
    stepDifference(outcome.steps, observed.steps) ??
    endDifference(outcome, observed) ??
    headerDifference(outcome.wire, observed)
  );
}

function endDifference(outcome: Outcome, observed: Observed): string | null {
  const verdict = outcome.verdict === "accept" ? "accept" : "drop";
  if (verdict !== observed.verdict)
    return `kernel ${observed.verdict}, model ${outcome.verdict} (${deciderText(outcome)})`;
  if (outcome.answer !== observed.answer)
    return `kernel answers ${observed.answer}, model ${outcome.answer}`;
  const leaves = outcome.leaves === "lo" ? "local" : outcome.leaves;
  if (verdict === "accept" && leaves !== observed.leaves)
    return `kernel sends to ${observed.leaves}, model to ${outcome.leaves}`;
  return null;
}

function deciderText({ by }: Outcome): string {
  return by.kind === "rule" ? by.rule.text : by.kind === "kernel" ? by.reason : by.kind;
}

/** Chain by chain: its decision, the rules that matched in it, and which of them decided. */
function stepDifference(
  model: readonly PathStep[],
  kernel: readonly ObservedStep[],
): string | null {
  for (let place = 0; place < Math.max(model.length, kernel.length); place++) {
    const ours = model[place];
    const theirs = kernel[place];
    if (ours === undefined) return `kernel asks ${theirs?.chain}, model no more chains`;
    const chain = `${ours.table.family} ${ours.table.name} ${ours.chain}`;
    if (theirs === undefined) return `model asks ${chain}, kernel no more chains`;
    if (chain !== theirs.chain) return `kernel asks ${theirs.chain}, model ${chain}`;
    const matched = firstDifference(ours.matched, theirs.matched);
    if (matched !== null) return `${chain}: ${matched}`;
    const decision = ours.decision === "accept" ? "accept" : "drop";
    if (decision !== theirs.decision)
      return `${chain}: kernel ${theirs.decision}, model ${ours.decision}`;
    const by = ours.by.kind === "rule" ? ours.by.rule : null;
    if (by !== theirs.by)
      return `${chain}: kernel by ${ruleText(theirs.by)}, model by ${ruleText(by)}`;
  }
  return null;
}

function firstDifference(model: readonly Rule[], kernel: readonly Rule[]): string | null {
  for (let place = 0; place < Math.max(model.length, kernel.length); place++) {
    const ours = model[place] ?? null;
    const theirs = kernel[place] ?? null;
    if (ours !== theirs) return `kernel matches ${ruleText(theirs)}, model ${ruleText(ours)}`;
  }
  return null;
}

function ruleText(rule: Rule | null): string {
  return rule === null ? "none" : `\`${rule.text}\` (line ${rule.span.line})`;
}

const SCTP = 132;
/** Byte of the checksum within the transport header, by protocol. */
const CHECKSUM_AT: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [6, 16],
  [17, 6],
  [33, 6],
  [58, 2],
  [132, 8],
  [136, 6],
]);

/** Bits that the model knows and the kernel has otherwise; checksums are left out. */
function headerDifference(wire: Wire, { bytes, isWhole }: Observed): string | null {
  if (bytes === null) return null;
  if (isWhole && wire.complete && bytes.length !== wire.bytes.length)
    return `kernel sends ${bytes.length} bytes, model ${wire.bytes.length}`;
  const ignored = checksumPlaces(wire);
  /* Of a delivered packet extension headers are not told. */
  const told = !isWhole && readHeaders(wire).transport > 40 ? 40 : bytes.length;
  for (let at = 0; at < Math.min(told, wire.bytes.length); at++) {
    if (ignored.has(at)) continue;
    const known = wire.known[at] ?? 0;
    if (((wire.bytes[at] ?? 0) & known) !== ((bytes[at] ?? 0) & known))
      return `byte ${at}: kernel ${hex(bytes, at)}, model ${hex(wire.bytes, at)}`;
  }
  return null;
}

/** Bytes that follow from the rest. */
export function checksumPlaces(wire: Wire): ReadonlySet<number> {
  const { protocol, transport, fragmentOffset } = readHeaders(wire);
  const places = wire.family === "ip" ? [10, 11] : [];
  const at = protocol === null ? undefined : CHECKSUM_AT.get(protocol);
  if (at === undefined || fragmentOffset > 0) return new Set(places);
  const size = protocol === SCTP ? 4 : 2;
  return new Set([...places, ...Array.from({ length: size }, (_, i) => transport + at + i)]);
}

function hex(bytes: Uint8Array, at: number): string {
  const part = bytes.subarray(at, at + 4);
  return [...part].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
