import { rejectFor } from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import { interpret } from "../interpret/interpret.ts";
import type { Decider, Outcome } from "../interpret/outcome.ts";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import type { PacketSpec } from "../packet/packet.ts";
import type { DifferenceClass, SideFate } from "./model.ts";

/**
 * The interpreter walks the example of a class as well, and has to find the same on both sides: verdict
 * and rule. A class that only may change can hang on an unknown that a walk of the flow would settle: then
 * it is not confirmed either, and no proof of a difference.
 */
export function isConfirmed(
  before: Device,
  after: Device,
  { example, before: first, after: second }: DifferenceClass,
): boolean {
  const spec = parsePacket(example);
  if (isNotationError(spec)) return false;
  return finds(before, spec, first) && finds(after, spec, second);
}

/** Where proof and walk disagree, one of them is wrong. */
export function tellDoubt({ example }: DifferenceClass): string {
  return `a walk of \`${example}\` ends otherwise than the proof: please report it`;
}

function finds(device: Device, spec: PacketSpec, fate: SideFate): boolean {
  const { outcomes, complete } = interpret(device, spec, { host: null });
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
