import { FALSE, type Node } from "../bdd/index.ts";
import type { Rule } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { selectorRow } from "../packet/selectors/index.ts";
import { canonicalText } from "./canonical.ts";
import { mannerOf, noteDeed } from "./deeds.ts";
import { evaluate, evaluateParts, keyParts } from "./evaluate.ts";
import { ACCEPT } from "./fates.ts";
import { laterPackets } from "./firstPacket.ts";
import { lookupGroups } from "./lookup.ts";
import { readSelector } from "./readSelector.ts";
import { rejectKinds } from "./rejects.ts";
import { exitOf, leave, undecide } from "./ruleEnd.ts";
import { beginRule, type Exit, feed, type Progress, settle } from "./ruleProgress.ts";
import { ruleFamilies, runMatch } from "./runMatch.ts";
import { feedLimited, memoryPlace, runStateful, runUnknown } from "./runMemory.ts";
import { statesHere, withoutConnection } from "./tracking.ts";
import { translate } from "./translate.ts";
import { whereInRanges } from "./value.ts";
import type { Asker, World } from "./world.ts";
import { writeSelector } from "./writeSelector.ts";

/** What running a rule has shown. */
export interface RuleRun {
  readonly exits: readonly Exit[];
  /** Packets that all matches of the rule let through. */
  readonly hit: Node;
  /** Packets that came to statements with a state of their own, by statement. */
  readonly fed: readonly { readonly key: string; readonly packets: Node }[];
}

/** Runs the statements of a rule over the packets in `live`; writes go to the world's store. */
export function runRule(world: World, asker: Asker, rule: Rule, live: Node): RuleRun {
  world.families = ruleFamilies(asker.table, rule);
  const progress = beginRule(asker, rule, live);
  let hit = live;
  for (const [index, statement] of rule.statements.entries()) {
    if (statement.kind !== "match" && !progress.pending.isEmpty) {
      settle(world, progress);
      hit = progress.live;
    }
    if (progress.live === FALSE) break;
    const ends = endsRule(statement);
    if (ends) hit = progress.live;
    runStatement(world, progress, statement, index);
    if (!ends) hit = progress.live;
  }
  if (!progress.pending.isEmpty) {
    settle(world, progress);
    hit = progress.live;
  }
  return { exits: progress.exits, hit, fed: progress.fed };
}

const TCP = 6n;

/** What has no TCP header has no options to write, and the rule ends for it. */
function whereTcp(world: World): Node {
  const protocol = readSelector(world, "meta l4proto", "");
  return whereInRanges(world.arena, protocol, [{ from: TCP, to: TCP }]);
}

function endsRule({ kind }: Statement): boolean {
  return kind === "verdict" || kind === "verdictMap" || kind === "reject" || kind === "nat";
}

function runStatement(world: World, progress: Progress, statement: Statement, index: number): void {
  const { arena } = world;
  switch (statement.kind) {
    case "match":
      return runMatch(world, progress, statement);
    case "verdict":
      return leave(progress, exitOf(world, statement.verdict, progress));
    case "verdictMap":
      feedLimited(world, progress, statement.map);
      return runVerdictMap(world, progress, statement);
    case "reject": {
      for (const kind of rejectKinds(world, statement.with, progress.live)) {
        const fate = world.fates.number({ kind: "reject", with: kind.with });
        if (kind.packets !== FALSE)
          progress.exits.push({ kind: "fate", packets: kind.packets, fate });
      }
      progress.live = FALSE;
      return;
    }
    case "write": {
      const value = evaluate(world, progress.asker, statement.value);
      if (selectorRow(statement.target).source.kind === "tcpOption")
        progress.live = arena.and(progress.live, whereTcp(world));
      const written = arena.and(progress.live, value.present);
      if (statement.goesOn !== true) progress.live = written;
      const lowersOnly = statement.lowersOnly === true;
      const done = writeSelector(world, statement.target, value, written, lowersOnly);
      if (done === "kept") return;
      noteDeed(world, progress, statement);
      if (done === "unknown") undecide(world, progress, `${statement.target} set`);
      return;
    }
    case "nat": {
      const translated = translate(world, progress.asker, statement, progress.live);
      const manner = mannerOf(statement);
      if (manner !== null && world.deeds !== null) {
        const later = laterPackets(world, translated, statesHere(world));
        noteDeed(world, { ...progress, live: arena.or(translated, later) }, manner);
      }
      progress.exits.push({ kind: "fate", packets: translated, fate: ACCEPT });
      progress.live = arena.difference(progress.live, translated);
      return;
    }
    case "notrack":
      world.untracked = arena.or(world.untracked, withoutConnection(world, progress.live));
      return;
    case "limit":
    case "quota":
    case "connectionCount":
    case "hashLimit":
    case "statistic":
      return runStateful(world, progress, statement, memoryPlace(progress.rule, index));
    case "recent":
      if (statement.operation === "set") {
        feed(progress, `recent ${statement.list}`);
        if (statement.negated) progress.live = FALSE;
        return;
      }
      return runStateful(world, progress, statement, memoryPlace(progress.rule, index));
    case "payloadSearch":
    case "u32":
      return runUnknown(world, progress, `${statement.kind} ${statement.text}`, statement.negated);
    case "opaqueMatch": {
      const key =
        statement.unknown === "stateful"
          ? `${statement.text}#${progress.asker.instance}:${memoryPlace(progress.rule, index)}`
          : statement.text;
      return runUnknown(world, progress, key, statement.negated, statement.unknown);
    }
    case "objectReference":
      return runObject(world, progress, statement, index);
    case "dynamicSet":
      return runDynamicSet(world, progress, statement, index);
    case "ipsetUpdate":
      return feed(progress, `ipset ${statement.set.name}`);
    case "ctObject":
    case "duplicate":
    case "flowOffload":
      return noteDeed(world, progress, statement);
    case "harmless":
    case "noEffect":
      return;
    case "tproxy":
      /* Without a transparent socket nft goes on with the next rule (nft_tproxy_eval_v4). */
      if (statement.terminal !== true)
        runUnknown(world, progress, `socket for ${canonicalText(statement)}`, false, "moment");
      noteDeed(world, progress, statement);
      return undecide(world, progress, canonicalText(statement));
    case "synproxy":
    case "forwardTo":
    case "opaqueAction":
    case "notUnderstood":
      noteDeed(world, progress, statement);
      return undecide(
        world,
        progress,
        "text" in statement ? statement.text : canonicalText(statement),
      );
  }
}

function runVerdictMap(
  world: World,
  progress: Progress,
  statement: Extract<Statement, { kind: "verdictMap" }>,
): void {
  const { arena } = world;
  const parts = keyParts(world, progress.asker, statement.key, statement.map);
  for (const { element, packets } of lookupGroups(world, progress.asker, parts, statement.map)) {
    if (element.data?.kind !== "verdict") continue;
    const way = exitOf(world, element.data.verdict, progress);
    const taken = arena.and(progress.live, packets);
    if (way !== null && taken !== FALSE) progress.exits.push({ ...way, packets: taken });
  }
  progress.live = FALSE;
}

type ObjectReference = Extract<Statement, { kind: "objectReference" }>;

/** Runs the statement of a named object, or of those that a map gives for the packet. */
function runObject(
  world: World,
  progress: Progress,
  statement: ObjectReference,
  index: number,
): void {
  if (statement.lookup === null) {
    if (statement.name !== null) runNamed(world, progress, statement, statement.name, index);
    return;
  }
  const { key, map } = statement.lookup;
  const parts = keyParts(world, progress.asker, key, map);
  const before = progress.live;
  let passed: Node = FALSE;
  for (const { element, packets } of lookupGroups(world, progress.asker, parts, map)) {
    if (element.data?.kind !== "object") continue;
    progress.live = world.arena.and(before, packets);
    runNamed(world, progress, statement, element.data.name, index);
    passed = world.arena.or(passed, progress.live);
  }
  progress.live = passed;
}

function runNamed(
  world: World,
  progress: Progress,
  { object }: ObjectReference,
  name: string,
  index: number,
): void {
  const found = world.facts.object(progress.asker.table, object, name);
  if (found === null || progress.live === FALSE) return;
  const { statement } = found;
  if (statement.kind === "limit" || statement.kind === "quota")
    return runStateful(world, progress, statement, `${memoryPlace(progress.rule, index)} ${name}`);
  runStatement(world, progress, statement, index);
}

/** A set that is full makes the rule end (measured); here sets are taken to have room. */
function runDynamicSet(
  world: World,
  progress: Progress,
  statement: Extract<Statement, { kind: "dynamicSet" }>,
  index: number,
): void {
  const { arena } = world;
  const parts = evaluateParts(world, progress.asker, statement.key);
  for (const part of parts) progress.live = arena.and(progress.live, part.present);
  if (statement.operation !== "delete")
    world.assumptions.add("sets that packets write are not full");
  feed(progress, `@${statement.set}`);
  const reference = { kind: "named", name: statement.set, span: progress.rule.span } as const;
  const set = world.facts.set(progress.asker.table, reference);
  const inner =
    statement.statements.length > 0 ? statement.statements : (set?.elementStatements ?? []);
  for (const [i, own] of inner.entries())
    runStatement(world, progress, own, (index + 1) * INNER_PLACES + i);
}

/** Statements inside one element that keep places of their own. */
const INNER_PLACES = 1000;
