import type { Range } from "../base/range.ts";
import type { Device, Table } from "../device/device.ts";
import type { Expression, PayloadBase, SetReference } from "../device/expression.ts";
import type { SetElement } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import type { Questions } from "../packet/header/layout.ts";
import { SELECTORS, selectorRow } from "../packet/selectors/index.ts";
import { expressionName } from "./canonical.ts";
import { type DeviceFacts, deviceFacts } from "./facts.ts";
import { ipsetKey } from "./ipsetKey.ts";

interface Draft {
  readonly ranges: Map<string, Range[]>;
  /** Values that are computed with, not only compared. */
  readonly computed: Set<string>;
  /** Selectors that something reads. */
  readonly read: Set<string>;
  readonly asked: Set<string>;
  readonly payload: PayloadRun[];
  searchesBytes: boolean;
}

/** Raw bits that something reads. */
interface PayloadRun {
  readonly base: PayloadBase;
  readonly from: number;
  readonly to: number;
}

/** Of single devices, which never change. */
const QUESTIONS = new WeakMap<Device, Questions>();

/** Everything that the rules of some devices ask of values, by the name of the value. */
export function collectQuestions(devices: readonly Device[]): Questions {
  const [only, second] = devices;
  if (only === undefined || second !== undefined) return workOutQuestions(devices);
  const known = QUESTIONS.get(only) ?? workOutQuestions(devices);
  QUESTIONS.set(only, known);
  return known;
}

function workOutQuestions(devices: readonly Device[]): Questions {
  const draft: Draft = {
    ranges: new Map(),
    computed: new Set(),
    read: new Set(),
    asked: new Set(),
    payload: [],
    searchesBytes: false,
  };
  for (const device of devices) {
    const facts = deviceFacts(device);
    for (const table of device.tables) collectTable(draft, facts, table);
  }
  addOverlapping(draft);
  return draft;
}

/** Who reads some bits reads every selector that shares one of them. */
function addOverlapping(draft: Draft): void {
  for (const id of draft.read) draft.asked.add(id);
  const runs = [...draft.payload, ...[...draft.read].flatMap((id) => runOf(id) ?? [])];
  for (const id of SELECTORS.keys()) {
    const own = runOf(id);
    if (own === null) continue;
    if (runs.some((run) => overlap(run, own))) draft.read.add(id);
    if (draft.payload.some((run) => overlap(run, own))) draft.asked.add(id);
  }
  if (draft.payload.some(({ base, to }) => base === "transport" && to > TCP_HEADER))
    for (const { id, source } of SELECTORS.values())
      if (source.kind === "tcpOption") draft.read.add(id);
}

/** Bits of a TCP header without options; behind them options stand in any order. */
const TCP_HEADER = 160;

function overlap(one: PayloadRun, other: PayloadRun): boolean {
  return one.base === other.base && one.from < other.to && other.from < one.to;
}

function runOf(id: string): PayloadRun | null {
  const { source, width } = selectorRow(id);
  if (source.kind !== "payload") return null;
  return { base: source.base, from: source.offset, to: source.offset + width };
}

/** Checksums, and sockets that are looked up by the header as it is. */
const HANGS_ON_BYTES = /^(socket|rt) | checksum$/;

function noteRead(draft: Draft, expression: Expression): void {
  draft.searchesBytes ||=
    ["payload", "opaque", "generator"].includes(expression.kind) ||
    (expression.kind === "selector" && HANGS_ON_BYTES.test(expression.id));
  if (expression.kind === "selector") draft.read.add(expression.id);
  if (expression.kind === "payload")
    draft.payload.push({
      base: expression.base,
      from: expression.offset,
      to: expression.offset + expression.width,
    });
}

function collectTable(draft: Draft, facts: DeviceFacts, table: Table): void {
  for (const chain of table.chains)
    for (const rule of chain.rules)
      for (const statement of rule.statements) collectStatement(draft, facts, table, statement);
  for (const object of table.objects) collectStatement(draft, facts, table, object.statement);
  if (table.chains.some(({ base }) => base?.hook === "prerouting")) collectLives(draft, table);
}

/** Routing reads the time to live that rules in front of it have written. */
function collectLives(draft: Draft, { chains }: Table): void {
  for (const { rules } of chains)
    for (const { statements } of rules)
      for (const statement of statements)
        if (statement.kind === "write" && LIVES.has(statement.target))
          draft.read.add(statement.target);
}

const LIVES: ReadonlySet<string> = new Set(["ip ttl", "ip6 hoplimit"]);

function collectStatement(
  draft: Draft,
  facts: DeviceFacts,
  table: Table,
  statement: Statement,
): void {
  const compute = (expression: Expression | null) => {
    if (expression !== null) collectComputed(draft, facts, table, expression);
  };
  switch (statement.kind) {
    case "payloadSearch":
    case "u32":
    case "opaqueMatch":
      draft.searchesBytes = true;
      return;
    case "match":
      if (statement.test.kind === "ranges")
        ask(draft, facts, table, statement.left, statement.test.ranges);
      else askSet(draft, facts, table, statement.left, statement.test.set);
      return;
    case "verdictMap":
      return askSet(draft, facts, table, statement.key, statement.map);
    case "write":
      return compute(statement.value);
    case "nat":
      if (statement.address?.kind === "expression") compute(statement.address.expression);
      if (statement.port?.kind === "expression") compute(statement.port.expression);
      return;
    case "objectReference":
      if (statement.lookup !== null)
        askSet(draft, facts, table, statement.lookup.key, statement.lookup.map);
      return;
    case "dynamicSet":
      askSet(draft, facts, table, statement.key, {
        kind: "named",
        name: statement.set,
        span: table.span,
      });
      for (const inner of statement.statements) collectStatement(draft, facts, table, inner);
      return;
    default:
      return;
  }
}

function ask(
  draft: Draft,
  facts: DeviceFacts,
  table: Table,
  expression: Expression,
  ranges: readonly Range[],
): void {
  noteRead(draft, expression);
  switch (expression.kind) {
    case "constant":
    case "concatenation":
      return;
    case "lookup":
      return askSet(draft, facts, table, expression.key, expression.map);
    case "binary":
      collectComputed(draft, facts, table, expression);
      return noteRanges(draft, expression, ranges);
    case "payload":
    case "selector":
    case "fib":
    case "generator":
    case "opaque":
      return noteRanges(draft, expression, ranges);
  }
}

/** Bytes of a header that is not held bit by bit are a value like any other: only its name is known. */
function noteRanges(draft: Draft, expression: Expression, ranges: readonly Range[]): void {
  const name = expressionName(expression);
  const known = draft.ranges.get(name) ?? [];
  if (known.length === 0) draft.ranges.set(name, known);
  for (const range of ranges) known.push(range);
}

function askSet(
  draft: Draft,
  facts: DeviceFacts,
  table: Table,
  key: Expression,
  reference: SetReference,
): void {
  const named = facts.set(table, reference);
  const elements: readonly SetElement[] =
    reference.kind === "anonymous" ? reference.elements : (named?.elements ?? []);
  const full =
    reference.kind === "ipset" && named !== null ? ipsetKey(named, reference.directions) : key;
  const parts = full?.kind === "concatenation" ? full.parts : full === null ? [] : [full];
  for (const [i, part] of parts.entries()) {
    const ranges = elements.flatMap((element) => element.key[i] ?? []);
    ask(draft, facts, table, part, ranges);
  }
}

/** Marks every value below `expression` that is calculated with. */
function collectComputed(
  draft: Draft,
  facts: DeviceFacts,
  table: Table,
  expression: Expression,
): void {
  noteRead(draft, expression);
  switch (expression.kind) {
    case "constant":
      return;
    case "binary":
      collectComputed(draft, facts, table, expression.left);
      collectComputed(draft, facts, table, expression.right);
      return;
    case "concatenation":
      for (const part of expression.parts) collectComputed(draft, facts, table, part);
      return;
    case "lookup":
      return askSet(draft, facts, table, expression.key, expression.map);
    default:
      draft.computed.add(expressionName(expression));
  }
}
