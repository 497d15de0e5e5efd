/**
 * Intents on one device: whether every connection that shall be possible is, in both directions, and
 * whether nothing begins that shall not. `holds` and `broken` are proved for all packets, under the
 * assumptions told with them.
 */
import { FALSE, type Node, support, withinNodeLimit } from "../bdd/index.ts";
import {
  type Analysis,
  beginAnalysis,
  beginPath,
  type DeviceFacts,
  deviceFacts,
  type Ending,
  type Fates,
  headersUnder,
  type RuleVisit,
  ruleNames,
  tellFate,
  walkRegion,
} from "../compile/index.ts";
import type { Device, Rule } from "../device/device.ts";
import { interpret } from "../interpret/interpret.ts";
import { DOMAIN_ASSUMPTIONS } from "../packet/header/domain.ts";
import { pickReadable } from "../packet/header/prefer.ts";
import { toNotation } from "../packet/header/toNotation.ts";
import { unknownKeys, unknownLevels } from "../packet/header/unknowns.ts";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import type { Path } from "../packet/packet.ts";
import {
  type Alteration,
  hasAlterations,
  isDestinationNat,
  noteAlterations,
} from "./alterations.ts";
import { expiringSets, takenBeyond } from "./beyond.ts";
import { anyDestination, entrances } from "./entrances.ts";
import { flowPackets, openInterfaces, pathOfPart } from "./flowPackets.ts";
import { incidentals } from "./incidental.ts";
import type {
  FlowPart,
  FlowPattern,
  Hosts,
  Intent,
  IntentAnswer,
  IntentExample,
  IntentKind,
} from "./model.ts";
import { type AlteredPart, movesOf } from "./moves.ts";
import { withOwnNames } from "./ownNames.ts";
import { type ReplyPatterns, replyPatterns } from "./translated.ts";
import { areStray, STRAY } from "./untracked.ts";

export interface JudgeOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
  /** Default: whatever an address is, somebody may serve there. */
  readonly hosts?: Hosts;
}

/** What every answer rests on. */
const ASSUMPTIONS: readonly string[] = [
  "Linux 5.10 or later, one network namespace, no offloaded flows",
  "connections began under the ruleset that judges them",
  "clients connect from ports above 32767, as Linux, Windows, macOS and NetBSD do",
];

/** Answers for each intent, in their order. */
export function judgeIntents(
  device: Device,
  intents: readonly Intent[],
  options: JudgeOptions = {},
): readonly IntentAnswer[] {
  const judge = judgeOf(device, options);
  return intents.map((intent) => judgeIntent(judge, intent));
}

function judgeOf(device: Device, options: JudgeOptions): Judge {
  const expiring = expiringSets(device);
  return {
    device,
    facts: deviceFacts(device),
    nameOf: ruleNames(device),
    changesPackets: hasAlterations(device),
    beyond: takenBeyond(device),
    assumptions: expiring === null ? ASSUMPTIONS : [...ASSUMPTIONS, expiring],
    options,
  };
}

interface Judge {
  readonly device: Device;
  readonly changesPackets: boolean;
  /** Why nothing is proved to pass, in words. */
  readonly beyond: readonly string[];
  readonly assumptions: readonly string[];
  readonly facts: DeviceFacts;
  readonly nameOf: (rule: Rule) => string;
  readonly options: JudgeOptions;
}

function judgeIntent(judge: Judge, { kind, flows }: Intent): IntentAnswer {
  const answers = flows.map((pattern) => {
    const judged = withinNodeLimit(() => judgeFlow(judge, kind, pattern));
    return judged.kind === "done"
      ? judged.value
      : undecided([`it needs more than ${judged.nodeLimit} nodes`]);
  });
  const [first, ...rest] = answers;
  if (first === undefined) return undecided(["it names no flow"]);
  return rest.reduce(worst, first);
}

const WEIGHT = { holds: 0, undecided: 1, broken: 2 } as const;

/** The example is that of the worse; what they hang on and rest on is that of both. */
function worst(one: IntentAnswer, other: IntentAnswer): IntentAnswer {
  const worse = WEIGHT[other.status] > WEIGHT[one.status] ? other : one;
  const both = (list: (answer: IntentAnswer) => readonly string[]) => [
    ...new Set([...list(one), ...list(other)]),
  ];
  return {
    status: worse.status,
    example: worse.example,
    dependsOn: both(({ dependsOn }) => dependsOn),
    reasons: both(({ reasons }) => reasons),
    assumptions: both(({ assumptions }) => assumptions),
  };
}

function undecided(reasons: readonly string[]): IntentAnswer {
  return { status: "undecided", example: null, dependsOn: [], reasons, assumptions: [] };
}

/** A connection is its first packet, the replies, and what follows. */
function judgeFlow(judge: Judge, kind: IntentKind, pattern: FlowPattern): IntentAnswer {
  const limit = judge.options.nodeLimit;
  const analysis = beginAnalysis([judge.device], limit === undefined ? {} : { nodeLimit: limit });
  if (kind === "blocked") return judgeClosed(judge, analysis, pattern);
  const { arena } = analysis;
  const first = judgePart(judge, analysis, kind, pattern, "first");
  if (first.answer.status === "broken") return first.answer;
  const later = judgePart(judge, analysis, kind, pattern, "later");
  const translated = first.alterations.filter(isDestinationNat);
  const replies = replyPatterns(analysis, pattern, first.packets, translated);
  const back = replies.patterns.map((one) => judgePart(judge, analysis, kind, one, "reply"));
  const answers = [
    first.answer,
    later.answer,
    ...back.map((one) => {
      if (areStray(arena, first, one) && one.answer.status === "holds") return undecided([STRAY]);
      return replies.isExact ? one.answer : softened(one.answer);
    }),
  ];
  const moves = movesOf(first, [later, ...back], judge.options.hosts ?? null);
  const reasons = [...replies.reasons, ...moves.reasons, ...judge.beyond];
  if (reasons.length > 0) answers.push(undecided(reasons));
  const answer = answers.reduce(worst);
  return { ...answer, assumptions: [...answer.assumptions, ...moves.assumptions] };
}

/** What shall be closed is entered by its own address, and by each that NAT sends there. */
function judgeClosed(judge: Judge, analysis: Analysis, pattern: FlowPattern): IntentAnswer {
  const { arena, layout } = analysis;
  if (!judge.changesPackets) return judgePart(judge, analysis, "blocked", pattern, "first").answer;
  const direct = walkPart(judge, analysis, "blocked", pattern, "first");
  if (direct.packets === FALSE) return NO_PACKET;
  const wide = walkPart(judge, analysis, "blocked", anyDestination(pattern), "first");
  const { moved, certain, perhaps } = entrances(layout, pattern, wide.alterations);
  const answers = [
    answerOf({ ...direct, packets: arena.difference(direct.packets, moved) }),
    answerOf({ ...wide, packets: certain }),
    softened(answerOf({ ...wide, packets: arena.difference(perhaps, certain) })),
  ];
  return { ...answers.reduce(worst), assumptions: direct.assumptions };
}

/** Where replies to connections of a pattern come from. May throw `NodeLimitError`. */
export function repliesTo(device: Device, kind: IntentKind, pattern: FlowPattern): ReplyPatterns {
  const judge = judgeOf(device, {});
  const analysis = beginAnalysis([device]);
  const { packets, alterations } = walkPart(judge, analysis, kind, pattern, "first");
  return replyPatterns(analysis, pattern, packets, alterations.filter(isDestinationNat));
}

/** What breaks more packets than there may be is no proof that any is broken. */
function softened(answer: IntentAnswer): IntentAnswer {
  if (answer.status !== "broken") return answer;
  const reasons = [...answer.reasons, "which address NAT gives is not known"];
  return { ...answer, status: "undecided", reasons };
}

const NO_PACKET = undecided(["no packet fits it: look at its addresses and ports"]);

interface JudgedPart extends AlteredPart {
  readonly answer: IntentAnswer;
}

function judgePart(
  judge: Judge,
  analysis: Analysis,
  kind: IntentKind,
  pattern: FlowPattern,
  part: FlowPart,
): JudgedPart {
  const walked = walkPart(judge, analysis, kind, pattern, part);
  const { packets, alterations, assumptions } = walked;
  if (packets === FALSE && part === "first") return { answer: NO_PACKET, packets, alterations: [] };
  return { answer: { ...answerOf(walked), assumptions }, packets, alterations };
}

function walkPart(
  { device, facts, nameOf, changesPackets, ...judge }: Judge,
  analysis: Analysis,
  kind: IntentKind,
  pattern: FlowPattern,
  part: FlowPart,
): Walked {
  const { arena, layout } = analysis;
  const path = pathOfPart(pattern.path, part);
  const asked = flowPackets(layout, kind, pattern, part);
  const world = beginPath(analysis, facts, path, nameOf);
  const looked = { facts, nameOf, constraint: arena.not(FALSE) };
  const live = arena.and(asked, headersUnder(analysis, path, [looked]));
  const noted: Alteration[] = [];
  const note = changesPackets ? (visit: RuleVisit) => noteAlterations(visit, noted) : null;
  const endings = walkRegion(world, live, note);
  const constraint = world.constraints.reduce<Node>((all, one) => arena.and(all, one), live);
  const packets = arena.and(constraint, headersUnder(analysis, path, [looked]));
  const alterations = noted.flatMap((one): readonly Alteration[] => {
    const some = arena.and(one.packets, packets);
    return some === FALSE ? [] : [{ ...one, packets: some }];
  });
  const assumptions = [...judge.assumptions, ...DOMAIN_ASSUMPTIONS[path], ...world.assumptions];
  return {
    analysis,
    device,
    kind,
    pattern,
    path,
    part,
    packets,
    endings,
    alterations,
    assumptions,
  };
}

interface Walked {
  readonly analysis: Analysis;
  readonly device: Device;
  readonly kind: IntentKind;
  readonly pattern: FlowPattern;
  readonly path: Path;
  readonly part: FlowPart;
  readonly packets: Node;
  readonly endings: readonly Ending[];
  readonly alterations: readonly Alteration[];
  readonly assumptions: readonly string[];
}

/** What an ending means for an intent; `may`: it can be either. */
export type Effect = "good" | "bad" | "may";

function answerOf(walked: Walked): IntentAnswer {
  const { analysis, packets, endings } = walked;
  const { arena } = analysis;
  const within = endings.flatMap((ending): readonly Ending[] => {
    const some = arena.and(ending.packets, packets);
    return some === FALSE ? [] : [{ ...ending, packets: some }];
  });
  const union = (effect: Effect) =>
    within
      .filter(({ fate }) => effectOf(analysis.fates, walked.kind, fate) === effect)
      .reduce<Node>((all, ending) => arena.or(all, ending.packets), FALSE);
  const bad = union("bad");
  const doubtful = arena.or(bad, union("may"));
  if (doubtful === FALSE) return { ...undecided([]), status: "holds" };
  const sets = [packets, ...within.map((ending) => ending.packets)];
  const unknown = sets.flatMap((set) => unknownLevels(analysis.layout, set));
  const open = openInterfaces(analysis.layout, walked.pattern, walked.part);
  const incidental = walked.kind === "blocked" ? [] : incidentals(analysis.layout);
  const byTheWay = incidental.flatMap(({ levels }) => levels);
  const certainUnder = (levels: readonly number[]) => {
    const all = new Set(levels);
    const good = arena.exists(arena.difference(packets, bad), all);
    return arena.difference(arena.exists(bad, all), good);
  };
  const certain = certainUnder([...unknown, ...open, ...byTheWay]);
  const hangsOnWay = open.length > 0 && certain === FALSE && certainUnder(unknown) !== FALSE;
  const shown = certain === FALSE ? doubtful : arena.and(bad, certain);
  const example = exampleOf(walked, within, shown);
  const asked = new Set(support(arena, shown));
  const header = incidental.filter(({ levels }) => levels.some((level) => asked.has(level)));
  /* The notation of packets has no options: the interpreter would walk one without. */
  const isSaid = certain !== FALSE || header.length === 0;
  const doubt = example !== null && isSaid ? checkExample(walked, example) : [];
  const isBroken = certain !== FALSE && doubt.length === 0;
  const depends = [...unknownNames(analysis, shown), ...header.map(({ name }) => name)];
  return {
    status: isBroken ? "broken" : "undecided",
    example,
    dependsOn: isBroken ? [] : [...new Set(depends)].sort(),
    reasons: hangsOnWay ? [...doubt, UNKNOWN_WAY] : doubt,
    assumptions: [],
  };
}

const UNKNOWN_WAY = "which interface leads to the other end is not known";

/** What user space decides may be either. */
export function effectOf(fates: Fates, kind: IntentKind, number: number): Effect {
  const fate = fates.fate(number);
  if (fate.kind === "undecided" || fate.kind === "queue") return "may";
  const passes = fate.kind === "accept";
  return passes === (kind === "reachable") ? "good" : "bad";
}

function exampleOf(walked: Walked, endings: readonly Ending[], shown: Node): IntentExample | null {
  const { analysis, kind, path, part, pattern } = walked;
  const { arena, layout, fates } = analysis;
  const ending = endings
    .filter(({ fate }) => effectOf(fates, kind, fate) !== "good")
    .find(({ packets }) => arena.intersects(packets, shown));
  if (ending === undefined) return null;
  const header = pickReadable(layout, arena.and(ending.packets, shown));
  if (header === null) return null;
  const packet = withOwnNames(layout, toNotation(layout, header, path), pattern, part);
  return { part, packet, ...tellFate(fates, ending) };
}

/** The interpreter walks each example as well: it has to find the same. */
function checkExample({ device }: Walked, { packet, verdict }: IntentExample): readonly string[] {
  const spec = parsePacket(packet);
  if (isNotationError(spec)) return [`the example \`${packet}\` cannot be read back`];
  const { outcomes, complete } = interpret(device, spec, { host: null });
  if (!complete || outcomes.some((outcome) => outcome.verdict === verdict)) return [];
  return [`a walk of \`${packet}\` ends otherwise than the proof: please report it`];
}

function unknownNames({ layout }: Analysis, set: Node): readonly string[] {
  const keys = unknownKeys(layout, unknownLevels(layout, set));
  const names = keys.map((key) => key.replace(/#.*$/s, "").replace(/ version \d+.*$/, ""));
  return [...new Set(names)].sort();
}
