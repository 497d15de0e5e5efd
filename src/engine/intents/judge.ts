/**
 * Intents on one device: whether every connection that shall be possible is, in both directions, and
 * whether nothing begins that shall not. `holds` and `broken` are proved for all packets, under the
 * assumptions told with them.
 */
import { FALSE, type Node, withinNodeLimit } from "../bdd/index.ts";
import {
  type Analysis,
  beginPath,
  headersUnder,
  type RuleVisit,
  walkRegion,
} from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import { DOMAIN_ASSUMPTIONS } from "../packet/header/domain.ts";
import { type Alteration, isDestinationNat, noteAlterations } from "./alterations.ts";
import { takenFrom } from "./beyond.ts";
import { anyDestination, entrances } from "./entrances.ts";
import { flowPackets, pathOfPart } from "./flowPackets.ts";
import type { FlowPart, FlowPattern, Hosts, Intent, IntentAnswer, IntentKind } from "./model.ts";
import { type AlteredPart, movesOf } from "./moves.ts";
import { type Judge, openJudge } from "./openJudge.ts";
import { type ReplyPatterns, replyPatterns } from "./translated.ts";
import { areStray, STRAY } from "./untracked.ts";
import { newWays } from "./ways.ts";
import { answerOf, type Walked } from "./weigh.ts";

export interface JudgeOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
  /** Default: whatever an address is, somebody may serve there. */
  readonly hosts?: Hosts;
}

/** Answers for each intent, in their order. */
export function judgeIntents(
  device: Device,
  intents: readonly Intent[],
  { hosts, ...options }: JudgeOptions = {},
): readonly IntentAnswer[] {
  const judge = openJudge(device, options);
  return intents.map((intent) => judgeIntent(judge, intent, hosts));
}

/** What one judge says of an intent; without hosts somebody may serve at whatever address there is. */
export function judgeIntent(
  judge: Judge,
  { kind, flows }: Intent,
  hosts: Hosts | undefined,
): IntentAnswer {
  const answers = flows.map((pattern) => {
    const judged = withinNodeLimit(() => judgeFlow(judge, kind, pattern, hosts));
    return judged.kind === "done" ? judged.value : undecided([`it needs ${judged.told}`]);
  });
  const [first, ...rest] = answers;
  if (first === undefined) return undecided(["it names no flow"]);
  return withLimits(rest.reduce(worst, first));
}

/** What is told to hold in the nominal state, each limit with its words, is no open question. */
function withLimits(answer: IntentAnswer): IntentAnswer {
  const { status, except, reasons } = answer;
  const isLimited = status === "undecided" && except !== null && except.length > 0;
  return isLimited && reasons.length === 0 ? { ...answer, status: "holds, except" } : answer;
}

const WEIGHT = { holds: 0, "holds, except": 1, undecided: 2, broken: 3 } as const;

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
    except:
      one.except === null || other.except === null ? null : both(({ except }) => except ?? []),
    reasons: both(({ reasons }) => reasons),
    assumptions: both(({ assumptions }) => assumptions),
  };
}

function undecided(reasons: readonly string[]): IntentAnswer {
  return {
    status: "undecided",
    example: null,
    dependsOn: [],
    except: null,
    reasons,
    assumptions: [],
  };
}

function judgeFlow(
  judge: Judge,
  kind: IntentKind,
  pattern: FlowPattern,
  hosts: Hosts | undefined,
): IntentAnswer {
  if (kind === "blocked")
    return judge.analysing((analysis) => judgeClosed(judge, analysis, pattern));
  const judged = judge.analysing((analysis) => judgeOpen(judge, analysis, pattern, hosts));
  return judged.status === "holds" ? asFarAsTaken(judge, pattern, judged, hosts) : judged;
}

/** A connection is its first packet, the replies, and what follows. */
function judgeOpen(
  judge: Judge,
  analysis: Analysis,
  pattern: FlowPattern,
  hosts: Hosts | undefined,
): IntentAnswer {
  const kind = "reachable";
  const { arena } = analysis;
  const first = judgeFirst(judge, analysis, pattern, hosts);
  if (first.answer.status === "broken") return first.answer;
  const later = judgePart(judge, analysis, kind, pattern, "later");
  const translated = first.alterations.filter(isDestinationNat);
  const replies = replyPatterns(analysis, pattern, first.packets, translated, hosts);
  const back = replies.patterns.map((one) => judgePart(judge, analysis, kind, one, "reply"));
  const answers = [
    first.answer,
    later.answer,
    ...back.map((one) => {
      if (areStray(arena, first, one) && one.answer.status === "holds") return undecided([STRAY]);
      return replies.isExact ? one.answer : softened(one.answer);
    }),
  ];
  const moves = movesOf(first, [later, ...back], hosts ?? null);
  const reasons = [...replies.reasons, ...moves.reasons];
  if (reasons.length > 0) answers.push(undecided(reasons));
  const answer = answers.reduce(worst);
  return { ...answer, assumptions: [...answer.assumptions, ...moves.assumptions] };
}

/** What holds on the paths may be taken away beyond them. */
function asFarAsTaken(
  judge: Judge,
  pattern: FlowPattern,
  judged: IntentAnswer,
  hosts: Hosts | undefined,
): IntentAnswer {
  const taken = takenFrom(judge.beyond, pattern);
  if (taken.length === 0) return judged;
  const withAll = judge.edges === null ? null : judgeFlow(judge.edges, "reachable", pattern, hosts);
  return withAll?.status === "holds" ? judged : worst(judged, undecided(taken));
}

/**
 * First packets leave by the interface behind which they are told to lie; those that NAT sends elsewhere leave by
 * that of the other host.
 */
function judgeFirst(
  judge: Judge,
  analysis: Analysis,
  pattern: FlowPattern,
  hosts: Hosts | undefined,
): JudgedPart {
  const { arena } = analysis;
  const direct = walkPart(judge, analysis, "reachable", pattern, "first");
  const { packets, assumptions } = direct;
  if (packets === FALSE) return { answer: NO_PACKET, packets, alterations: [] };
  const sent = direct.alterations.filter(isDestinationNat);
  if (sent.length === 0 || pattern.path === "input")
    return { ...direct, answer: { ...answerOf(direct), assumptions } };
  const moved = sent.reduce<Node>((all, one) => arena.or(all, one.packets), FALSE);
  const answers = [answerOf({ ...direct, packets: arena.difference(packets, moved) })];
  const alterations = direct.alterations.filter((one) => !isDestinationNat(one));
  let all = arena.difference(packets, moved);
  for (const [statement, interfaces] of newWays(sent, pattern, hosts)) {
    const way = { ...pattern, to: { ...pattern.to, interfaces } };
    const walked = walkPart(judge, analysis, "reachable", way, "first");
    const own = walked.alterations.filter((one) => one.statement === statement);
    const some = own.reduce<Node>((found, one) => arena.or(found, one.packets), FALSE);
    answers.push(answerOf({ ...walked, packets: some }));
    alterations.push(...own);
    all = arena.or(all, some);
  }
  const answer = { ...answers.reduce(worst), assumptions };
  return { answer, packets: all, alterations };
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

/** Whether NAT, or what writes packets, may send any there. May throw `NodeLimitError`. */
export function entersByNat(judge: Judge, pattern: FlowPattern): boolean {
  if (!judge.changesPackets) return false;
  return judge.analysing((analysis) => {
    const wide = walkPart(judge, analysis, "blocked", anyDestination(pattern), "first");
    return entrances(analysis.layout, pattern, wide.alterations).perhaps !== FALSE;
  });
}

/** Where replies to connections of a pattern come from. May throw `NodeLimitError`. */
export function repliesTo(judge: Judge, kind: IntentKind, pattern: FlowPattern): ReplyPatterns {
  return judge.analysing((analysis) => {
    const { packets, alterations } = walkPart(judge, analysis, kind, pattern, "first");
    const translated = alterations.filter(isDestinationNat);
    return replyPatterns(analysis, pattern, packets, translated, undefined);
  });
}

/** What breaks more packets than there may be is no proof that any is broken. */
function softened(answer: IntentAnswer): IntentAnswer {
  if (answer.status !== "broken") return answer;
  const reasons = [...answer.reasons, "which address NAT gives is not known"];
  return { ...answer, status: "undecided", except: null, reasons };
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
