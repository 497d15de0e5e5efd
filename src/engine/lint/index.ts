/**
 * What is wrong in a ruleset that loads: rules that no packet meets, services that are open by accident,
 * connections that stall. Each finding has a stable code, and a fix where one is known.
 */
import { withinNodeLimit } from "../bdd/index.ts";
import { bootFindings } from "./boot.ts";
import { chainGraphs } from "./chainGraphs.ts";
import type { LintContext } from "./context.ts";
import { crossChainFindings } from "./crossChains.ts";
import { deadRules } from "./deadRules.ts";
import { lifelineFindings } from "./lifelines.ts";
import { limiterFindings } from "./limiters.ts";
import type { LintDiagnostic, LintInput } from "./model.ts";
import { openChainFindings } from "./openChains.ts";
import { portFindings } from "./ports.ts";
import { deadRuleFindings, redundantFindings } from "./shadowed.ts";
import { translationFindings } from "./translations.ts";
import { unknownInterfaceFindings } from "./unknownInterfaces.ts";
import { withoutContents } from "./withoutContents.ts";
import { writtenRuleFindings } from "./writtenRules.ts";

export { LINT_CODES } from "./codes.ts";
export type { Edit, Fix, LintDiagnostic, LintInput } from "./model.ts";

/** The code of what took too many nodes. */
export const NOT_ANALYSED = "PM6026";

/** Findings of all checks, in the order of files and lines. */
export function lintDevice(given: LintInput): readonly LintDiagnostic[] {
  const input = { ...given, device: withoutContents(given.device) };
  const graphs = withinNodeLimit(() => chainGraphs(input.device, input.nodeLimit ?? null));
  if (graphs.kind === "nodeLimit")
    return [tellNotAnalysed("no chain was analysed: too many nodes", null)];
  const dead = withinNodeLimit(() => deadRules(graphs.value));
  const context: LintContext = {
    input,
    graphs: graphs.value,
    dead: dead.kind === "done" ? dead.value : [],
  };
  const undone =
    dead.kind === "done"
      ? []
      : [tellNotAnalysed("rules that no packet meets were not looked for: too many nodes", null)];
  const found = CHECKS.flatMap((check) => withinLimit(check, context));
  return [...undone, ...found, ...notAnalysed(context)].toSorted(inOrder);
}

/** A check that takes too many nodes says so, and the others go on. */
function withinLimit(check: LintCheck, context: LintContext): readonly LintDiagnostic[] {
  const result = withinNodeLimit(() => check.run(context));
  if (result.kind === "done") return result.value;
  return [tellNotAnalysed(`${check.about} were not looked for: too many nodes`, null)];
}

function notAnalysed({ graphs }: LintContext): readonly LintDiagnostic[] {
  return graphs.notAnalysed.map(({ chain }) =>
    tellNotAnalysed(`chain \`${chain.name}\` was not analysed: too many nodes`, chain.span),
  );
}

function tellNotAnalysed(message: string, span: LintDiagnostic["span"]): LintDiagnostic {
  const help = "nothing is said about it: split the chain, by interface for example";
  return { code: NOT_ANALYSED, severity: "note", message, span, related: [], help, fix: null };
}

interface LintCheck {
  /** What it looks for, in words. */
  readonly about: string;
  readonly run: (context: LintContext) => readonly LintDiagnostic[];
}

const CHECKS: readonly LintCheck[] = [
  { about: "rules that no packet meets", run: deadRuleFindings },
  { about: "redundant rules", run: redundantFindings },
  { about: "open chains", run: openChainFindings },
  { about: "blocked answers and errors", run: lifelineFindings },
  { about: "ports of answers and of the other family", run: portFindings },
  { about: "chains that undo each other", run: crossChainFindings },
  { about: "translations that lead nowhere", run: translationFindings },
  { about: "limits without effect", run: limiterFindings },
  { about: "mistakes in single rules", run: writtenRuleFindings },
  { about: "interfaces that are not there", run: unknownInterfaceFindings },
  { about: "rules that do not outlive a restart", run: bootFindings },
];

function inOrder(a: LintDiagnostic, b: LintDiagnostic): number {
  return place(a).localeCompare(place(b)) || (a.span?.line ?? 0) - (b.span?.line ?? 0);
}

function place({ span }: LintDiagnostic): string {
  return span?.file ?? "";
}
