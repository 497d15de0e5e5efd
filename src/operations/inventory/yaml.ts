import { type Document, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Span } from "../../engine/base/span.ts";

/** Aliases in YAML can blow a few lines up to gigabytes; more than this many are refused. */
const MAXIMUM_ALIASES = 100;

/** A place in the tree of a document: keys and numbers of items from the root on. */
export type YamlPath = readonly (string | number)[];

export interface YamlProblem {
  readonly message: string;
  readonly span: Span;
}

/** A YAML text as a value, with the place of everything in it. */
export interface YamlText {
  /** Undefined where `problems` says that it cannot be read. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The place of a value; of its key where `isKey`; of what is around it where it is missing. */
  spanOf(path: YamlPath, isKey?: boolean): Span;
}

export function readYaml(file: string, text: string): YamlText {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const place = (from: number, to: number): Span => {
    const start = counter.linePos(from);
    const end = counter.linePos(Math.max(from, to));
    return { file, line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
  };
  const broken = document.errors.map(({ message, pos }) => ({
    message: message.replace(/\n[\s\S]*/, ""),
    span: place(pos[0], pos[1]),
  }));
  const problems = broken.length > 0 ? broken : problemsWithin(document, place);
  const spanOf = (path: YamlPath, isKey = false): Span => {
    const [from, to] = rangeOf(document, path, isKey);
    return place(from, to);
  };
  if (problems.length > 0) return { value: undefined, problems, spanOf };
  try {
    return { value: document.toJS({ maxAliasCount: MAXIMUM_ALIASES }), problems, spanOf };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, problems: [{ message, span: place(0, 0) }], spanOf };
  }
}

/** What the text may say, and no value can hold. */
function problemsWithin(
  document: Document.Parsed,
  place: (from: number, to: number) => Span,
): readonly YamlProblem[] {
  const found: YamlProblem[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_key, { anchor }) => {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias: (_key, { source, range }) => {
      if (anchors.has(source)) return;
      const [from, to] = range ?? [0, 0];
      found.push({
        message: `there is no anchor \`${source}\` before its alias`,
        span: place(from, to),
      });
    },
    Pair: (_key, { key }) => {
      if (!isScalar(key) || key.value !== "__proto__") return;
      const [from, to] = key.range ?? [0, 0];
      found.push({ message: "nothing can be called `__proto__`", span: place(from, to) });
    },
  });
  return found;
}

type Offsets = readonly [from: number, to: number];

function rangeOf(document: Document.Parsed, path: YamlPath, isKey: boolean): Offsets {
  let around: Offsets = [0, 0];
  let node: unknown = document.contents;
  for (const [depth, step] of path.entries()) {
    const next = stepInto(node, step);
    if (next === null) break;
    const { key, value } = next;
    const isLast = depth === path.length - 1;
    around =
      (isLast && isKey ? offsetsOf(key) : null) ?? offsetsOf(value) ?? offsetsOf(key) ?? around;
    node = value;
  }
  return around;
}

function stepInto(node: unknown, step: string | number): { key: unknown; value: unknown } | null {
  const items = itemsOf(node);
  if (items === null) return null;
  if (typeof step === "number") return step in items ? { key: null, value: items[step] } : null;
  for (const pair of items) {
    if (typeof pair !== "object" || pair === null || !("key" in pair)) continue;
    const value = "value" in pair ? pair.value : null;
    if (scalarOf(pair.key) === step) return { key: pair.key, value };
  }
  return null;
}

function itemsOf(node: unknown): readonly unknown[] | null {
  if (typeof node !== "object" || node === null || !("items" in node)) return null;
  return Array.isArray(node.items) ? node.items : null;
}

function scalarOf(node: unknown): string | null {
  if (typeof node !== "object" || node === null || !("value" in node)) return null;
  return String(node.value);
}

function offsetsOf(node: unknown): Offsets | null {
  if (typeof node !== "object" || node === null || !("range" in node)) return null;
  const { range } = node;
  if (!Array.isArray(range)) return null;
  const [from, to]: readonly unknown[] = range;
  return typeof from === "number" && typeof to === "number" ? [from, to] : null;
}
