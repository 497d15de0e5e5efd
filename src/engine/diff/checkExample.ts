import { rejectFor } from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import { type Interpretation, interpret } from "../interpret/interpret.ts";
import type { Decider, Outcome } from "../interpret/outcome.ts";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import type { PacketSpec } from "../packet/packet.ts";
import type { Alteration } from "./alteration.ts";
import type { DifferenceClass, ExampleWalks, SideFate } from "./model.ts";

/** The interpreter walks the example of a class on both sides; null: its notation cannot be walked. */
export function walkExample(
  before: Device,
  after: Device,
  { example }: Pick<DifferenceClass, "example">,
): ExampleWalks | null {
  const spec = parsePacket(example);
  if (isNotationError(spec)) return null;
  const walk = (device: Device): Interpretation => interpret(device, spec, { host: null });
  return { packet: spec, before: walk(before), after: walk(after) };
}

/**
 * The walk has to find the same on both sides: verdict and rule, or that the packet leaves otherwise. A class that only
 * may change can hang on an unknown that a walk of the flow would settle: then it is not confirmed either, and no
 * proof of a difference.
 */
export function isConfirmed(walks: ExampleWalks | null, told: DifferenceClass): boolean {
  if (walks === null) return false;
  const { packet, before, after } = walks;
  if (told.alterations.length > 0) return !told.alterations.some(isSeen) || leavesOtherwise(walks);
  return finds(before, packet, told.before) && finds(after, packet, told.after);
}

/** Where proof and walk disagree, one of them is wrong. */
export function tellDoubt({ example }: DifferenceClass): string {
  return `a walk of \`${example}\` ends otherwise than the proof: please report it`;
}

/** Ends of the packet: what else becomes of it shows elsewhere, or later. */
function isSeen({ what }: Alteration): boolean {
  return /^(source|destination)( port)?$/.test(what);
}

/** Only the same outcomes, each without anything unknown, speak against the proof. */
function leavesOtherwise({ before, after }: ExampleWalks): boolean {
  const [first, ...others] = before.outcomes;
  const [second, ...more] = after.outcomes;
  if (others.length > 0 || more.length > 0 || first === undefined || second === undefined)
    return true;
  return wireText(first) !== wireText(second);
}

function wireText({ translated, wire }: Outcome): string {
  return JSON.stringify([translated, wire]);
}

function finds({ outcomes, complete }: Interpretation, spec: PacketSpec, fate: SideFate): boolean {
  if (!complete || fate.verdict === "undecided") return true;
  return outcomes.some((outcome) => outcome.verdict === "undecided" || isFate(outcome, spec, fate));
}

function isFate(outcome: Outcome, { family }: PacketSpec, fate: SideFate): boolean {
  if (outcome.verdict !== fate.verdict || !isSameRule(outcome.by, fate.by)) return false;
  if (outcome.rejectWith === null || fate.rejectWith === null) return true;
  return JSON.stringify(rejectFor(outcome.rejectWith, family)) === JSON.stringify(fate.rejectWith);
}

function isSameRule(found: Decider, told: SideFate["by"]): boolean {
  if (told?.kind !== "rule") return found.kind !== "rule";
  if (found.kind !== "rule") return false;
  const { file, line } = told.rule.span;
  return found.rule.span.file === file && found.rule.span.line === line;
}
