import { formatInterfaceName } from "../base/interfaceName.ts";
import { chainsBelow } from "../device/chainsBelow.ts";
import type { Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import type { LintContext } from "./context.ts";
import { generatorOf } from "./generated.ts";
import { type Fix, type LintDiagnostic, type PlacedRule, placedRules } from "./model.ts";
import { removalOf } from "./removal.ts";
import { verdictWord } from "./ruleWords.ts";
import { replaceWords } from "./textEdit.ts";

/** What is seen on a rule or chain by itself. */
export function writtenRuleFindings(context: LintContext): readonly LintDiagnostic[] {
  const rules = placedRules(context.input.device).filter(
    ({ table, chain }) => generatorOf(table, chain) === null,
  );
  return [
    ...unreachableChains(context),
    ...rules.flatMap((one) => [
      ...nextHeader(context, one),
      ...byIndex(context, one),
      ...expired(context, one),
      ...ownerless(context, one),
    ]),
  ];
}

function unreachableChains({ input }: LintContext): readonly LintDiagnostic[] {
  return input.device.tables.flatMap((table) => {
    if (table.dormant) return [];
    const reached = reachedChains(table);
    return table.chains
      .filter((chain) => !reached.has(chain) && generatorOf(table, chain) === null)
      .map(
        (chain): LintDiagnostic => ({
          code: "PM6005",
          severity: "note",
          message: `no packet comes to chain \`${chain.name}\`: no rule that is reached jumps to it`,
          span: chain.span,
          related: [],
          help: "jump to it, or delete it",
          fix: null,
        }),
      );
  });
}

function reachedChains(table: Table): ReadonlySet<Table["chains"][number]> {
  const bases = table.chains.filter(({ base }) => base !== null);
  return new Set(bases.flatMap((chain) => [...chainsBelow(table, chain)]));
}

/** Numbers that stand for headers which may follow each other (RFC 8200, section 4.1). */
const EXTENSION_HEADERS: ReadonlySet<bigint> = new Set([0n, 43n, 44n, 50n, 51n, 59n, 60n, 135n]);

function nextHeader(
  { input }: LintContext,
  { rule, table }: PlacedRule,
): readonly LintDiagnostic[] {
  const isMeant = rule.statements.some(
    (statement) =>
      isMatchOf(statement, "ip6 nexthdr") &&
      statement.test.kind === "ranges" &&
      statement.test.ranges.every(({ from, to }) => from === to && !EXTENSION_HEADERS.has(from)),
  );
  if (!isMeant) return [];
  const other = table.family === "ip6" ? "meta l4proto" : "meta nfproto ipv6 meta l4proto";
  const edit = replaceWords(rule.span, input.files, /\bip6 nexthdr\b/, other);
  return [
    {
      code: "PM6013",
      severity: "warning",
      message:
        "`ip6 nexthdr` is the first header behind the fixed one: packets with extension headers pass this rule by",
      span: rule.span,
      related: [],
      help: "ask `meta l4proto`, which skips extension headers",
      fix: edit === null ? null : { title: `write \`${other}\``, edits: [edit] },
    },
  ];
}

type Match = Extract<Statement, { readonly kind: "match" }>;

function isMatchOf(statement: Statement, id: string): statement is Match {
  return (
    statement.kind === "match" && statement.left.kind === "selector" && statement.left.id === id
  );
}

/** Interfaces that keep their index: `lo` is always the first. */
const KEEPS_INDEX = "lo";

function byIndex({ input }: LintContext, { rule }: PlacedRule): readonly LintDiagnostic[] {
  const words = (["iif", "oif"] as const).filter((id) =>
    rule.statements.some(
      (statement) =>
        isMatchOf(statement, id) && namesOf(statement).some((name) => name !== KEEPS_INDEX),
    ),
  );
  const [word] = words;
  if (word === undefined) return [];
  return [
    {
      code: "PM6020",
      severity: "note",
      message: `\`${word}\` compares an index that is looked up when the rules are loaded: an interface that is made anew gets another one, and one that is missing makes the load fail`,
      span: rule.span,
      related: [],
      help: `compare the name: \`${word}name\``,
      fix: byName(words, rule, input.files),
    },
  ];
}

function namesOf({ test }: Match): readonly string[] {
  if (test.kind === "ranges") return test.ranges.map(({ from }) => formatInterfaceName(from));
  if (test.set.kind !== "anonymous") return [""];
  return test.set.elements.flatMap(({ key }) => key.map(({ from }) => formatInterfaceName(from)));
}

function byName(
  words: readonly string[],
  { span }: PlacedRule["rule"],
  files: ReadonlyMap<string, string>,
): Fix | null {
  const edits = words.map((word) =>
    replaceWords(span, files, new RegExp(`\\b${word}\\b(?! lo\\b| "lo")`), `${word}name`),
  );
  const known = edits.filter((edit) => edit !== null);
  return known.length < words.length ? null : { title: "compare names", edits: known };
}

/** `until 2026-01-31`, `expires: 2026-01-31`. */
const END =
  /\b(?:until|till|expires?|expiry|valid until|remove (?:after|on|by))\b\s*[:=]?\s*(\d{4}-\d{2}-\d{2})\b/i;

function expired({ input }: LintContext, { rule }: PlacedRule): readonly LintDiagnostic[] {
  const end = END.exec(rule.comment ?? "")?.[1] ?? END.exec(remarkOf(rule.text))?.[1];
  if (input.today === null || end === undefined || end >= input.today) return [];
  return [
    {
      code: "PM6023",
      severity: "warning",
      message: `this rule was meant to end on ${end}, and is still there`,
      span: rule.span,
      related: [],
      help: "remove it, or write another date if it is still needed",
      fix: removalOf(rule, input.files),
    },
  ];
}

/** What stands behind `#` in the line. */
function remarkOf(text: string): string {
  return /#(.*)$/.exec(text)?.[1] ?? "";
}

const OWNER = /\bowner\s*[:=]\s*\S|(?:^|\s)@[A-Za-z][\w.-]*/;

function ownerless({ input }: LintContext, { rule }: PlacedRule): readonly LintDiagnostic[] {
  if (!input.asksForOwners || !/^(accept|dnat|redirect)$/.test(verdictWord(rule) ?? "")) return [];
  if (OWNER.test(rule.comment ?? "") || OWNER.test(remarkOf(rule.text))) return [];
  return [
    {
      code: "PM6024",
      severity: "note",
      message: "nobody is named who needs this rule",
      span: rule.span,
      related: [],
      help: 'name somebody in its comment: `comment "owner: mail team"`',
      fix: null,
    },
  ];
}
