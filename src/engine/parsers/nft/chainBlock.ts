import type { Span } from "../../base/span.ts";
import type { BaseChain, ChainType, Hook } from "../../device/device.ts";
import { addRule } from "./batch.ts";
import { parseDevices } from "./flowtable.ts";
import { markLines } from "./lineStates.ts";
import { readPlainLines } from "./plainLines.ts";
import { parsePriority } from "./priority.ts";
import { type Reader, SyntaxProblem, spanOf } from "./reader.ts";
import { recover } from "./recover.ts";
import { isOutOfSight } from "./rule.ts";
import { readRule } from "./ruleMemory.ts";
import type { DraftChain, DraftTable } from "./ruleset.ts";
import { type CommonItem, refuse, type ScriptState } from "./state.ts";

export function addChain(
  state: ScriptState,
  table: DraftTable,
  name: string,
  span: Span,
): DraftChain {
  const known = table.chains.get(name);
  if (known !== undefined) return known;
  const chain: DraftChain = {
    name,
    base: null,
    rules: [],
    comment: "",
    handle: 0,
    span,
    frozen: null,
    lastDeleted: 0,
  };
  table.chains.set(name, chain);
  state.batch.table = table;
  state.batch.chains.push(chain);
  state.newChains.add(chain);
  return chain;
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
  state.variables.within(() => parseChainItems(reader, state, table, chain, common));
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
    readPlainLines(reader, state, table, chain);
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
    chain.comment = reader.next().text;
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
  const rule = readRule(reader, state, table.family, chain.base);
  markLines(state, rule.span.file, rule.span.line, rule.span.endLine, rule.state);
  chain.rules.push(addRule(state.batch, table, rule, state.parts));
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
  if (!state.batch.chains.includes(chain))
    refuse(
      state,
      "PM1050",
      `chain \`${chain.name}\` is already there without a hook`,
      start,
      "delete the chain first",
    );
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
  if (chain.base === null)
    refuse(
      state,
      "PM1052",
      `\`${chain.name}\` has no hook: it has no policy either`,
      span,
      "write `type filter hook …` in front, or end the chain with a rule",
    );
  else chain.base = { ...chain.base, policy: token.text, policySpan: span };
}
