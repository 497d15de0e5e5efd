import { FALSE } from "../bdd/index.ts";
import { ACCEPT } from "../compile/index.ts";
import type { IpFamily } from "../packet/packet.ts";
import { type LintContext, ownChains } from "./context.ts";
import { comes, familiesSeen, type HookChain, keepsOut } from "./hookChains.ts";
import type { LintDiagnostic } from "./model.ts";
import { isAsking, verdictWord } from "./ruleWords.ts";

const HOOKS = ["input", "forward"] as const;

/** Chains that let strangers in: by their policy, or by a rule that takes everything. */
export function openChainFindings(context: LintContext): readonly LintDiagnostic[] {
  return [...HOOKS.flatMap((hook) => policies(context, hook)), ...everything(context)];
}

/** One for each hook that keeps nobody out, at the chain that does most. */
function policies(context: LintContext, hook: "input" | "forward"): readonly LintDiagnostic[] {
  const chains = ownChains(context, hook);
  /* Of chains that write it is not known here whom they keep out. */
  const isWritten = context.graphs.runs.some(({ place: { hooked }, visits }) => {
    const { hook: own, policy } = hooked.base;
    const drops = visits.some(({ rule }) => /^(drop|reject)$/.test(verdictWord(rule) ?? ""));
    return own === hook && (policy === "drop" || drops);
  });
  if (isWritten) return [];
  const found = new Set<HookChain>();
  for (const family of ["ip", "ip6"] satisfies readonly IpFamily[]) {
    const seeing = chains.filter((chain) => familiesSeen(chain).includes(family));
    const main = seeing.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0];
    if (main === undefined || seeing.some((chain) => keepsOut(chain, family))) continue;
    if (main.base.place.hooked.base.policy === "accept") found.add(main);
  }
  return [...found].map(tellPolicy);
}

function sizeOf({ nodes }: HookChain): number {
  return nodes.reduce((sum, { rules }) => sum + rules.length, 0);
}

function tellPolicy({ base, nodes }: HookChain): LintDiagnostic {
  const { hook, policySpan } = base.place.hooked.base;
  const accepts = nodes.some(({ rules }) =>
    rules.some(({ rule }) => verdictWord(rule) === "accept" && isAsking(rule)),
  );
  const whom = hook === "input" ? "reach this host" : "pass through this host";
  const why = accepts ? ": its rules that accept change nothing" : "";
  return {
    code: "PM6007",
    severity: accepts ? "warning" : "note",
    message: `the policy of \`${base.chain.name}\` accepts, so packets that no rule names ${whom}${why}`,
    span: policySpan,
    related: [],
    help: "accept what is needed by rules, then set the policy to drop",
    fix: null,
  };
}

/** Rules that take everything in front of a policy that would drop it. */
function everything(context: LintContext): readonly LintDiagnostic[] {
  return HOOKS.flatMap((hook) => ownChains(context, hook)).flatMap(({ base }) => {
    const { world, hooked } = base.place;
    if (hooked.base.policy !== "drop") return [];
    return base.rules.flatMap((one): readonly LintDiagnostic[] => {
      const takes = one.run.exits.some(
        ({ kind, packets, ...exit }) =>
          kind === "fate" &&
          "fate" in exit &&
          exit.fate === ACCEPT &&
          world.arena.difference(base.place.packets(), packets) === FALSE &&
          comes(base, one, packets),
      );
      if (!takes) return [];
      return [
        {
          code: "PM6006",
          severity: "warning",
          message: `this rule accepts every packet that comes to it: the policy \`drop\` of \`${base.chain.name}\` never decides`,
          span: one.rule.span,
          related: [{ message: "the policy that it overrides", span: hooked.base.policySpan }],
          help: "say which packets it is for, or remove it",
          fix: null,
        },
      ];
    });
  });
}
