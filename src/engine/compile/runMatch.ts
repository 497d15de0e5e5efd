import { inRanges } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Rule, Table } from "../device/device.ts";
import type { SetReference } from "../device/expression.ts";
import type { Match } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";
import { NFPROTO_IPV4, NFPROTO_IPV6 } from "../packet/selectors/index.ts";
import { evaluate } from "./evaluate.ts";
import { familiesOf } from "./facts.ts";
import { ACCEPT, DROP } from "./fates.ts";
import type { Membership } from "./lookup.ts";
import { matchSet } from "./matchSet.ts";
import { isNeverIn } from "./neverIn.ts";
import { beginRule, type Progress, settle } from "./ruleProgress.ts";
import { feedLimited } from "./runMemory.ts";
import { whereInRanges } from "./value.ts";
import type { Asker, World } from "./world.ts";

/** Asks for what the match asks; that is worked out when somebody needs it (`settle`). */
export function runMatch(world: World, progress: Progress, match: Match): void {
  const { left, test, whenAbsent } = match;
  if (test.kind === "set") return askMembership(world, progress, match, test.set);
  const { arena } = world;
  const value = evaluate(world, progress.asker, left);
  if (test.negated || whenAbsent !== undefined) {
    const inside = whereInRanges(arena, value, test.ranges);
    return askFor(world, progress, match, { present: value.present, inside });
  }
  if (!isNeverIn(arena, progress.live, value, test.ranges))
    return progress.pending.askValue(arena, value, test.ranges);
  progress.live = FALSE;
  progress.pending.clear();
}

function askMembership(
  world: World,
  progress: Progress,
  match: Match,
  reference: SetReference,
): void {
  feedLimited(world, progress, reference);
  askFor(world, progress, match, matchSet(world, progress.asker, match.left, reference));
}

/** `inside` says nothing of packets that are not in `present`. */
function askFor(
  world: World,
  progress: Progress,
  { test, whenAbsent }: Match,
  { present, inside }: Membership,
): void {
  const { arena } = world;
  const { pending } = progress;
  if (whenAbsent === "drops") {
    settle(world, progress);
    const packets = arena.and(progress.live, arena.not(present));
    if (packets !== FALSE) progress.exits.push({ kind: "fate", packets, fate: DROP });
  }
  const asked = test.negated ? arena.not(inside) : inside;
  if (whenAbsent === "matches") return pending.ask(arena, arena.or(asked, arena.not(present)));
  pending.ask(arena, present);
  pending.ask(arena, asked);
}

/**
 * The number of the fate of all packets that match, of a rule that does nothing but ask and accept or drop; null: of
 * any other rule.
 */
export function plainFate({ statements }: Rule): number | null {
  const last = statements.at(-1);
  if (last?.kind !== "verdict") return null;
  const { kind } = last.verdict;
  if (kind !== "accept" && kind !== "drop") return null;
  for (const statement of statements) {
    if (statement === last || statement.kind === "harmless") continue;
    if (statement.kind !== "match" || statement.whenAbsent === "drops") return null;
  }
  return kind === "accept" ? ACCEPT : DROP;
}

/**
 * The fate of a plain rule (`plainFate`) where its matches hold, else `NONE`. What `runRule` finds for all packets, but
 * made right onto the fate: no set of packets that is made first, only to be given the fate then.
 */
export function plainRuleDiagram(world: World, asker: Asker, rule: Rule, fate: number): Node {
  const { arena } = world;
  world.families = ruleFamilies(asker.table, rule);
  const progress = beginRule(asker, rule, TRUE);
  for (const statement of rule.statements)
    if (statement.kind === "match") runMatch(world, progress, statement);
  return progress.pending.within(arena, arena.and(progress.live, arena.terminal(fate)));
}

/** Of the table, less those that the rule's first matches leave out. */
export function ruleFamilies(table: Table, rule: Rule): readonly IpFamily[] {
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

const NFPROTO: Readonly<Record<IpFamily, bigint>> = { ip: NFPROTO_IPV4, ip6: NFPROTO_IPV6 };
