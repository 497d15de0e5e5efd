import { FALSE } from "../bdd/index.ts";
import { tableName, type World } from "../compile/index.ts";
import type { Expression } from "../device/expression.ts";
import type { Statement } from "../device/statement.ts";
import type { ChainNode, RuleNode } from "./chainGraph.ts";
import { type LintContext, ownChains } from "./context.ts";
import { allEnd, type MeetTrees } from "./follow.ts";
import { oneEnds } from "./followOne.ts";
import { generatorOf } from "./generated.ts";
import { memberAtOnce, membersOf } from "./hasMember.ts";
import { familiesSeen, type HookChain, hookChains, newPackets } from "./hookChains.ts";
import type { LintDiagnostic } from "./model.ts";
import { isAsking, isQuiet, verdictWord } from "./ruleWords.ts";

/** What base chains do to each other. */
export function crossChainFindings(context: LintContext): readonly LintDiagnostic[] {
  return [...undoneAccepts(context), ...ties(context), ...asksTooEarly(context)];
}

const HOOKS = ["input", "forward", "output"] as const;

/** Rules that accept what a later base chain of the same hook drops in any case. */
function undoneAccepts(context: LintContext): readonly LintDiagnostic[] {
  const trees: MeetTrees = new Map();
  return HOOKS.flatMap((hook) => {
    const chains = hookChains(context.graphs, hook);
    return ownChains(context, hook).flatMap((chain) => {
      const place = chains.findIndex(({ base }) => base === chain.base);
      const later = chains.slice(place + 1).filter((other) => sharesFamily(chain, other));
      return later.flatMap((other) => undoneBy(chain, other, trees));
    });
  });
}

function sharesFamily(one: HookChain, other: HookChain): boolean {
  return familiesSeen(one).some((family) => familiesSeen(other).includes(family));
}

function undoneBy(
  { nodes }: HookChain,
  later: HookChain,
  trees: MeetTrees,
): readonly LintDiagnostic[] {
  return nodes.flatMap((node) =>
    node.rules
      .filter(({ rule }) => verdictWord(rule) === "accept" && isAsking(rule))
      .filter((one) => isUndone(node, one, later, trees))
      .map(({ rule }) => tellUndone(rule, later)),
  );
}

function isUndone(node: ChainNode, rule: RuleNode, later: HookChain, trees: MeetTrees): boolean {
  const { world } = node.place;
  const { arena } = world;
  const follower = { trees, isPassed: () => true, isRight: (fate: number) => isLoss(world, fate) };
  const seen = arena.and(newPackets(world), later.base.place.packets());
  let isMet = false;
  for (const way of node.ways)
    for (const exit of rule.run.exits) {
      if (exit.kind !== "fate") continue;
      const region = { inside: way.inside, outside: [...way.outside, ...rule.earlier] };
      const asked = arena.and(exit.packets, newPackets(world));
      const one = memberAtOnce(arena, region, asked);
      if (one !== null && !oneEnds(follower, later.base, 0, one)) return false;
      const packets = arena.and(membersOf(arena, region, asked), node.place.packets());
      if (packets === FALSE) continue;
      if (arena.difference(packets, seen) !== FALSE) return false;
      isMet = true;
      if (!allEnd(follower, later.base, 0, packets)) return false;
    }
  return isMet;
}

function isLoss(world: World, fate: number): boolean {
  return /^(drop|reject)$/.test(world.fates.fate(fate).kind);
}

function tellUndone({ span }: RuleNode["rule"], { base }: HookChain): LintDiagnostic {
  const { hooked, world } = base.place;
  const name = `${tableName(world.facts.device, hooked.table)} ${base.chain.name}`;
  const owner = generatorOf(hooked.table, base.chain);
  return {
    code: "PM6010",
    severity: "warning",
    message: `what this rule accepts is dropped behind it: accept ends only its own base chain, and \`${name}\`${owner === null ? "" : ` (of ${owner})`} runs later`,
    span,
    related: [{ message: "the base chain that drops it", span: hooked.base.policySpan }],
    help: `accept it in \`${base.chain.name}\` too`,
    fix: null,
  };
}

/** Base chains whose order is left to chance, where it matters. */
function ties({ graphs }: LintContext): readonly LintDiagnostic[] {
  const places = [
    ...graphs.graphs.flatMap(([base]) => base?.place ?? []),
    ...graphs.runs.map(({ place }) => place),
  ];
  const seen = new Set<string>();
  return places.flatMap(({ hooked, world }, i) =>
    places.slice(i + 1).flatMap((other): readonly LintDiagnostic[] => {
      const [a, b] = [hooked, other.hooked];
      const isTie =
        a.chain !== b.chain &&
        a.base.hook === b.base.hook &&
        a.base.priority === b.base.priority &&
        (a.base.type === "nat") === (b.base.type === "nat") &&
        world.path === other.world.path &&
        world.place.pass === other.world.place.pass;
      const isNat = a.base.type === "nat";
      const acts = (chain: typeof a.chain) =>
        chain.rules.some((rule) => rule.statements.some((statement) => !isQuiet(statement)));
      const matters = isNat
        ? a.chain.rules.length > 0 && b.chain.rules.length > 0
        : acts(a.chain) || acts(b.chain);
      const key = [a, b]
        .map(({ table, chain }) => `${table.family} ${table.name} ${chain.name}`)
        .sort()
        .join();
      const overlaps =
        a.table.family === b.table.family || [a, b].some(({ table }) => table.family === "inet");
      if (!isTie || !matters || !overlaps || seen.has(key)) return [];
      seen.add(key);
      return [
        {
          code: "PM6011",
          severity: "note",
          message: `\`${a.table.name} ${a.chain.name}\` and \`${b.table.name} ${b.chain.name}\` have the same hook and priority: which runs first depends on which was loaded last`,
          span: a.base.policySpan,
          related: [{ message: "the other base chain", span: b.base.policySpan }],
          help: "give them different priorities",
          fix: null,
        },
      ];
    }),
  );
}

/** Questions about connections where tracking has not looked at the packet yet. */
function asksTooEarly({ graphs }: LintContext): readonly LintDiagnostic[] {
  const late = new Set<unknown>();
  const early = new Map<RuleNode["rule"], LintDiagnostic>();
  const note = (world: World, rule: RuleNode["rule"]): void => {
    if (world.place.pass !== "" || !rule.statements.some(asksConnection)) return;
    if (world.place.isTracked) late.add(rule);
    else early.set(rule, tellEarly(rule));
  };
  for (const node of graphs.graphs.flat())
    if (node.ways.length > 0) for (const { rule } of node.rules) note(node.place.world, rule);
  for (const { visits } of graphs.runs)
    for (const { frame, rule } of visits) note(frame.place.world, rule);
  return [...early].flatMap(([rule, told]) => (late.has(rule) ? [] : [told]));
}

function asksConnection(statement: Statement): boolean {
  if (statement.kind === "match") return isOfConnection(statement.left);
  if (statement.kind === "verdictMap") return isOfConnection(statement.key);
  return false;
}

function isOfConnection(expression: Expression): boolean {
  switch (expression.kind) {
    case "selector":
      return expression.id.startsWith("ct ");
    case "binary":
      return isOfConnection(expression.left);
    case "concatenation":
      return expression.parts.some(isOfConnection);
    default:
      return false;
  }
}

function tellEarly({ span }: RuleNode["rule"]): LintDiagnostic {
  return {
    code: "PM6012",
    severity: "warning",
    message:
      "connections are not tracked yet where this rule runs: every packet reads `invalid`, and has no mark",
    span,
    related: [],
    help: "ask in a chain with a priority above -200, such as `mangle` (-150)",
    fix: null,
  };
}
