import type { Span } from "../../base/span.ts";

/** Finds lines and columns of offsets; binary search over the starts of lines. */
export function lineIndex(file: string, text: string): (from: number, to: number) => Span {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const find = (offset: number): readonly [number, number] => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - (starts[low] ?? 0) + 1];
  };
  return (from, to) => {
    const [line, column] = find(from);
    const [endLine, endColumn] = find(to);
    return { file, line, column, endLine, endColumn };
  };
}

/** A copy of plain data in which every span is put elsewhere. */
export function relocate<T>(value: T, place: (span: Span) => Span): T {
  return relocated(value, place) as T;
}

function relocated(value: unknown, place: (span: Span) => Span): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => relocated(item, place));
  if (value instanceof Map) return value;
  if (isSpan(value)) return place(value);
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) copy[key] = relocated(inner, place);
  return copy;
}

function isSpan(value: object): value is Span {
  return "endColumn" in value && "file" in value && "line" in value;
}
