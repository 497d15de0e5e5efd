import type { Rule, Table } from "../device/device.ts";
import { aloneTracks } from "./aloneTracks.ts";
import type { ChainGraphs } from "./chainGraphs.ts";
import type { LintContext } from "./context.ts";
import type { DeadRule } from "./deadRules.ts";
import { generatorOf } from "./generated.ts";
import { familiesSeen, type HookChain, hookChains, keepsOut } from "./hookChains.ts";
import type { LintDiagnostic } from "./model.ts";
import { redundantRules } from "./redundantRules.ts";
import { removalOf } from "./removal.ts";
import { actsBeforeAsking, linesWords, verdictWord } from "./ruleWords.ts";

/** Earlier rules that a message names; all stand in `related`. */
const NAMED = 3;

/** Rules that no packet meets. */
export function deadRuleFindings({ dead, input }: LintContext): readonly LintDiagnostic[] {
  return dead.flatMap((one) => {
    if (generatorOf(one.table, one.chain) !== null || actsBeforeAsking(one.rule)) return [];
    const fix = aloneTracks(one.rule, one.table) ? null : removalOf(one.rule, input.files);
    return [{ ...tell(one), span: one.rule.span, fix }];
  });
}

type Told = Omit<LintDiagnostic, "span" | "fix">;

function tell(dead: DeadRule): Told {
  switch (dead.kind) {
    case "shadowed":
      return tellShadowed(dead);
    case "contradiction":
      return {
        code: "PM6003",
        severity: "warning",
        message: "no packet matches this rule: its conditions exclude each other in this chain",
        related: [],
        help: "correct the condition that cannot be, or remove the rule",
      };
    case "notSent":
      return {
        code: "PM6004",
        severity: "note",
        message: `no packet that is sent to \`${dead.chain.name}\` matches this rule`,
        related: relatedTo(dead.by, "this rule sends packets here"),
        help: "widen the rules that jump here, or remove this one",
      };
  }
}

function tellShadowed({ rule, by }: DeadRule): Told {
  const own = verdictWord(rule);
  const isAlike = own !== null && by.every((other) => verdictWord(other) === own);
  const lines = linesWords(by, rule.span.file, NAMED);
  return {
    code: "PM6001",
    severity: isAlike ? "note" : "warning",
    message: isAlike
      ? `no packet comes to this rule: ${lines} already ${by.length > 1 ? "say" : "says"} \`${own}\` for all that it matches`
      : `no packet comes to this rule: ${lines} ${by.length > 1 ? "decide" : "decides"} all that it matches`,
    related: relatedTo(by, "this rule takes packets that the later one asks for"),
    help: isAlike ? "remove the rule" : "move it in front of them, or remove it",
  };
}

/**
 * Rules that change nothing by being there. Where strangers are not kept out anyway, rules that accept are told of
 * once, with the policy.
 */
export function redundantFindings({ graphs, dead, input }: LintContext): readonly LintDiagnostic[] {
  const open = openTables(graphs);
  return redundantRules(graphs, dead).flatMap(({ rule, table, chain }) => {
    if (generatorOf(table, chain) !== null) return [];
    if (verdictWord(rule) === "accept" && open.has(table)) return [];
    return [
      {
        code: "PM6002",
        severity: "note",
        message: `without this rule every packet would fare the same: what it matches meets \`${verdictWord(rule)}\` behind it anyway`,
        span: rule.span,
        related: [],
        help: "remove it, if it does not stand there to be read",
        fix: removalOf(rule, input.files),
      },
    ];
  });
}

/** Tables that keep no stranger out, in any hook. */
function openTables(graphs: ChainGraphs): ReadonlySet<Table> {
  const chains = (["input", "forward", "output"] as const).flatMap((hook) =>
    hookChains(graphs, hook),
  );
  const tableOf = ({ base }: HookChain) => base.place.hooked.table;
  const closed = new Set(
    chains.filter((one) => familiesSeen(one).some((family) => keepsOut(one, family))).map(tableOf),
  );
  return new Set(chains.map(tableOf).filter((table) => !closed.has(table)));
}

function relatedTo(rules: readonly Rule[], message: string): Told["related"] {
  return rules.map(({ span }) => ({ message, span }));
}
