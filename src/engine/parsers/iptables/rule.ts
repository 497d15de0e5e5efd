import type { Span } from "../../base/span.ts";
import type { NamedSet } from "../../device/set.ts";
import type { Statement, Verdict } from "../../device/statement.ts";
import { lowerBasics } from "./basics.ts";
import { isOpaque } from "./lineState.ts";
import { findMatch } from "./matches/index.ts";
import { describeModule, misplaced, opaque, type RuleContext } from "./module.ts";
import { parseProtocol } from "./protocol.ts";
import type { Report } from "./report.ts";
import { FOREIGN_TARGETS, TARGETS } from "./targets/index.ts";
import type { IpFamily } from "./values.ts";
import type { ReadModule, RuleWords } from "./wordReader.ts";

/** Where a rule stands, and who hears of it. */
export interface RulePlace {
  readonly family: IpFamily;
  readonly backend: "nft" | "legacy";
  readonly table: string;
  readonly chain: string;
  readonly span: Span;
  readonly ipsets: ReadonlyMap<string, NamedSet>;
  readonly report: Report;
  isChain(name: string): boolean;
  refused(): void;
}

/** What one line became: several rules where it lists addresses. */
export interface LoweredRule {
  readonly variants: readonly (readonly Statement[])[];
  readonly comment: string | null;
  /** Matches and targets that are only names. */
  readonly opaqueFeatures: readonly string[];
}

/** The statements of a rule, in the order in which the kernel runs them. */
export function lowerRule(words: RuleWords, place: RulePlace): LoweredRule {
  const context = makeContext(words, place);
  const features: string[] = [];
  const basics = lowerBasics(words.basics, context);
  const matches: Statement[] = [];
  let comment: string | null = null;
  for (const module of words.matches) {
    const statements = lowerMatch(module, context);
    if (statements.some(isOpaque)) features.push(`-m ${module.name}`);
    matches.push(...statements);
    if (module.name === "comment") comment ??= module.options[0]?.values[0] ?? null;
  }
  if (words.lost.length > 0) matches.push({ kind: "notUnderstood", text: words.lost.join(" ") });
  const target = lowerTarget(words, context, place);
  if (target.some(isOpaque)) features.push(`-j ${words.target?.module.name ?? ""}`);
  for (const feature of basics.opaqueFeatures) features.push(feature);
  return {
    variants: basics.variants.map((basic) => [...basic, ...matches, ...target]),
    comment,
    opaqueFeatures: features,
  };
}

function makeContext(words: RuleWords, place: RulePlace): RuleContext {
  const protocol = words.basics.get("protocol");
  const number = parseProtocol(protocol?.values[0] ?? "", place.family);
  const { family, backend, table, chain, ipsets, report } = place;
  return {
    family,
    backend,
    table,
    chain,
    ipsets,
    protocol:
      protocol === undefined || number === null || number === 0
        ? null
        : { value: number, negated: protocol.negated },
    refuse(code, message, span, help) {
      report.add("error", code, message, span, help);
      place.refused();
    },
    warn(code, message, span, help) {
      report.add("warning", code, message, span, help);
    },
  };
}

function lowerMatch(module: ReadModule, rule: RuleContext): readonly Statement[] {
  const spec = findMatch(module.name);
  if (spec === null) {
    rule.warn(
      "PM2017",
      `unknown match \`${module.name}\``,
      module.span,
      "what it asks stays unknown; check its spelling if it is none of xtables-addons",
    );
    return [opaque(module, "moment")];
  }
  if (spec.family !== null && spec.family !== rule.family)
    misplaced(
      rule,
      module.span,
      `\`-m ${module.name}\` belongs to ${spec.family === "ip" ? "iptables" : "ip6tables"}`,
      "use the match of this family",
    );
  return spec.lower(module, rule);
}

function lowerTarget(words: RuleWords, rule: RuleContext, place: RulePlace): readonly Statement[] {
  if (words.target === null) return [];
  const { module, goto } = words.target;
  const { name } = module;
  const standard = goto ? undefined : STANDARD.get(name);
  if (standard !== undefined) {
    checkNatDrop(name, rule, module);
    return [verdict(standard)];
  }
  if (place.isChain(name)) {
    refuseOptions(module, rule);
    return [verdict({ kind: goto ? "goto" : "jump", chain: name })];
  }
  const spec = goto ? undefined : TARGETS.get(name);
  if (spec !== undefined) {
    checkPlace(module, spec, rule);
    return spec.lower(module, rule);
  }
  if (!goto && FOREIGN_TARGETS.has(name)) {
    rule.warn(
      "PM2017",
      `the target \`${name}\` is no part of iptables`,
      module.span,
      "what it does stays unknown",
    );
    return [{ kind: "opaqueAction", text: describeModule(module) }];
  }
  rule.refuse(
    "PM2008",
    `no chain and no target is called \`${name}\``,
    module.span,
    `declare it in this table before its first use: \`:${name} - [0:0]\``,
  );
  return [{ kind: "notUnderstood", text: `${goto ? "-g" : "-j"} ${name}` }];
}

const STANDARD: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ["ACCEPT", { kind: "accept" }],
  ["DROP", { kind: "drop" }],
  ["RETURN", { kind: "return" }],
  ["QUEUE", { kind: "queue", numbers: { from: 0n, to: 0n }, bypass: false }],
]);

function verdict(made: Verdict): Statement {
  return { kind: "verdict", verdict: made };
}

function refuseOptions(module: ReadModule, rule: RuleContext): void {
  for (const option of module.options)
    rule.refuse(
      "PM2009",
      `unknown option \`--${option.name}\``,
      option.span,
      `\`${module.name}\` is a chain and takes no options`,
    );
}

/** iptables inhibits DROP in nat, since only first packets of a flow come there (measured). */
function checkNatDrop(name: string, rule: RuleContext, module: ReadModule): void {
  if (name !== "DROP" || rule.table !== "nat") return;
  misplaced(rule, module.span, "`-j DROP` is refused in the table nat", "drop in filter or raw");
}

const BUILT_IN = new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);

function checkPlace(
  module: ReadModule,
  spec: {
    readonly tables?: readonly string[];
    readonly chains?: readonly string[];
    readonly family: IpFamily | null;
  },
  rule: RuleContext,
): void {
  const { name, span } = module;
  if (spec.family !== null && spec.family !== rule.family)
    misplaced(
      rule,
      span,
      `\`-j ${name}\` belongs to ${spec.family === "ip" ? "iptables" : "ip6tables"}`,
      "use the target of this family",
    );
  if (spec.tables !== undefined && !spec.tables.includes(rule.table))
    misplaced(
      rule,
      span,
      `\`-j ${name}\` cannot be used in the table ${rule.table}`,
      `move the rule to ${spec.tables.join(" or ")}`,
    );
  else if (
    spec.chains !== undefined &&
    BUILT_IN.has(rule.chain) &&
    !spec.chains.includes(rule.chain)
  )
    misplaced(
      rule,
      span,
      `\`-j ${name}\` cannot be used in ${rule.chain}`,
      `move the rule to ${spec.chains.join(", ")}`,
    );
}
