import type { Span } from "../../base/span.ts";
import type { BaseChain, ChainType, Hook } from "../../device/device.ts";
import type { NamedSet } from "../../device/set.ts";
import type { NamedObject, Statement } from "../../device/statement.ts";
import { parseDevices, parseFlowtable } from "./flowtable.ts";
import { markLines } from "./lineStates.ts";
import { parsePriority } from "./priority.ts";
import { describe, type Reader, SyntaxProblem, spanOf } from "./reader.ts";
import { isOutOfSight, parseRule } from "./rule.ts";
import { type DraftChain, type DraftTable, objectKey } from "./ruleset.ts";
import { parseSetBlock } from "./setBlock.ts";
import { mergeSet } from "./sets.ts";
import { type CommonItem, MAXIMUM_PROBLEMS, refuse, type ScriptState } from "./state.ts";
import { parseAmount, parseRate } from "./stateful.ts";

const OBJECTS: readonly string[] = ["counter", "quota", "limit", "ct", "secmark", "synproxy"];

/** The items of a table up to its closing brace, or to the end of an included file. */
export function parseTableItems(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  common: CommonItem,
): void {
  for (;;) {
    reader.skipSeparators();
    if (reader.is("}") || reader.peek().kind === "end") return;
    const { depth } = reader;
    try {
      if (common(reader, (inner) => parseTableItems(inner, state, table, common))) continue;
      parseTableItem(reader, state, table, common);
    } catch (error) {
      recover(reader, state, error, depth);
    }
  }
}

/** Tells a syntax problem and goes on behind the statement; anything else is a bug. */
export function recover(reader: Reader, state: ScriptState, error: unknown, depth: number): void {
  if (!(error instanceof SyntaxProblem)) throw error;
  refuse(state, error.code, error.message, error.span, error.help);
  if (++state.problems > MAXIMUM_PROBLEMS) return giveUp(reader, state);
  const from = reader.peek();
  reader.skipStatement(depth);
  const to = reader.lastLine;
  markLines(state, error.span.file, error.span.line, error.span.line, "notUnderstood");
  if (from.kind !== "end" && from.file === reader.file && to > from.line)
    markLines(state, from.file, from.line, to, "notUnderstood");
}

/** Whatever this is, it is no ruleset: the rest is not read. */
function giveUp(reader: Reader, state: ScriptState): void {
  const { file, line } = reader.peek();
  state.givenUp.set(file, Math.min(line, state.givenUp.get(file) ?? line));
  reader.stop();
}

function parseTableItem(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  common: CommonItem,
): void {
  const token = reader.peek();
  switch (token.text) {
    case "chain": {
      reader.next();
      const name = reader.word("the name of a chain");
      const chain = addChain(state, table, name.text, spanOf(name));
      parseChainBlock(reader, state, table, chain, common);
      return;
    }
    case "set":
    case "map": {
      reader.next();
      const name = reader.word("the name of a set");
      const set = parseSetBlock(reader, state, token.text, name.text, spanOf(name), common);
      addSet(state, table, set);
      return;
    }
    case "flowtable": {
      reader.next();
      const name = reader.word("the name of a flowtable");
      table.flowtables.set(name.text, parseFlowtable(reader, name));
      return;
    }
    case "flags":
      reader.next();
      do {
        if (reader.word("a flag").text === "dormant") table.dormant = true;
      } while (reader.accept(","));
      return;
    case "comment":
      reader.next();
      reader.word("a comment");
      return;
    default:
      if (!OBJECTS.includes(token.text))
        throw reader.problem(`expected chain, set or map, found ${describe(token)}`);
      addObject(table, parseObject(reader));
  }
}

export function addChain(
  state: ScriptState,
  table: DraftTable,
  name: string,
  span: Span,
): DraftChain {
  const known = table.chains.get(name);
  if (known !== undefined) return known;
  void state;
  const chain: DraftChain = {
    name,
    base: null,
    rules: [],
    handle: ++table.handles,
    span,
    frozen: null,
    lastDeleted: 0,
  };
  table.chains.set(name, chain);
  return chain;
}

export function addSet(state: ScriptState, table: DraftTable, set: NamedSet): void {
  state.currentTable = table;
  const known = table.sets.get(set.name);
  if (known === undefined) table.handles++;
  table.sets.set(set.name, mergeSet(state, known ?? null, set));
}

export function addObject(table: DraftTable, object: NamedObject): void {
  const key = objectKey(object.kind, object.name);
  if (!table.objects.has(key)) {
    table.handles++;
    table.objects.set(key, object);
  }
}

/** Everything between the braces of a chain: its hook, its policy, its rules. */
export function parseChainBlock(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
  common: CommonItem,
): void {
  reader.expect("{");
  parseChainItems(reader, state, table, chain, common);
  reader.expect("}");
}

function parseChainItems(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
  common: CommonItem,
): void {
  for (;;) {
    reader.skipSeparators();
    if (reader.is("}") || reader.peek().kind === "end") return;
    const { depth } = reader;
    try {
      if (common(reader, (inner) => parseChainItems(inner, state, table, chain, common))) continue;
      parseChainItem(reader, state, table, chain);
    } catch (error) {
      recover(reader, state, error, depth);
    }
  }
}

function parseChainItem(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
): void {
  if (reader.is("type") && reader.peek(2).text === "hook") parseHook(reader, state, table, chain);
  else if (reader.is("policy")) parsePolicy(reader, state, table, chain);
  else if (reader.is("comment") && reader.peek(1).kind === "string" && isLast(reader, 2)) {
    reader.next();
    reader.next();
  } else if (reader.is("flags") && reader.is("offload", 1)) {
    reader.next();
    reader.next();
  } else appendRule(reader, state, table, chain);
}

function isLast(reader: Reader, distance: number): boolean {
  const token = reader.peek(distance);
  return token.kind === "newline" || token.text === ";" || token.text === "}";
}

function appendRule(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
): void {
  state.currentTable = table;
  const rule = parseRule(reader, state, table.family, chain.base);
  markLines(state, rule.span.file, rule.span.line, rule.span.endLine, rule.state);
  chain.rules.push({ rule, handle: ++table.handles });
}

const TYPES: readonly string[] = ["filter", "nat", "route"];
const HOOKS: readonly string[] = [
  "ingress",
  "prerouting",
  "input",
  "forward",
  "output",
  "postrouting",
  "egress",
];

const NAT_HOOKS: readonly string[] = ["prerouting", "input", "output", "postrouting"];

/** `type filter hook input [device eth0] priority 0; [policy drop;]`. */
export function parseHook(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
): void {
  const start = spanOf(reader.next());
  const type = reader.word("filter, nat or route");
  if (!TYPES.includes(type.text))
    throw new SyntaxProblem(
      "PM1001",
      `\`${type.text}\` is no type of chain`,
      spanOf(type),
      "write filter, nat or route",
    );
  reader.expect("hook");
  const hook = reader.word("a hook");
  if (!HOOKS.includes(hook.text))
    throw new SyntaxProblem(
      "PM1001",
      `\`${hook.text}\` is no hook`,
      spanOf(hook),
      `write one of ${HOOKS.join(", ")}`,
    );
  const devices = parseDevices(reader);
  reader.expect("priority");
  const priority = parsePriority(reader, table.family);
  const known = chain.base;
  if (known !== null) {
    if (known.priority !== priority || known.hook !== hook.text || known.type !== type.text)
      refuse(
        state,
        "PM1050",
        `chain \`${chain.name}\` is already declared with another type, hook or priority`,
        start,
        "delete the chain first",
      );
    return;
  }
  const base: BaseChain = {
    type: type.text as ChainType,
    hook: hook.text as Hook,
    priority,
    policy: "accept",
    devices,
    registered: state.ruleset.registered++,
    policySpan: start,
  };
  if (base.type === "route" && base.hook !== "output")
    refuse(
      state,
      "PM1051",
      "a chain of type route belongs to the output hook",
      start,
      "write `type filter`, or `hook output`",
    );
  if (base.type === "nat" && !NAT_HOOKS.includes(base.hook))
    refuse(
      state,
      "PM1079",
      `a chain of type nat cannot stand in ${base.hook}`,
      start,
      `write one of ${NAT_HOOKS.join(", ")}`,
    );
  chain.base = base;
}

function parsePolicy(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
): void {
  const span = spanOf(reader.next());
  const token = reader.word("accept or drop");
  if (token.text !== "accept" && token.text !== "drop")
    throw new SyntaxProblem(
      "PM1001",
      `\`${token.text}\` is no policy`,
      spanOf(token),
      "write accept or drop",
    );
  if (token.text === "drop" && isOutOfSight(table.family, chain.base))
    markLines(state, span.file, span.line, span.line, "opaque");
  if (chain.base !== null) chain.base = { ...chain.base, policy: token.text, policySpan: span };
}

/** `counter c { … }`, `limit l { rate … }`, `ct helper h { … }`. */
export function parseObject(reader: Reader): NamedObject {
  const kind = reader.next().text;
  if (kind === "ct") return parseCtObject(reader);
  const name = reader.word("the name of an object");
  const span = spanOf(name);
  const named = (statement: Statement, object: NamedObject["kind"]): NamedObject => ({
    kind: object,
    name: name.text,
    statement,
    span,
  });
  if (kind === "limit")
    return named(
      inBlock(reader, () => parseRate(reader)),
      "limit",
    );
  if (kind === "quota")
    return named(
      inBlock(reader, () => parseAmount(reader)),
      "quota",
    );
  skipBlock(reader);
  if (kind === "counter")
    return named({ kind: "harmless", what: "counter", text: "counter" }, "counter");
  if (kind === "secmark") return named({ kind: "noEffect", text: "secmark" }, "secmark");
  return named({ kind: "synproxy", text: "synproxy" }, "synproxy");
}

/** The braces are left out in commands (`add limit t l rate 1/second`). */
function inBlock(reader: Reader, parse: () => Statement): Statement {
  if (!reader.accept("{")) return parse();
  skipComments(reader);
  const statement = parse();
  skipComments(reader);
  reader.expect("}");
  return statement;
}

function skipComments(reader: Reader): void {
  for (;;) {
    reader.skipSeparators();
    if (!reader.accept("comment")) return;
    reader.word("a comment");
  }
}

function skipBlock(reader: Reader): void {
  if (!reader.accept("{")) {
    while (!reader.isEnd()) reader.next();
    return;
  }
  let depth = 1;
  while (depth > 0 && reader.peek().kind !== "end") {
    const { text } = reader.next();
    if (text === "{") depth++;
    if (text === "}") depth--;
  }
}

function parseCtObject(reader: Reader): NamedObject {
  const what = reader.word("helper, timeout or expectation").text;
  const name = reader.word("the name of an object");
  const kinds: Readonly<Record<string, NamedObject["kind"]>> = {
    helper: "ctHelper",
    timeout: "ctTimeout",
    expectation: "ctExpectation",
  };
  const kind = kinds[what];
  if (kind === undefined) throw reader.problem(`\`ct ${what}\` is no object`);
  let type = name.text;
  if (reader.accept("{")) {
    let depth = 1;
    while (depth > 0 && reader.peek().kind !== "end") {
      const token = reader.next();
      if (token.text === "{") depth++;
      if (token.text === "}") depth--;
      if (token.text === "type" && reader.peek().kind === "string") type = reader.peek().text;
    }
  }
  const object = what === "helper" ? "helper" : what === "timeout" ? "timeout" : "expectation";
  return {
    kind,
    name: name.text,
    statement: { kind: "ctObject", what: object, name: type },
    span: spanOf(name),
  };
}
