import type { Expression } from "../../device/expression.ts";
import type { Statement } from "../../device/statement.ts";
import type { RuleContext } from "./context.ts";
import { type DeclaredForms, declaredForms } from "./declared.ts";
import { parseDuration } from "./elements.ts";
import { parseAssigned, parseKey, parseMasked } from "./expression.ts";
import { describe, spanOf } from "./reader.ts";
import { report } from "./state.ts";
import { parseStatefulStatement } from "./stateful.ts";
import { readNumber, type ValueForm } from "./values.ts";

/** `add @s { ip saddr timeout 1m limit rate 5/second : data }`. */
export function parseDynamicSet(context: RuleContext): Statement {
  const { reader } = context;
  const operation = reader.next().text as "add" | "update" | "delete";
  const set = parseSetName(context);
  return parseDynamicElement(context, operation, set);
}

function parseSetName(context: RuleContext): string {
  const token = context.reader.word("a set such as @name");
  return token.text.replace(/^@/, "");
}

/** The form before nft 0.9: `set add ip saddr @s`. */
export function parseOldDynamicSet(context: RuleContext): Statement {
  const { reader } = context;
  reader.next();
  const operation = reader.word("add or update").text as "add" | "update" | "delete";
  const key = parseKey(context);
  const timeoutMs = reader.accept("timeout") ? parseDuration(reader) : null;
  const set = parseSetName(context);
  return {
    kind: "dynamicSet",
    operation,
    set,
    key: key.expression,
    data: null,
    timeoutMs,
    statements: [],
  };
}

/** `meter NAME [size N] { key statements }`: a set that the rule brings along. */
export function parseMeter(context: RuleContext): Statement {
  const { reader } = context;
  const first = reader.next();
  const isFlow = first.text === "flow";
  if (isFlow && (reader.accept("add") || reader.accept("offload"))) {
    report(
      context.state,
      "note",
      "PM1082",
      "packets of a flow that is offloaded pass no further chain",
      spanOf(first),
      "look at the flowtable on the device for what it holds",
    );
    return { kind: "flowOffload", flowtable: parseSetName(context) };
  }
  if (isFlow) reader.accept("table");
  const name = reader.is("{") ? "" : parseSetName(context);
  const size = reader.accept("size") ? readNumber(reader.word("a size").text) : null;
  context.state.meters.set(name, size === null ? null : Number(size));
  context.state.parts++;
  const element = parseDynamicElement(context, "add", name);
  /* A meter with a timeout renews it with each packet (measured with nft 1.0.6). */
  const renews = element.kind === "dynamicSet" && element.timeoutMs !== null;
  return renews ? { ...element, operation: "update" } : element;
}

function parseDynamicElement(
  context: RuleContext,
  operation: "add" | "update" | "delete",
  set: string,
): Statement {
  const { reader } = context;
  reader.expect("{");
  reader.skipNewlines();
  const declared = declaredForms(context, set);
  const key = parseKey(context, declared?.forms ?? null);
  let timeoutMs: number | null = null;
  const statements: Statement[] = [];
  let data: Expression | null = null;
  while (!reader.is("}")) {
    reader.skipNewlines();
    if (reader.accept("timeout")) timeoutMs = parseDuration(reader);
    else if (reader.accept("expires")) parseDuration(reader);
    else if (reader.accept("comment")) reader.word("a comment");
    else if (reader.accept(":")) data = parseDynamicData(context, declared);
    else {
      const statement = parseStatefulStatement(context);
      if (statement === null) {
        if (reader.accept("}")) return finish();
        throw reader.problem(`expected \`}\`, found ${describe(reader.peek())}`);
      }
      statements.push(statement);
    }
  }
  reader.expect("}");
  return finish();

  function finish(): Statement {
    return { kind: "dynamicSet", operation, set, key: key.expression, data, timeoutMs, statements };
  }
}

/** `: 0x1`, `: ip daddr . tcp dport`: of the types that the map is declared to hold. */
function parseDynamicData(context: RuleContext, declared: DeclaredForms | null): Expression {
  const forms = declared?.data.kind === "values" ? declared.data.forms : [MARK];
  const parts: Expression[] = [];
  for (const form of forms) {
    if (parts.length > 0) context.reader.expect(".");
    parts.push(forms.length === 1 ? parseAssigned(context, form) : parsePart(context, form));
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: "concatenation", parts };
}

function parsePart(context: RuleContext, form: ValueForm): Expression {
  return parseMasked(context, form).expression;
}

/** What a map holds that is not declared anywhere. */
const MARK: ValueForm = { type: "mark", width: 32 };
