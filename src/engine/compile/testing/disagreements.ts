import { type RandomSource, randomPicker, terminals } from "../../bdd/index.ts";
import type { Device } from "../../device/device.ts";
import { interpret } from "../../interpret/interpret.ts";
import type { Outcome } from "../../interpret/outcome.ts";
import { toNotation } from "../../packet/header/toNotation.ts";
import { isNotationError, parsePacket } from "../../packet/notation.ts";
import type { Path } from "../../packet/packet.ts";
import { beginAnalysis, compilePath, headersUnder } from "../compilePath.ts";
import { type Fate, NONE } from "../fates.ts";

const PATHS: readonly Path[] = ["forward", "input", "output"];

/**
 * Packets on which the compiler and the interpreter disagree, one line each: `picks` packets at
 * random from each fate of each path, and as many from all headers.
 */
export function disagreements(
  device: Device,
  picks: number,
  random: RandomSource,
  paths: readonly Path[] = PATHS,
): readonly string[] {
  const problems: string[] = [];
  for (const path of paths) {
    const analysis = beginAnalysis([device]);
    const { arena, layout, fates } = analysis;
    const compiled = compilePath(analysis, device, path);
    const domain = headersUnder(analysis, path, [compiled]);
    const numbers = terminals(arena, arena.and(domain, compiled.diagram)).filter((n) => n !== NONE);
    const sets = numbers.map((number) => ({
      number,
      set: arena.and(
        domain,
        arena.where(compiled.diagram, (value) => value === number),
      ),
    }));
    if (
      arena.difference(
        domain,
        arena.where(compiled.diagram, (n) => n !== NONE),
      ) !== 0
    )
      problems.push(`${path}: some packets have no fate`);
    for (const { number, set } of sets) {
      const pick = randomPicker(arena, set, random);
      for (let i = 0; i < picks; i++) {
        const header = pick();
        if (header === null) continue;
        const text = toNotation(layout, header, path);
        const problem = disagreement(device, text, fates.fate(number));
        if (problem !== null) problems.push(problem);
      }
    }
  }
  return problems;
}

/** Null: the interpreter finds the fate as well. */
export function disagreement(device: Device, text: string, fate: Fate): string | null {
  const spec = parsePacket(text);
  if (isNotationError(spec)) return `${text}: ${spec.message}`;
  const { outcomes, complete } = interpret(device, spec, { host: null });
  if (!complete || outcomes.some((outcome) => isFate(outcome, fate))) return null;
  const said = [...new Set(outcomes.map(describe))].join(" | ");
  return `${text}: compiled ${describeFate(fate)}; interpreted ${said}`;
}

function isFate(outcome: Outcome, fate: Fate): boolean {
  if (outcome.verdict === "undecided") return true;
  if (fate.kind === "undecided") return true;
  if (outcome.by.kind === "kernel") return fate.kind === "kernel";
  if (fate.kind === "reject") {
    if (outcome.verdict !== "reject" || outcome.rejectWith === null) return false;
    return JSON.stringify(outcome.rejectWith) === JSON.stringify(fate.with);
  }
  return outcome.verdict === fate.kind;
}

function describe({ verdict, by, answer }: Outcome): string {
  const decider = by.kind === "rule" ? by.rule.text : by.kind === "kernel" ? by.reason : by.kind;
  return `${verdict} ${answer} [${decider}]`;
}

function describeFate(fate: Fate): string {
  return "text" in fate ? `${fate.kind} ${fate.text}` : fate.kind;
}
