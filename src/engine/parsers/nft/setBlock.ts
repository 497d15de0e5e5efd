import type { Span } from "../../base/span.ts";
import type { NamedSet, SetElement } from "../../device/set.ts";
import type { Statement } from "../../device/statement.ts";
import { beginRule } from "./context.ts";
import { type DataForm, parseDuration, parseElements } from "./elements.ts";
import { describe, type Reader } from "./reader.ts";
import { refuseWide } from "./sets.ts";
import { type CommonItem, refuse, type ScriptState } from "./state.ts";
import { parseStatefulStatement } from "./stateful.ts";
import { formsOf, OBJECT_TYPES, parseTypeof, parseTypes, typeNames, widthOf } from "./types.ts";
import { readNumber, type ValueForm } from "./values.ts";

/** A set while its block is read. */
interface SetDraft {
  kind: NamedSet["kind"];
  forms: readonly ValueForm[];
  dataForms: readonly ValueForm[];
  dataType: string | null;
  flags: string[];
  autoMerge: boolean;
  size: number | null;
  timeoutMs: number | null;
  /** It says how often dead elements are cleared away. */
  clearedEveryMs: number | null;
  isSmall: boolean;
  /** What stands behind `typeof`; empty: types are named. */
  typeof: string;
  comment: string;
  readonly elements: SetElement[];
  readonly statements: Statement[];
  /** Members that only the device can resolve. */
  unresolved: readonly string[];
}

/** `{ type …; flags …; elements = { … } }`, up to the closing brace. */
export function parseSetBlock(
  reader: Reader,
  state: ScriptState,
  kind: "set" | "map",
  name: string,
  span: Span,
  common: CommonItem = () => false,
): NamedSet {
  const draft = newDraft(kind);
  reader.expect("{");
  parseProperties(reader, state, draft, common);
  reader.expect("}");
  refuseUnfinished(state, draft, name, span);
  return toSet(draft, name, span);
}

function newDraft(kind: "set" | "map"): SetDraft {
  return {
    kind,
    forms: [],
    dataForms: [],
    dataType: null,
    flags: [],
    autoMerge: false,
    size: null,
    timeoutMs: null,
    clearedEveryMs: null,
    isSmall: false,
    typeof: "",
    comment: "",
    elements: [],
    statements: [],
    unresolved: [],
  };
}

function parseProperties(
  reader: Reader,
  state: ScriptState,
  draft: SetDraft,
  common: CommonItem,
): void {
  for (;;) {
    reader.skipSeparators();
    if (reader.is("}") || reader.peek().kind === "end") return;
    if (common(reader, (inner) => parseProperties(inner, state, draft, common))) continue;
    parseProperty(reader, state, draft);
  }
}

/** What nft misses in a declaration. */
function refuseUnfinished(state: ScriptState, draft: SetDraft, name: string, span: Span): void {
  const refuseIt = (what: string, help: string): void =>
    refuse(state, "PM1001", `\`${name}\` ${what}`, span, help);
  if (draft.forms.length === 0) refuseIt("says no type", "write `type ipv4_addr;` or the like");
  if (draft.kind === "map" && draft.dataType === null)
    refuseIt("says no type of its data", "write `type ipv4_addr : verdict;` or the like");
  if (draft.clearedEveryMs !== null && !hasTimes(draft))
    refuseIt(
      "clears elements away that have no times",
      "add `flags timeout`, or drop `gc-interval`",
    );
  const interval = draft.flags.includes("interval");
  if (interval && draft.flags.includes("dynamic"))
    refuse(
      state,
      "PM1066",
      `\`${name}\` is written by packets, and holds intervals`,
      span,
      "the kernel has no such set: leave one of the two flags out",
    );
  refuseWide(state, { name, interval, keyTypes: typeNames(draft.forms) }, draft.elements);
}

function hasTimes({ flags, timeoutMs }: SetDraft): boolean {
  return flags.includes("timeout") || timeoutMs !== null;
}

const FLAGS: readonly string[] = ["constant", "interval", "timeout", "dynamic"];

function parseFlag(reader: Reader): string {
  const token = reader.word("a flag");
  if (FLAGS.includes(token.text)) return token.text;
  reader.unshift(token);
  throw reader.problem(`\`${token.text}\` is no flag`, `write ${FLAGS.join(", ")}`);
}

function toSet(draft: SetDraft, name: string, span: Span): NamedSet {
  return {
    kind: draft.kind,
    name,
    keyTypes: typeNames(draft.forms),
    keyWidths: draft.forms.map((form) => form.width),
    dataType: draft.dataType,
    interval: draft.flags.includes("interval"),
    dynamic: draft.flags.includes("dynamic"),
    size: draft.size,
    defaultTimeoutMs: draft.timeoutMs,
    elements: draft.elements,
    elementStatements: draft.statements,
    ipset: null,
    ...(draft.unresolved.length > 0 ? { unresolved: draft.unresolved } : {}),
    ...(draft.autoMerge ? { autoMerge: true } : {}),
    ...(draft.flags.includes("constant") ? { constant: true } : {}),
    ...(hasTimes(draft) ? { timeout: true } : {}),
    ...(draft.typeof === "" ? {} : { typeof: draft.typeof }),
    ...(draft.clearedEveryMs === null ? {} : { clearedEveryMs: draft.clearedEveryMs }),
    ...(draft.isSmall ? { isSmall: true } : {}),
    ...(draft.comment === "" ? {} : { comment: draft.comment }),
    span,
  };
}

function parseProperty(reader: Reader, state: ScriptState, draft: SetDraft): void {
  const token = reader.peek();
  switch (token.text) {
    case "type":
      reader.next();
      draft.forms = parseTypes(reader);
      parseDataType(reader, state, draft);
      return;
    case "typeof":
      reader.next();
      return parseTypesOf(reader, state, draft);
    case "flags":
      reader.next();
      do draft.flags.push(parseFlag(reader));
      while (reader.accept(","));
      return;
    case "timeout":
      reader.next();
      draft.timeoutMs = parseDuration(reader);
      return;
    case "gc-interval":
      reader.next();
      draft.clearedEveryMs = parseDuration(reader);
      return;
    case "size":
      reader.next();
      draft.size = Number(readNumber(reader.word("a size").text) ?? 0n);
      return;
    case "policy":
      reader.next();
      draft.isSmall = reader.word("performance or memory").text === "memory";
      return;
    case "comment":
      reader.next();
      draft.comment = reader.word("a comment").text;
      return;
    case "auto-merge":
      reader.next();
      draft.autoMerge = true;
      return;
    case "elements":
      reader.next();
      reader.expect("=");
      reader.skipNewlines();
      state.opaque.length = 0;
      appendAll(draft.elements, parseElements(reader, state, draft.forms, dataFormOf(draft)));
      draft.unresolved = [...draft.unresolved, ...state.opaque];
      state.opaque.length = 0;
      return;
    default:
      parseElementStatement(reader, state, draft);
  }
}

/** Without spreading: a set may have more elements than a call may have arguments. */
function appendAll(elements: SetElement[], more: readonly SetElement[]): void {
  for (const element of more) elements.push(element);
}

function parseElementStatement(reader: Reader, state: ScriptState, draft: SetDraft): void {
  const statement = parseStatefulStatement(beginRule(state, reader, "inet"));
  if (statement === null)
    throw reader.problem(`\`${describe(reader.peek())}\` is no property of a set`);
  draft.statements.push(statement);
}

function dataFormOf(draft: SetDraft): DataForm {
  return dataForm(draft.kind, draft.dataForms);
}

function dataForm(kind: NamedSet["kind"], forms: readonly ValueForm[]): DataForm {
  if (kind === "verdictMap") return { kind: "verdict" };
  if (kind === "objectMap") return { kind: "object" };
  return kind === "map" ? { kind: "values", forms } : { kind: "none" };
}

function parseTypesOf(reader: Reader, state: ScriptState, draft: SetDraft): void {
  const { start } = reader.peek();
  draft.forms = parseTypeof(reader, state);
  parseDataType(reader, state, draft);
  draft.typeof = reader.text
    .slice(start, reader.lastEnd)
    .replace(/\s+/g, " ")
    .replace(UNQUALIFIED, "$1");
}

/** nft lists these without the word in front, however they were written (its `meta_key_is_unqualified`). */
const UNQUALIFIED = /\bmeta (iif|oif|iifname|oifname|iifgroup|oifgroup)\b/g;

/** `: verdict`, `: ipv4_addr . inet_service`, `: interval ipv4_addr`, `: counter`. */
function parseDataType(reader: Reader, state: ScriptState, draft: SetDraft): void {
  if (!reader.accept(":")) return;
  reader.accept("interval");
  const { text } = reader.peek();
  if (text === "verdict") {
    reader.next();
    draft.kind = "verdictMap";
    draft.dataType = "verdict";
    return;
  }
  if (
    OBJECT_TYPES.includes(text) &&
    (text !== "ct" || ["helper", "timeout", "expectation"].includes(reader.peek(1).text))
  ) {
    draft.kind = "objectMap";
    draft.dataType = reader.next().text;
    if (text === "ct") draft.dataType = `ct ${reader.word("an object").text}`;
    return;
  }
  draft.kind = "map";
  const isType =
    /^[a-z0-9]+_[a-z0-9_]+$|^(mark|ifname|dscp|ecn|uid|gid|time|day|hour|realm|classid|integer|boolean|devgroup)$/.test(
      text,
    );
  draft.dataForms = isType ? parseTypes(reader) : parseTypeof(reader, state);
  draft.dataType = typeNames(draft.dataForms).join(" . ");
}

/** Reads elements for a set that is there already. */
export function parseElementsFor(
  reader: Reader,
  state: ScriptState,
  set: NamedSet,
): readonly SetElement[] {
  const { forms, data } = formsOfSet(set);
  return parseElements(reader, state, forms, data);
}

interface Declared {
  readonly kind: NamedSet["kind"];
  readonly forms: readonly ValueForm[];
  readonly data: DataForm;
}

/** What a set that is there holds. */
export function formsOfSet(set: NamedSet): Declared {
  const held = set.elements[0]?.data;
  const types = set.dataType?.split(" . ") ?? [];
  const dataForms = types.map((type, i) => ({
    type: type as ValueForm["type"],
    width: (held?.kind === "value" ? held.widths[i] : undefined) ?? widthOf(type),
  }));
  const forms = formsOf(set.keyTypes, set.keyWidths);
  return { kind: set.kind, forms, data: dataForm(set.kind, dataForms) };
}

/** `type …` or `typeof …` of a declaration, whose rest is of no interest. */
export function parseDeclaredType(
  reader: Reader,
  state: ScriptState,
  kind: "set" | "map",
): Declared {
  const draft = newDraft(kind);
  parseProperty(reader, state, draft);
  return { kind: draft.kind, forms: draft.forms, data: dataFormOf(draft) };
}
