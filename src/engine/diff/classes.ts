import { single } from "../base/range.ts";
import type { Node } from "../bdd/index.ts";
import { ANSWERED, LATER_PACKET, TRANSLATED_FLOW, tellFate } from "../compile/index.ts";
import type { Intent } from "../intents/model.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { pickReadable } from "../packet/header/prefer.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES, STATES } from "../packet/header/stateCodes.ts";
import { toNotation } from "../packet/header/toNotation.ts";
import { unknownKeys, unknownLevels } from "../packet/header/unknowns.ts";
import { headerLevels } from "../packet/header/valid.ts";
import type { CtState } from "../packet/packet.ts";
import type { Alteration } from "./alteration.ts";
import type { ToldPair } from "./alteredPairs.ts";
import type { ComparedPath } from "./comparePath.ts";
import { type Description, describe } from "./describe.ts";
import { type AlterationKind, isOwnField } from "./finalFields.ts";
import { promiseFinder } from "./meets.ts";
import type { DifferenceClass } from "./model.ts";
import { possibleValues } from "./possibleValues.ts";
import { sizeOf } from "./size.ts";
import type { Vocabulary } from "./words.ts";

/** A class, and whether its unknowns could be the same thing under two names. */
export interface ToldClass {
  readonly told: DifferenceClass;
  /** False: what it depends on may be one thing that both sides name otherwise. */
  readonly isCertain: boolean;
  /** False: the example is of a history that its notation does not tell. */
  readonly isPlayable: boolean;
}

/** Unknowns that the notation of a packet has no words for. */
const UNTOLD: ReadonlySet<string> = new Set([TRANSLATED_FLOW, LATER_PACKET, ANSWERED]);

/** Puts sets of packets with their two endings into words. */
export function classTeller(
  compared: ComparedPath,
  vocabulary: Vocabulary,
  promises: ReadonlyMap<string, Intent> = new Map(),
): (pair: ToldPair) => ToldClass {
  const { analysis, routed } = compared;
  const possible = analysis.arena.exists(routed, unknownLevels(analysis.layout, routed));
  const names = ruleLines(compared);
  const values = possibleValues(analysis.arena);
  const meets = promises.size === 0 ? () => [] : promiseFinder(compared, promises);
  return (pair) => {
    const one = tellClass(
      compared,
      pair,
      (headers) => describe(analysis.layout, headers, possible, compared.path, vocabulary, values),
      names,
    );
    return { ...one, told: { ...one.told, meets: meets(pair.packets) } };
  };
}

function tellClass(
  compared: ComparedPath,
  { packets, before, after, alterations, isSure }: ToldPair,
  describing: (headers: Node) => Description,
  lines: RuleLines,
): ToldClass {
  const { analysis, path, domain } = compared;
  const { arena, layout, fates } = analysis;
  const unknown = unknownLevels(analysis.layout, packets);
  const headers = arena.exists(packets, unknown);
  /* Where nothing is unknown all packets of the class fare so. To ask took a fifth of the time of a diff of many classes. */
  const isAlways =
    unknown.length === 0 ||
    !arena.intersects(headers, arena.exists(arena.difference(domain, packets), unknown));
  const example = pickReadable(layout, packets);
  const description = describing(headers);
  const isUndecided = [before, after].some(({ fate }) => fates.fate(fate).kind === "undecided");
  return {
    told: {
      path,
      kind:
        alterations.length === 0
          ? isSure && isAlways && !isUndecided
            ? "verdict"
            : "may"
          : isSure && (isAlways || someAlways(compared, packets))
            ? kindOfAll(alterations)
            : "may",
      description: description.lines,
      exact: description.isExact,
      size: sizeOf(layout, headers),
      states: statesOf(layout, headers),
      example: example === null ? "" : toNotation(layout, example, path),
      alterations,
      before: tellFate(fates, before),
      after: tellFate(fates, after),
      walks: null,
      dependsOn: unknownNames(compared, unknown, lines),
      meets: [],
    },
    isCertain:
      !isUndecided &&
      (isSure || alterations.length > 0) &&
      !hangsOnHistory(compared, unknown) &&
      (alterations.length === 0 || (isSure && !hasValues(compared, unknown))) &&
      belongToOneSide(compared, unknown),
    isPlayable: !layout.flags.some(
      ({ key, level }) => UNTOLD.has(key) && example?.get(level) === true,
    ),
  };
}

const WEIGHT: readonly AlterationKind[] = ["translation", "mark", "tracking"];

/** The weightiest. */
function kindOfAll(alterations: readonly Alteration[]): AlterationKind {
  return WEIGHT.find((kind) => alterations.some((one) => one.kind === kind)) ?? "tracking";
}

/**
 * Whether there are packets in the set whatever the unknowns are: what masquerade takes for an address is one, and
 * all packets but those that have it already are altered.
 */
function someAlways({ analysis, domain }: ComparedPath, packets: Node): boolean {
  const { arena, layout } = analysis;
  const own = layout.values.filter(({ key }) => isOwnField(key)).flatMap(({ levels }) => levels);
  const brought = [...headerLevels(layout), ...own];
  return arena.exists(packets, brought) === arena.exists(domain, brought);
}

function statesOf(layout: HeaderLayout, headers: Node): readonly CtState[] {
  if (layout.readBits("state").length === 0) return STATES;
  const bits = layout.bits("state", 0, 3);
  return STATES.filter((state) => {
    const code = single(BigInt(STATE_CODES[state]));
    return layout.arena.intersects(headers, rangesOver(layout.arena, bits, [code]));
  });
}

/**
 * Unknowns that only one side asks can be one way or the other; where each side asks for some of its
 * own, they may be one thing in two spellings.
 */
function belongToOneSide({ before, after }: ComparedPath, unknown: readonly number[]): boolean {
  const onlyFirst = unknown.some((level) => before.asked.has(level) && !after.asked.has(level));
  const onlySecond = unknown.some((level) => after.asked.has(level) && !before.asked.has(level));
  return !(onlyFirst && onlySecond);
}

/** Whether it takes a history that may never come about: a flow that no rule translates has no reply that is. */
function hangsOnHistory({ analysis }: ComparedPath, levels: readonly number[]): boolean {
  return analysis.layout.flags.some(
    ({ key, level }) => key === TRANSLATED_FLOW && levels.includes(level),
  );
}

/** Whether a value that nobody knows is among them, such as an address: it may be the one that the other side names. */
function hasValues({ analysis }: ComparedPath, levels: readonly number[]): boolean {
  return analysis.layout.values.some((value) => value.levels.some((one) => levels.includes(one)));
}

function unknownNames(
  { analysis }: ComparedPath,
  levels: readonly number[],
  lines: RuleLines,
): readonly string[] {
  const names = unknownKeys(analysis.layout, levels).map((key) => readableName(key, lines));
  return [...new Set(names)].sort();
}

/** Lines of rules by their name, as far as one rule alone has it. */
type RuleLines = ReadonlyMap<string, string>;

function ruleLines({ before, after }: ComparedPath): RuleLines {
  const lines = new Map<string, string>();
  for (const { device, nameOf } of [before, after])
    for (const { chains } of device.tables)
      for (const rule of chains.flatMap(({ rules }) => rules)) {
        const { file, line } = rule.span;
        const name = nameOf(rule);
        if (!lines.has(name)) lines.set(name, `${file}:${line}`);
      }
  return lines;
}

/** Keys end with the rule that asks (`…/NAME:PLACE`), and begin with what is asked. */
function readableName(key: string, lines: RuleLines): string {
  if (/^reply (source|destination) /.test(key)) return TRANSLATED_FLOW;
  const name = key.replace(/#.*$/s, "").replace(/ version \d+.*$/, "");
  const asker = /\/(\[.*\]#\d+[^:/]*)(?::[\d ]*)?$/s.exec(key)?.[1];
  const line = asker === undefined ? undefined : lines.get(lastRule(asker));
  return line === undefined ? name : `${name} (${line})`;
}

/** Behind the chains that led to it. */
function lastRule(way: string): string {
  return way.slice(Math.max(0, way.lastIndexOf("/[") + 1));
}
