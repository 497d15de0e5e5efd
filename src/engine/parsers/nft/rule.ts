import type { BaseChain, LineState, Rule, TableFamily } from "../../device/device.ts";
import type { Expression } from "../../device/expression.ts";
import { isPlainRule } from "../../device/plainRule.ts";
import type { Match, Statement } from "../../device/statement.ts";
import { SELECTORS } from "../../packet/selectors/index.ts";
import { clampsToRoute } from "../segmentSize.ts";
import { UNKNOWN_VALUE } from "./constant.ts";
import { beginRule, type RuleContext } from "./context.ts";
import type { Token } from "./lexer.ts";
import { markLines } from "./lineStates.ts";
import { type Reader, spanOf } from "./reader.ts";
import type { DraftTable, RuleSlot } from "./ruleset.ts";
import { countKept, refuse, type ScriptState } from "./state.ts";
import { parseStatement } from "./statement.ts";

/** Families whose packets are not modelled: their rules are only names. */
const OPAQUE_FAMILIES: readonly TableFamily[] = ["bridge", "netdev", "arp"];

/** Whether packets are not followed there: in these families, and at the edge of a device. */
export function isOutOfSight(family: TableFamily, base: BaseChain | null): boolean {
  return OPAQUE_FAMILIES.includes(family) || base?.hook === "ingress" || base?.hook === "egress";
}

/** Reads statements up to the end of the line, a semicolon or a closing brace. */
export function parseRule(
  reader: Reader,
  state: ScriptState,
  family: TableFamily,
  base: BaseChain | null,
  depth = 0,
): Rule {
  const first = reader.peek();
  countKept(state, "rules", first);
  const context = beginRule(state, reader, family);
  if (depth === 0) state.parts = 0;
  while (!reader.isEnd()) {
    const block = parseBlock(context, depth);
    if (block === null) parseKnown(context);
    else context.statements.push(block);
  }
  refuseUnreached(context, first);
  const statements = context.statements;
  const span = { ...spanOf(first), endLine: reader.lastLine, endColumn: reader.lastColumn };
  const comment = statements.find(
    (statement) => statement.kind === "harmless" && statement.what === "comment",
  );
  return {
    statements,
    text: reader.text.slice(first.start, Math.max(first.end, reader.lastEnd)),
    span,
    comment: comment?.kind === "harmless" ? comment.text : null,
    state: isOutOfSight(family, base) ? "opaque" : stateOf(statements),
    ...(isPlainRule(statements) && { isPlain: true }),
  };
}

/** Blocks within blocks: more chains than the kernel follows. */
const MAXIMUM_BLOCKS = 16;

/** `jump { … }`: a chain without a name of its own; null where the next words are something else. */
function parseBlock(context: RuleContext, depth: number): Statement | null {
  const { reader, state, family } = context;
  const kind = reader.is("jump") ? "jump" : "goto";
  const table = state.currentTable;
  if (!reader.is(kind) || !reader.is("{", 1) || table === null) return null;
  if (depth >= MAXIMUM_BLOCKS) throw reader.problem("blocks are nested too deeply", "name a chain");
  const span = spanOf(reader.next());
  reader.expect("{");
  const rules: RuleSlot[] = [];
  for (;;) {
    reader.skipSeparators();
    if (reader.accept("}")) break;
    const rule = parseRule(reader, state, family, null, depth + 1);
    markLines(state, rule.span.file, rule.span.line, rule.span.endLine, rule.state);
    rules.push({ rule, handle: 0 });
    state.parts++;
  }
  const name = nameOfBlock(table);
  state.parts++;
  table.chains.set(name, {
    name,
    base: null,
    rules,
    comment: "",
    handle: 0,
    span,
    frozen: null,
    lastDeleted: 0,
  });
  return { kind: "verdict", verdict: { kind, chain: name } };
}

function nameOfBlock({ chains }: DraftTable): string {
  let number = chains.size;
  while (chains.has(`__chain${number}`)) number++;
  return `__chain${number}`;
}

/** Kinds of statements behind which nothing of a rule is reached; nft refuses what stands there. */
function endsRule(statement: Statement): boolean {
  if (statement.kind === "verdict") return statement.verdict.kind !== "continue";
  return statement.kind === "reject" || statement.kind === "nat";
}

function refuseUnreached({ statements, state }: RuleContext, first: Token): void {
  const end = statements.findIndex(endsRule);
  const next = end < 0 ? undefined : statements[end + 1];
  if (next === undefined || (next.kind === "harmless" && next.what === "comment")) return;
  refuse(
    state,
    "PM1023",
    "something stands behind the verdict of the rule",
    spanOf(first),
    "put the verdict last, a comment behind it",
  );
}

/** A statement with a name that only the device can resolve is only a name itself. */
function parseKnown(context: RuleContext): void {
  const { state, statements } = context;
  state.opaque.length = 0;
  context.reader.parentheses = 0;
  parseStatement(context);
  const last = statements.at(-1);
  if (state.opaque.length === 0 || last === undefined) return;
  statements[statements.length - 1] = withoutNames(last, state.opaque);
  state.opaque.length = 0;
}

function withoutNames(statement: Statement, names: readonly string[]): Statement {
  const text = names.join(", ");
  if (statement.kind !== "match")
    return { kind: "opaqueAction", text: `${statement.kind} ${text}` };
  const { left, test } = statement;
  const id = left.kind === "selector" ? left.id : left.kind;
  const reads = left.kind === "selector" ? [left.id] : [];
  const known = knownValues(statement);
  const whole = [text, ...known].join(", ");
  const { negated } = test;
  return { kind: "opaqueMatch", unknown: "moment", text: `${id} ${whole}`, negated, reads };
}

/** The values beside the unknown ones, so that two such matches are the same only if all is. */
function knownValues({ test }: Match): readonly string[] {
  if (test.kind === "set" && test.set.kind !== "anonymous") return [`@${test.set.name}`];
  const ranges =
    test.kind === "ranges"
      ? test.ranges
      : test.set.kind === "anonymous"
        ? test.set.elements.flatMap((element) => element.key)
        : [];
  return ranges
    .filter((range) => range !== UNKNOWN_VALUE)
    .map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
}

export function stateOf(statements: readonly Statement[]): LineState {
  if (statements.some((statement) => statement.kind === "notUnderstood")) return "notUnderstood";
  if (statements.some((statement) => opaqueFeature(statement) !== null)) return "opaque";
  return statements.length > 0 && statements.every((statement) => statement.kind === "harmless")
    ? "harmless"
    : "modelled";
}

/** What of a statement is only a name; null where all of it is modelled. */
export function opaqueFeature(statement: Statement): string | null {
  switch (statement.kind) {
    case "opaqueMatch":
      return statement.unknown === "stateful" ? null : statement.text;
    case "opaqueAction":
    case "synproxy":
    case "forwardTo":
      return statement.text;
    case "tproxy":
      return statement.kind;
    case "payloadSearch":
      return "string";
    case "u32":
      return "u32";
    case "match":
      return opaqueExpression(statement.left);
    case "write":
      return clampsToRoute(statement) ? null : opaqueExpression(statement.value);
    case "verdictMap":
      return opaqueExpression(statement.key);
    case "dynamicSet":
      return opaqueExpression(statement.key);
    case "nat":
      return statement.address?.kind === "expression"
        ? opaqueExpression(statement.address.expression)
        : null;
    default:
      return null;
  }
}

function opaqueExpression(expression: Expression): string | null {
  switch (expression.kind) {
    case "opaque":
      return expression.unknown === "stateful" ? null : expression.text;
    case "selector": {
      const unknown = SELECTORS.get(expression.id)?.unknown ?? null;
      return unknown === "packet" || unknown === "moment" ? expression.id : null;
    }
    case "binary":
      return opaqueExpression(expression.left) ?? opaqueExpression(expression.right);
    case "concatenation":
      return expression.parts.map(opaqueExpression).find((feature) => feature !== null) ?? null;
    case "lookup":
      return opaqueExpression(expression.key);
    case "generator":
      return expression.source === "jhash" || expression.source === "symhash"
        ? expression.source
        : null;
    default:
      return null;
  }
}
