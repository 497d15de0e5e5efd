/**
 * Intents on one device: whether every connection that shall be possible is, in both directions, and
 * whether nothing begins that shall not. `holds` and `broken` are proved for all packets, under the
 * assumptions told with them.
 */
import { FALSE, type Node, withinNodeLimit } from "../bdd/index.ts";
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
import { flowPackets, openInterfaces, pathOfPart } from "./flowPackets.ts";
import type {
  FlowPart,
  FlowPattern,
  Intent,
  IntentAnswer,
  IntentExample,
  IntentKind,
} from "./model.ts";
import { withOwnNames } from "./ownNames.ts";
import {
  destinationNat,
  type ReplyPatterns,
  replyPatterns,
  type Translated,
} from "./translated.ts";
import { areStray, leftUntracked, STRAY } from "./untracked.ts";

export interface JudgeOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
}

/** What every answer rests on. */
const ASSUMPTIONS: readonly string[] = [
  "Linux 5.10 or later, one network namespace, no offloaded flows",
  "connections began under the ruleset that judges them",
  "clients connect from ports above 1023",
];

/** Answers for each intent, in their order. */
export function judgeIntents(
  device: Device,
  intents: readonly Intent[],
  options: JudgeOptions = {},
): readonly IntentAnswer[] {
  const judge: Judge = { device, facts: deviceFacts(device), nameOf: ruleNames(device), options };
  return intents.map((intent) => judgeIntent(judge, intent));
}

interface Judge {
  readonly device: Device;
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
  const translated: Translated[] = [];
  const untracked: Node[] = [];
  const first = judgePart(judge, analysis, kind, pattern, "first", (visit) => {
    destinationNat(visit, translated);
    leftUntracked(visit, untracked);
  });
  if (kind === "blocked" || first.answer.status === "broken") return first.answer;
  const later = judgePart(judge, analysis, kind, pattern, "later", null);
  const replies = replyPatterns(analysis, pattern, first.packets, translated);
  const back = replies.patterns.map((one) => {
    const ignored: Node[] = [];
    const { answer, packets } = judgePart(judge, analysis, kind, one, "reply", (visit) =>
      leftUntracked(visit, ignored),
    );
    const isStray = areStray(analysis, untracked, packets, ignored);
    if (isStray && answer.status === "holds") return undecided([STRAY]);
    return replies.isExact ? answer : softened(answer);
  });
  const answers = [first.answer, later.answer, ...back];
  if (replies.reasons.length > 0) answers.push(undecided(replies.reasons));
  return answers.reduce(worst);
}

/** Where replies to connections of a pattern come from. May throw `NodeLimitError`. */
export function repliesTo(device: Device, kind: IntentKind, pattern: FlowPattern): ReplyPatterns {
  const judge = { device, facts: deviceFacts(device), nameOf: ruleNames(device), options: {} };
  const analysis = beginAnalysis([device]);
  const translated: Translated[] = [];
  const { packets } = judgePart(judge, analysis, kind, pattern, "first", (visit) =>
    destinationNat(visit, translated),
  );
  return replyPatterns(analysis, pattern, packets, translated);
}

/** What breaks more packets than there may be is no proof that any is broken. */
function softened(answer: IntentAnswer): IntentAnswer {
  if (answer.status !== "broken") return answer;
  const reasons = [...answer.reasons, "which address NAT gives is not known"];
  return { ...answer, status: "undecided", reasons };
}

interface JudgedPart {
  readonly answer: IntentAnswer;
  readonly packets: Node;
}

function judgePart(
  judge: Judge,
  analysis: Analysis,
  kind: IntentKind,
  pattern: FlowPattern,
  part: FlowPart,
  onRule: ((visit: RuleVisit) => void) | null,
): JudgedPart {
  const { arena, layout } = analysis;
  const { facts, nameOf, device } = judge;
  const path = pathOfPart(pattern.path, part);
  const asked = flowPackets(layout, kind, pattern, part);
  const world = beginPath(analysis, facts, path, nameOf);
  const looked = { facts, nameOf, constraint: arena.not(FALSE) };
  const live = arena.and(asked, headersUnder(analysis, path, [looked]));
  const endings = walkRegion(world, live, onRule);
  const constraint = world.constraints.reduce<Node>((all, one) => arena.and(all, one), live);
  const packets = arena.and(constraint, headersUnder(analysis, path, [looked]));
  if (packets === FALSE && part === "first")
    return { answer: undecided(["no packet fits it: look at its addresses and ports"]), packets };
  const answer = answerOf({ analysis, device, kind, pattern, path, part, packets, endings });
  const assumptions = [...ASSUMPTIONS, ...DOMAIN_ASSUMPTIONS[path], ...world.assumptions];
  return { answer: { ...answer, assumptions }, packets: live };
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
  const certainUnder = (levels: readonly number[]) => {
    const all = new Set(levels);
    const good = arena.exists(arena.difference(packets, bad), all);
    return arena.difference(arena.exists(bad, all), good);
  };
  const certain = certainUnder([...unknown, ...open]);
  const hangsOnWay = open.length > 0 && certain === FALSE && certainUnder(unknown) !== FALSE;
  const shown = certain === FALSE ? doubtful : arena.and(bad, certain);
  const example = exampleOf(walked, within, shown);
  const doubt = example === null ? [] : checkExample(walked, example);
  const isBroken = certain !== FALSE && doubt.length === 0;
  return {
    status: isBroken ? "broken" : "undecided",
    example,
    dependsOn: isBroken ? [] : unknownNames(analysis, shown),
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
