import {
  type Assignment,
  FALSE,
  fieldValue,
  type Node,
  type RandomSource,
  randomPicker,
  terminals,
} from "../../bdd/index.ts";
import type { Device } from "../../device/device.ts";
import { interpret } from "../../interpret/interpret.ts";
import type { Outcome } from "../../interpret/outcome.ts";
import type { HeaderLayout } from "../../packet/header/layout.ts";
import { toNotation } from "../../packet/header/toNotation.ts";
import { headerLevels } from "../../packet/header/valid.ts";
import { isNotationError, parsePacket } from "../../packet/notation.ts";
import type { IpFamily, PacketSpec, Path } from "../../packet/packet.ts";
import { PROTOCOL } from "../../packet/selectors/index.ts";
import { type Analysis, beginAnalysis, compilePath, headersUnder } from "../compilePath.ts";
import { type Fate, NONE } from "../fates.ts";
import { deviceHabits, type Habits } from "../habits.ts";
import { rejectFor } from "../rejects.ts";

export const PATHS: readonly Path[] = ["forward", "input", "output"];

/** What a comparison of the two readers has seen. */
export interface Comparison {
  /** Packets on which they disagree, one line each. */
  readonly problems: readonly string[];
  readonly packets: number;
}

/**
 * Compares compiler and interpreter: `picks` packets at random from each fate of each path, and as
 * many from all headers of the path.
 */
export function compareReaders(
  device: Device,
  picks: number,
  random: RandomSource,
  paths: readonly Path[] = PATHS,
): Comparison {
  const problems: string[] = [];
  const { translates } = deviceHabits(device);
  let packets = 0;
  for (const path of paths) {
    const analysis = beginAnalysis([device]);
    const { arena } = analysis;
    const compiled = compilePath(analysis, device, path);
    const { diagram } = compiled;
    const domain = headersUnder(analysis, path, [compiled]);
    const judged = arena.and(domain, diagram);
    const none = arena.difference(
      domain,
      arena.where(diagram, (n) => n !== NONE),
    );
    if (none !== FALSE) problems.push(`${path}: some packets have no fate`);
    const sets = terminals(arena, judged)
      .filter((number) => number !== NONE)
      .map((number) =>
        arena.and(
          domain,
          arena.where(diagram, (n) => n === number),
        ),
      );
    for (const set of [...sets, domain]) {
      const pick = randomPicker(arena, set, random);
      for (let i = 0; i < picks; i++) {
        const header = pick();
        if (header === null) continue;
        packets++;
        const text = toNotation(analysis.layout, header, path);
        const possible = possibleFates(analysis, judged, header);
        const problem = disagreement(device, translates, text, possible);
        if (problem !== null) problems.push(problem);
      }
    }
  }
  return { problems, packets };
}

/** The fates of one header, whatever the unknowns are. */
function possibleFates({ arena, layout, fates }: Analysis, judged: Node, header: Assignment) {
  const open = checksumLevels(layout, header);
  const levels = headerLevels(layout).filter((level) => !open.has(level));
  const whole = new Map(levels.map((level) => [level, header.get(level) === true]));
  const numbers = terminals(arena, arena.restrict(judged, whole));
  return numbers.filter((number) => number !== NONE).map((number) => fates.fate(number));
}

/**
 * ICMP has its checksum where others have a port. The notation leaves it out, since it follows from
 * the whole packet, and the interpreter looks at both ways where a rule asks for it.
 */
function checksumLevels(layout: HeaderLayout, header: Assignment): ReadonlySet<number> {
  const known = (levels: readonly (number | null)[]) => levels.filter((level) => level !== null);
  const protocol = Number(fieldValue(known(layout.levelsAt("protocol", 0, 8)), header));
  if (protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmpv6) return new Set();
  return new Set(known(layout.levelsAt("transport", CHECKSUM.from, CHECKSUM.bits)));
}

const CHECKSUM = { from: 16, bits: 16 } as const;

/** Null: both say the same. What only the compiler finds possible is an unknown that it keeps. */
function disagreement(
  device: Device,
  translates: Habits["translates"],
  text: string,
  possible: readonly Fate[],
): string | null {
  const spec = parsePacket(text);
  if (isNotationError(spec)) return `${text}: ${spec.message}`;
  const { outcomes, complete } = interpret(device, spec, { host: null });
  if (!complete || outcomes.some(({ verdict }) => verdict === "undecided")) return null;
  if (possible.some(({ kind }) => kind === "undecided")) return null;
  /* Replies stand for the header that filter chains see, once NAT is undone; see `travel.ts`. */
  if (translates(spec.family) && /state=related|dir=reply/.test(text)) return null;
  if (translates(spec.family) && spec.state === "established" && !begins(device, spec)) return null;
  const missed = outcomes.find(
    (outcome) => !possible.some((fate) => isFate(spec.family, outcome, fate)),
  );
  if (missed !== undefined)
    return `${text}: interpreted ${describe(missed)}; compiled ${possible.map(describeFate).join(" | ")}`;
  const extra = possible.find(
    (fate) => !outcomes.some((outcome) => isFate(spec.family, outcome, fate)),
  );
  if (extra !== undefined && possible.length === 1)
    return `${text}: compiled ${describeFate(extra)}; interpreted otherwise`;
  return null;
}

/** A flow that the ruleset does not let begin began under another one: its NAT is not known. */
export function begins(device: Device, spec: PacketSpec): boolean {
  const values = new Map(spec.values);
  values.delete("ct mark");
  /* Who was answered began with SYN; what nobody has answered looks as it did. */
  if (spec.protocol === PROTOCOL.tcp && spec.state !== "new") values.set("tcp flags", 2n);
  const first: PacketSpec = { ...spec, state: "new", direction: "original", values };
  const { outcomes } = interpret(device, first, { host: null });
  return outcomes.every(({ verdict }) => verdict === "accept");
}

function isFate(family: IpFamily, outcome: Outcome, fate: Fate): boolean {
  if (outcome.by.kind === "kernel") return fate.kind === "kernel";
  if (fate.kind === "reject") {
    if (outcome.verdict !== "reject" || outcome.rejectWith === null) return false;
    return JSON.stringify(rejectFor(outcome.rejectWith, family)) === JSON.stringify(fate.with);
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
