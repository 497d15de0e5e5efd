import {
  type Assignment,
  FALSE,
  type Node,
  type RandomSource,
  randomPicker,
} from "../../src/engine/bdd/index.ts";
import { deviceHabits } from "../../src/engine/compile/habits.ts";
import {
  type Decider as CompiledDecider,
  deviceFacts,
  rejectFor,
} from "../../src/engine/compile/index.ts";
import { begins } from "../../src/engine/compile/testing/compareReaders.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { alignNames } from "../../src/engine/diff/alignNames.ts";
import { withoutBystanders } from "../../src/engine/diff/bystanders.ts";
import { changedRules } from "../../src/engine/diff/changedRules.ts";
import type { ComparedPath } from "../../src/engine/diff/comparePath.ts";
import { comparePaths } from "../../src/engine/diff/comparePaths.ts";
import type { Differing } from "../../src/engine/diff/endingPairs.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import type { Decider, Outcome } from "../../src/engine/interpret/outcome.ts";
import { headersOf } from "../../src/engine/packet/header/fromSpec.ts";
import { toNotation } from "../../src/engine/packet/header/toNotation.ts";
import { headerLevels } from "../../src/engine/packet/header/valid.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { IpFamily, PacketSpec } from "../../src/engine/packet/packet.ts";

/*
 * A diff against the interpreter: outside of all classes a packet ends alike on both sides; in a class
 * it ends otherwise, by the rules that the class names; wherever the interpreter knows what happens.
 */

/** What packets have shown. */
export interface Judged {
  /** Where diff and interpreter disagree, one line each. */
  readonly problems: readonly string[];
  readonly packets: number;
  /** Packets that surely fare otherwise (or alike) by the interpreter, and only perhaps by the diff. */
  readonly vague: number;
}

/** Which packets are walked. */
export interface Walked {
  /** Of each class, of the rest, and at the edges of both. */
  readonly picks: number;
  readonly random: RandomSource;
  /** Further ones, in notation. */
  readonly packets?: readonly string[];
}

/** Compares both devices as a diff does, and walks packets on both. */
export function judgeDifference(
  before: Device,
  edited: Device,
  { picks, random, packets = [] }: Walked,
): Judged {
  const problems: string[] = [];
  const counts = { packets: 0, vague: 0 };
  const after = alignNames(before, edited).device;
  const changed = changedRules(before, after, new Set());
  const involved = withoutBystanders(before, after, changed);
  const { paths } = comparePaths(involved.before, involved.after, null, () => undefined);
  for (const { path, result } of paths) {
    if (result.kind === "nodeLimit") continue;
    const compared = result.value;
    const { arena, layout } = compared.analysis;
    const judgeText = (text: string, headers: (spec: PacketSpec) => Node) => {
      counts.packets++;
      const found = judgePacket({ compared, before, after }, text, headers);
      if (found === "vague") counts.vague++;
      else if (found !== null) problems.push(`${path}: ${found}`);
    };
    const judge = (header: Assignment | null) => {
      if (header === null) return;
      const all = whole(compared, header);
      judgeText(toNotation(layout, all, path), () => onlyHeader(compared, all));
    };
    for (const packet of packets)
      judgeText(`${packet} path=${path}`, (spec) =>
        arena.and(compared.domain, headersOf(layout, spec)),
      );
    for (const pick of pickers(compared, problems, random))
      for (let i = 0; i < picks; i++) {
        const header = pick();
        judge(header);
        judge(header === null ? null : beside(compared, header, random));
      }
  }
  return { problems, ...counts };
}

/** From each class, from everything outside, and from the packets that meet a changed rule. */
function pickers(compared: ComparedPath, problems: string[], random: RandomSource) {
  const { domain, region, analysis } = compared;
  const { arena } = analysis;
  const all = classesOf(compared);
  let classes: Node = FALSE;
  for (const { packets } of all) {
    if (arena.and(classes, packets) !== FALSE) problems.push("two classes share packets");
    classes = arena.or(classes, packets);
  }
  const outside = arena.difference(domain, classes);
  const sets = [...all.map(({ packets }) => packets), outside, arena.and(outside, region)];
  return sets.map((set) => randomPicker(arena, set, random));
}

interface JudgedClass {
  readonly packets: Node;
  readonly isSure: boolean;
  /** Null: the verdict is the same, something else is not. */
  readonly by: Pick<Differing, "before" | "after"> | null;
}

function classesOf({ differing, alterations }: ComparedPath): readonly JudgedClass[] {
  return [
    ...differing.map((one) => ({ packets: one.packets, isSure: true, by: one })),
    ...alterations.altered.map(({ packets, isSure }) => ({ packets, isSure, by: null })),
  ];
}

/** Every variable of the header has a value: those that a pick leaves out are not set. */
function whole({ analysis: { layout } }: ComparedPath, header: Assignment): Assignment {
  return new Map(headerLevels(layout).map((level) => [level, header.get(level) === true]));
}

/** A header that differs in one or two bits: at the edge of a class. */
function beside(
  { analysis: { arena, layout }, domain }: ComparedPath,
  header: Assignment,
  random: RandomSource,
): Assignment | null {
  const levels = headerLevels(layout);
  const changed = new Map(levels.map((level) => [level, header.get(level) === true]));
  for (let i = random() < 0.5 ? 1 : 2; i > 0; i--) {
    const level = levels[Math.floor(random() * levels.length)] ?? 0;
    changed.set(level, changed.get(level) !== true);
  }
  return arena.restrict(domain, changed) === FALSE ? null : changed;
}

interface Question {
  readonly compared: ComparedPath;
  readonly before: Device;
  readonly after: Device;
}

/** `headersIn`: those for which the packet stands. */
function judgePacket(
  { compared, before, after }: Question,
  text: string,
  headersIn: (spec: PacketSpec) => Node,
): string | "vague" | null {
  const spec = parsePacket(text);
  if (isNotationError(spec)) return `${text}: ${spec.message}`;
  if (!isTold(before, after, spec, text)) return null;
  const tracks = [before, after].map((one) => deviceFacts(one).isTracked(spec.family));
  const isTracked = tracks.every((one) => one);
  const [first, second] = [endsOf(before, spec, isTracked), endsOf(after, spec, isTracked)];
  if (first === null || second === null) return null;
  /* That one side alone keeps connections is told by what comes of it (docs/soundness.md). */
  const isLost = [...first, ...second].every(({ text }) => !/^(accept|queue)/.test(text));
  if (tracks[0] !== tracks[1] && isLost && isOfOldConnection(spec)) return null;
  const headers = headersIn(spec);
  if (headers === FALSE) return null;
  const { surely, never, inside } = membership(compared, headers);
  const tell = (what: string) => `${text}: ${what}; before ${told(first)}, after ${told(second)}`;
  const differs = first.map(({ text }) => text).join() !== second.map(({ text }) => text).join();
  const [one, other] = [first, second].map((ends) =>
    ends.length === 1 ? ends[0]?.outcome : undefined,
  );
  if (differs && never) return tell("in no class");
  if (one === undefined || other === undefined) return null;
  if (!differs && surely) return tell("in a class");
  if (!differs && !never) return "vague";
  if (differs && !surely) return "vague";
  if (!differs) return null;
  /* Where an unknown chooses among classes, one of them has to be right. */
  const isRight = inside.some(
    ({ by }) => by === null || (decides(by.before.by, one) && decides(by.after.by, other)),
  );
  return isRight ? null : tell("decided by other rules than the class says");
}

/** One way to end, and an outcome that does. */
interface End {
  readonly text: string;
  readonly outcome: Outcome;
}

function told(ends: readonly End[]): string {
  return ends.map(({ text, outcome }) => `${text} [${deciderText(outcome.by)}]`).join(" | ");
}

/** The header with all that its unknowns can be. */
function onlyHeader({ analysis: { arena }, domain }: ComparedPath, header: Assignment): Node {
  return [...header].reduce((all, [level, isSet]) => {
    const variable = arena.variable(level);
    return arena.and(all, isSet ? variable : arena.not(variable));
  }, domain);
}

/** In which classes packets are, whatever their unknowns are. */
function membership(compared: ComparedPath, headers: Node) {
  const { arena } = compared.analysis;
  const inside = classesOf(compared).filter(({ packets }) => arena.intersects(packets, headers));
  const all = inside
    .filter(({ isSure }) => isSure)
    .reduce<Node>((sum, { packets }) => arena.or(sum, packets), FALSE);
  return { surely: arena.difference(headers, all) === FALSE, never: inside.length === 0, inside };
}

/**
 * Replies and what is related stand for headers in between where NAT may have changed them, and flows
 * are taken to have begun under the ruleset in hand (docs/adr/0008).
 */
function isTold(before: Device, after: Device, spec: PacketSpec, text: string): boolean {
  return [before, after].every((device) => {
    if (!deviceHabits(device).translates(spec.family)) return true;
    if (/state=related|dir=reply/.test(text)) return false;
    return !isOfOldConnection(spec) || begins(device, spec);
  });
}

/** One outcome of each end; null: not known. `isTracked`: on both sides, so that connections have marks. */
function endsOf(device: Device, spec: PacketSpec, isTracked: boolean): readonly End[] | null {
  const { outcomes, complete } = interpret(device, spec, { host: null });
  if (!complete || outcomes.some(({ verdict }) => verdict === "undecided")) return null;
  const ends = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const text = endText(outcome, spec, isTracked);
    const known = ends.get(text);
    if (known === undefined) ends.set(text, outcome);
    else if (deciderText(known.by) !== deciderText(outcome.by))
      ends.set(text, { ...known, by: { kind: "kernel", reason: ANY } });
  }
  return [...ends]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, outcome]) => ({ text, outcome }));
}

/** Stands for several rules. */
const ANY = "one of several";

function endOf({ verdict, rejectWith }: Outcome, family: IpFamily): string {
  return rejectWith === null
    ? verdict
    : `${verdict} ${JSON.stringify(rejectFor(rejectWith, family))}`;
}

/**
 * With what becomes of the packet, where it goes on; else with the mark of its connection, if that was there before. Where
 * nothing tracks, no connection has a mark, and what is invalid has no connection that `notrack` could keep from it.
 */
function endText(
  { verdict, rejectWith, wire, marks }: Outcome,
  spec: PacketSpec,
  isTracked: boolean,
): string {
  const { state } = spec;
  const end = endOf({ verdict, rejectWith } as Outcome, wire.family);
  const { packet, connection, isUntracked } = marks;
  if (!/^(accept|queue)$/.test(verdict))
    return isTracked && isOfOldConnection(spec) ? `${end} ${connection ?? 0n}` : end;
  const told = [packet, connection ?? 0n, isTracked && isUntracked && state !== "invalid"];
  const bytes = [wire.bytes, wire.known].map((all) => Buffer.from(all).toString("hex"));
  return `${end} ${JSON.stringify(told, bigints)} ${bytes.join("/")}`;
}

/** A new packet with a mark is a later one that nobody has answered yet. */
function isOfOldConnection({ state, values }: PacketSpec): boolean {
  if (state === "new") return (values.get("ct mark") ?? 0n) !== 0n;
  return state === "established" || state === "related";
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function decides(by: CompiledDecider | null, { by: other }: Outcome): boolean {
  if (other.kind === "kernel") return other.reason === ANY || by === null;
  if (by === null || other.kind === "none") return by === null && other.kind === "none";
  if (by.kind === "rule") return other.kind === "rule" && other.rule === by.rule;
  return other.kind === "policy" && other.chain === by.chain.name;
}

function deciderText(by: Decider): string {
  if (by.kind === "rule") return by.rule.text;
  if (by.kind === "policy") return `policy of ${by.chain}`;
  return by.kind === "kernel" ? by.reason : "nothing";
}
