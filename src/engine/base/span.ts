/** A place in a text: lines and columns count from 1, the end is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The span from the start of `first` to the end of `last`; both lie in the same file. */
export function joinSpans(first: Span, last: Span): Span {
  return { ...first, endLine: last.endLine, endColumn: last.endColumn };
}

/** `file:line:column`, as compilers print it. */
export function formatSpan(span: Span): string {
  return `${span.file}:${span.line}:${span.column}`;
}
