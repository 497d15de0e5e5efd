import { inRanges } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Rule, Table } from "../device/device.ts";
import type { SetReference } from "../device/expression.ts";
import { limitsElements } from "../device/limitedSet.ts";
import type { Match, NatStatement, Statement, Verdict } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";
import { NFPROTO_IPV4, NFPROTO_IPV6, selectorRow } from "../packet/selectors/index.ts";
import { canonicalText } from "./canonical.ts";
import { evaluate, evaluateParts, keyParts } from "./evaluate.ts";
import { familiesOf } from "./facts.ts";
import { ACCEPT, DROP } from "./fates.ts";
import { laterPackets } from "./firstPacket.ts";
import { lookupGroups } from "./lookup.ts";
import { matchSet } from "./matchSet.ts";
import { isNeverIn } from "./neverIn.ts";
import { nominalOf } from "./nominal.ts";
import { readSelector } from "./readSelector.ts";
import { rejectKinds } from "./rejects.ts";
import { statesHere, withoutConnection } from "./tracking.ts";
import { translate } from "./translate.ts";
import { unknownFlag } from "./unknown.ts";
import { whereInRanges } from "./value.ts";
import type { Asker, World } from "./world.ts";
import { writeSelector } from "./writeSelector.ts";

/** Where a rule sends packets; exits of one rule are disjoint, the rest goes on behind it. */
export type Exit =
  | { readonly kind: "fate"; readonly packets: Node; readonly fate: number }
  | { readonly kind: "return"; readonly packets: Node }
  | { readonly kind: "jump" | "goto"; readonly packets: Node; readonly chain: string };

/** What running a rule has shown. */
export interface RuleRun {
  readonly exits: readonly Exit[];
  /** Packets that all matches of the rule let through. */
  readonly hit: Node;
  /** Packets that came to statements with a state of their own, by statement. */
  readonly fed: readonly { readonly key: string; readonly packets: Node }[];
}

/** A rule while its statements run. */
interface Progress {
  /** Packets that are still in the rule, but for what `pending` leaves out. */
  live: Node;
  /** What matches have asked for since `live` was worked out. */
  pending: Node[];
  readonly rule: Rule;
  readonly asker: Asker;
  readonly exits: Exit[];
  readonly fed: { readonly key: string; readonly packets: Node }[];
}

/** Runs the statements of a rule over the packets in `live`; writes go to the world's store. */
export function runRule(world: World, asker: Asker, rule: Rule, live: Node): RuleRun {
  world.families = ruleFamilies(asker.table, rule);
  const progress: Progress = { live, pending: [], rule, asker, exits: [], fed: [] };
  let hit = live;
  for (const [index, statement] of rule.statements.entries()) {
    if (statement.kind !== "match" && progress.pending.length > 0) {
      settle(world, progress);
      hit = progress.live;
    }
    if (progress.live === FALSE) break;
    const ends = endsRule(statement);
    if (ends) hit = progress.live;
    runStatement(world, progress, statement, index);
    if (!ends) hit = progress.live;
  }
  if (progress.pending.length > 0) {
    settle(world, progress);
    hit = progress.live;
  }
  return { exits: progress.exits, hit, fed: progress.fed };
}

/**
 * Works out `live`. What is asked of the last variables comes first: so each field's nodes are made
 * once on top of what lies below, instead of once more for each match behind it (a third of the
 * nodes of 5,000 rules about single IPv6 hosts).
 */
function settle({ arena }: World, progress: Progress): void {
  if (progress.pending.length === 0) return;
  const factors = [progress.live, ...progress.pending];
  factors.sort((a, b) => arena.level(b) - arena.level(a));
  progress.live = factors.reduce<Node>((all, factor) => arena.and(factor, all), TRUE);
  progress.pending = [];
}

/** Of the table, less those that the rule's first matches leave out. */
function ruleFamilies(table: Table, rule: Rule): readonly IpFamily[] {
  const families = familiesOf(table);
  const [only, second] = families;
  if (only === undefined || second === undefined) return families;
  for (const statement of rule.statements) {
    if (statement.kind !== "match") break;
    const { left, test } = statement;
    if (left.kind !== "selector" || left.id !== "meta nfproto") continue;
    if (test.kind !== "ranges" || test.negated || statement.whenAbsent !== undefined) continue;
    return families.filter((family) => inRanges(test.ranges, NFPROTO[family]));
  }
  return families;
}

const TCP = 6n;

/** What has no TCP header has no options to write, and the rule ends for it. */
function whereTcp(world: World): Node {
  const protocol = readSelector(world, "meta l4proto", "");
  return whereInRanges(world.arena, protocol, [{ from: TCP, to: TCP }]);
}

const NFPROTO: Readonly<Record<IpFamily, bigint>> = { ip: NFPROTO_IPV4, ip6: NFPROTO_IPV6 };

function endsRule({ kind }: Statement): boolean {
  return kind === "verdict" || kind === "verdictMap" || kind === "reject" || kind === "nat";
}

function runStatement(world: World, progress: Progress, statement: Statement, index: number): void {
  const { arena } = world;
  switch (statement.kind) {
    case "match":
      if (statement.test.kind === "set") feedLimited(world, progress, statement.test.set);
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
        feed(world, progress, `recent ${statement.list}`);
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
      return feed(world, progress, `ipset ${statement.set.name}`);
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

/** How NAT chooses among ports and addresses: that shows in no field. Null: as it always does. */
function mannerOf({
  type,
  address,
  random,
  persistent,
  ...rest
}: NatStatement): NatStatement | null {
  const isOne = address?.kind === "range" && address.range.from === address.range.to;
  const keeps = persistent && !isOne;
  if (!random && !keeps) return null;
  return { ...rest, type, family: null, address: null, port: null, random, persistent: keeps };
}

/** Keeps what was done to the packets that are in the rule, for whoever compares it. */
function noteDeed(
  { deeds, place }: World,
  { live, rule, asker }: Progress,
  statement: Statement,
): void {
  if (deeds === null || live === FALSE) return;
  deeds.push({ statement, table: asker.table, rule, hook: place.hook, packets: live });
}

type Way =
  | { readonly kind: "fate"; readonly fate: number }
  | { readonly kind: "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

/** Ends the rule for all packets that are still in it. */
function leave(progress: Progress, way: Way | null): void {
  if (way !== null) progress.exits.push({ ...way, packets: progress.live });
  progress.live = FALSE;
}

/** Null: the packet goes on behind the rule (`continue`). */
function exitOf(world: World, verdict: Verdict, progress: Progress): Way | null {
  switch (verdict.kind) {
    case "accept":
    case "drop":
      return { kind: "fate", fate: world.fates.number({ kind: verdict.kind }) };
    case "queue": {
      const text = queueText(world, verdict, progress.asker);
      return { kind: "fate", fate: world.fates.number({ kind: "queue", text }) };
    }
    case "return":
      return { kind: "return" };
    case "jump":
    case "goto": {
      if (world.facts.chain(progress.asker.table, verdict.chain) !== null) return verdict;
      const text = `${verdict.kind} to \`${verdict.chain}\`, which is not there`;
      return { kind: "fate", fate: undecidedFate(world, progress, text) };
    }
    case "continue":
      return null;
  }
}

/** Which queue it is: with what the map holds that chooses it. */
function queueText(
  { facts }: World,
  { numbers, bypass, fanout, chosenBy = "" }: Extract<Verdict, { kind: "queue" }>,
  { table }: Asker,
): string {
  const name = /@(\S+)/.exec(chosenBy)?.[1];
  const map =
    name === undefined ? null : facts.set(table, { kind: "named", name, span: table.span });
  const held = map === null ? "" : ` ${canonicalText(map.elements)}`;
  const options = `${bypass ? " bypass" : ""}${fanout === true ? " fanout" : ""}`;
  return `${numbers.from}-${numbers.to}${options} ${chosenBy}${held}`.trim();
}

function undecidedFate(world: World, progress: Progress, text: string): number {
  return world.fates.number({ kind: "undecided", text, span: progress.rule.span });
}

/** After what is not modelled everything is possible: also that the packet goes on. */
function undecide(world: World, progress: Progress, text: string): void {
  const { arena } = world;
  const flag = world.layout.flag(`goes on after ${text}`, "packet");
  const goesOn = arena.variable(flag.level);
  const stopped = arena.and(progress.live, arena.not(goesOn));
  progress.exits.push({
    kind: "fate",
    packets: stopped,
    fate: undecidedFate(world, progress, text),
  });
  progress.live = arena.and(progress.live, goesOn);
}

function runMatch(world: World, progress: Progress, match: Match): void {
  const { arena } = world;
  const found = matchPackets(world, progress, match);
  if (found === null) {
    progress.live = FALSE;
    progress.pending = [];
    return;
  }
  const { present, inside } = found;
  if (match.whenAbsent === "drops") {
    settle(world, progress);
    const packets = arena.and(progress.live, arena.not(present));
    if (packets !== FALSE) progress.exits.push({ kind: "fate", packets, fate: DROP });
  }
  const asked = match.test.negated ? arena.not(inside) : inside;
  if (match.whenAbsent === "matches") progress.pending.push(arena.or(asked, arena.not(present)));
  else progress.pending.push(present, asked);
}

/** Null: no packet that is still in the rule matches, as is seen before anything is worked out. */
function matchPackets(
  world: World,
  { asker, live }: Progress,
  { left, test, whenAbsent }: Match,
): { readonly present: Node; readonly inside: Node } | null {
  if (test.kind === "set") return matchSet(world, asker, left, test.set);
  const value = evaluate(world, asker, left);
  const isPlain = !test.negated && whenAbsent === undefined;
  if (isPlain && isNeverIn(world.arena, live, value, test.ranges)) return null;
  return { present: value.present, inside: whereInRanges(world.arena, value, test.ranges) };
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

/**
 * Which of the statements with a memory it is, however the rule asks for its packets: the place inside an element of a
 * set counts as it is.
 */
function memoryPlace({ statements }: Rule, index: number): string {
  if (index >= statements.length) return `${index}`;
  return `${statements.slice(0, index).filter(({ kind }) => kind !== "match").length}`;
}

/** A variable of this rule's own: nobody knows what its bucket holds. */
function runStateful(world: World, progress: Progress, statement: Statement, place: string): void {
  const key = `${statement.kind}#${progress.asker.instance}:${place}`;
  feed(world, progress, key);
  const flag = world.layout.flag(key, "stateful", nominalOf(statement, progress.rule));
  progress.live = world.arena.and(progress.live, world.arena.variable(flag.level));
}

/** Whoever comes to a set with limits of its elements can use them up. */
function feedLimited(world: World, progress: Progress, reference: SetReference): void {
  const set = world.facts.set(progress.asker.table, reference);
  if (set === null || !limitsElements(set)) return;
  settle(world, progress);
  feed(world, progress, `@${set.name}`);
}

function feed(_world: World, progress: Progress, key: string): void {
  progress.fed.push({ key, packets: progress.live });
}

function runUnknown(
  world: World,
  progress: Progress,
  key: string,
  negated: boolean,
  kind: "packet" | "moment" | "stateful" = "packet",
): void {
  const written = kind === "packet" ? world.store.writtenBytes() : null;
  if (kind === "stateful") feed(world, progress, key);
  const variable = unknownFlag(world, key, kind, written);
  const passes = negated ? world.arena.not(variable) : variable;
  progress.live = world.arena.and(progress.live, passes);
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
  feed(world, progress, `@${statement.set}`);
  const reference = { kind: "named", name: statement.set, span: progress.rule.span } as const;
  const set = world.facts.set(progress.asker.table, reference);
  const inner =
    statement.statements.length > 0 ? statement.statements : (set?.elementStatements ?? []);
  for (const [i, own] of inner.entries())
    runStatement(world, progress, own, (index + 1) * INNER_PLACES + i);
}

/** Statements inside one element that keep places of their own. */
const INNER_PLACES = 1000;
