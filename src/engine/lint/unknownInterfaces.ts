import { formatInterfaceName, interfaceNameValue } from "../base/interfaceName.ts";
import { inRanges, type Range } from "../base/range.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import type { Statement } from "../device/statement.ts";
import type { LintContext } from "./context.ts";
import { generatorOf } from "./generated.ts";
import { type LintDiagnostic, placedRules } from "./model.ts";

/** Rules about interfaces that the device does not have: a renamed one takes all rules about it along, and says nothing. */
export function unknownInterfaceFindings({ input }: LintContext): readonly LintDiagnostic[] {
  const { interfaces = null, device } = input;
  if (interfaces === null) return [];
  const known = [...interfaces].map(interfaceNameValue);
  return placedRules(device)
    .filter(({ table, chain }) => generatorOf(table, chain) === null)
    .flatMap(({ rule }) => {
      const asked = rule.statements.flatMap(askedNames);
      const missing = asked.filter((range) => !known.some((name) => inRanges([range], name)));
      if (missing.length === 0) return [];
      const names = [...new Set(missing.map(nameOf))];
      return [tell(names, asked.length === missing.length, rule.span)];
    });
}

function tell(
  names: readonly string[],
  isAll: boolean,
  span: LintDiagnostic["span"],
): LintDiagnostic {
  const list = names.map((name) => `\`${name}\``).join(", ");
  const one = names.length === 1;
  const effect = isAll ? ": the rule matches nothing of what it is meant for" : "";
  return {
    code: "PM6021",
    severity: isAll ? "warning" : "note",
    message: `there ${one ? "is no interface" : "are no interfaces"} ${list}${effect}`,
    span,
    related: [],
    help: "give the name that it has today, or take the rule out; `ip -brief link` lists them",
    fix: null,
  };
}

const ASKING: ReadonlySet<string> = new Set(["iifname", "oifname", "iif", "oif"]);

function askedNames(statement: Statement): readonly Range[] {
  if (statement.kind === "verdictMap") return namesIn(statement.key, statement.map);
  if (statement.kind !== "match") return [];
  const { left, test } = statement;
  if (test.kind === "set") return namesIn(left, test.set);
  return isAsking(left) ? test.ranges : [];
}

/** Names of sets written in place: others change while the device runs. */
function namesIn(key: Expression, set: SetReference): readonly Range[] {
  if (set.kind !== "anonymous") return [];
  const parts = key.kind === "concatenation" ? key.parts : [key];
  return parts.flatMap((part, at) =>
    isAsking(part) ? set.elements.flatMap((element) => element.key[at] ?? []) : [],
  );
}

function isAsking(expression: Expression): boolean {
  return expression.kind === "selector" && ASKING.has(expression.id.replace(/^meta /, ""));
}

/** A range is that of a wildcard. */
function nameOf({ from, to }: Range): string {
  return `${formatInterfaceName(from)}${from === to ? "" : "*"}`;
}
