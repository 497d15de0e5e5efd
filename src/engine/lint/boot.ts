import { countedNames } from "../compile/index.ts";
import type { Chain, Device, Rule, Table } from "../device/device.ts";
import type { LintContext } from "./context.ts";
import { generatorOf } from "./generated.ts";
import type { LintDiagnostic } from "./model.ts";

/** What runs and is not among what is loaded at boot. Rules that a program writes come back with it. */
export function bootFindings({ input }: LintContext): readonly LintDiagnostic[] {
  const { boot, device } = input;
  if (boot === null) return [];
  return device.tables.flatMap((table) => {
    const twin = twinOf(boot, table);
    if (twin === null)
      return table.chains.some((chain) => isOwn(table, chain))
        ? [tell(`table \`${table.family} ${table.name}\` runs`, table.span)]
        : [];
    return table.chains
      .filter((chain) => isOwn(table, chain))
      .flatMap((chain) => lost(chain, twin));
  });
}

function twinOf({ tables }: Device, { family, name }: Table): Table | null {
  return tables.find((table) => table.family === family && table.name === name) ?? null;
}

function isOwn(table: Table, chain: Chain): boolean {
  return generatorOf(table, chain) === null && (chain.rules.length > 0 || chain.base !== null);
}

function lost(chain: Chain, { chains }: Table): readonly LintDiagnostic[] {
  const twin = chains.find(({ name }) => name === chain.name);
  if (twin === undefined) return [tell(`chain \`${chain.name}\` runs`, chain.span)];
  const known = new Set(namesOf(twin.rules));
  const names = namesOf(chain.rules);
  return chain.rules.flatMap((rule, i) =>
    known.has(names[i] ?? "") ? [] : [tell("this rule runs", rule.span)],
  );
}

function namesOf(rules: readonly Rule[]): readonly string[] {
  return rules.map(countedNames());
}

function tell(what: string, span: LintDiagnostic["span"]): LintDiagnostic {
  return {
    code: "PM6025",
    severity: "warning",
    message: `${what}, but is not loaded at boot: a restart takes it away`,
    span,
    related: [],
    help: "write it into the files that are loaded at boot, or remove it",
    fix: null,
  };
}
