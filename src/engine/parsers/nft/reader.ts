import type { Span } from "../../base/span.ts";
import type { Lexer, Token, TokenPlace } from "./lexer.ts";

/** What stops the reading of one statement: the parser reports it and goes on behind it. */
export class SyntaxProblem extends Error {
  readonly code: string;
  readonly span: Span;
  readonly help: string;

  constructor(code: string, message: string, span: Span, help: string) {
    super(message);
    this.code = code;
    this.span = span;
    this.help = help;
  }
}

/** Tokens that the variables of one file may expand to, all uses together. */
const MAXIMUM_EXPANSION = 5_000_000;
/** Variables within variables. */
const MAXIMUM_EXPANSION_DEPTH = 32;

export type Variables = (name: string) => readonly Token[] | null;

/** A stream of tokens with variables put in place. */
export class Reader {
  /** End of the last token taken from the file itself, for the text of a rule. */
  lastEnd = 0;
  lastLine = 1;
  lastColumn = 1;
  private readonly lexer: Lexer;
  private readonly variables: Variables;
  private readonly ahead: Token[] = [];
  private readonly expansions: { tokens: readonly Token[]; at: number }[] = [];
  private expanded = 0;
  /** Parentheses that are open in the expression being read. */
  parentheses = 0;
  /** Braces opened and not closed by the tokens taken so far. */
  depth = 0;

  constructor(lexer: Lexer, variables: Variables) {
    this.lexer = lexer;
    this.variables = variables;
  }

  get file(): string {
    return this.lexer.file;
  }

  get text(): string {
    return this.lexer.text;
  }

  peek(distance = 0): Token {
    while (this.ahead.length <= distance) this.ahead.push(this.pull());
    return this.ahead[distance] ?? this.pull();
  }

  next(): Token {
    const token = this.ahead.shift() ?? this.pull();
    this.depth += nesting(token);
    if (token.file === this.lexer.file && token.end >= this.lastEnd && token.kind !== "newline") {
      this.lastEnd = token.end;
      this.lastLine = token.line;
      this.lastColumn = token.column + token.end - token.start;
    }
    return token;
  }

  /** Goes to the end of the file. */
  stop(): void {
    this.ahead.length = 0;
    this.expansions.length = 0;
    this.lexer.stop();
  }

  /** Whether a token stands in the file itself, and nothing but the file is read after it. */
  isInFile({ file, start, end, text }: Token): boolean {
    return (
      this.expansions.length === 0 &&
      file === this.lexer.file &&
      this.lexer.text.startsWith(text, start) &&
      end - start === text.length
    );
  }

  /** Goes on behind `length` characters of the line, from its token `first` on. */
  skipTo(first: TokenPlace, length: number): void {
    this.ahead.length = 0;
    this.lexer.goTo(first, length);
    this.lastEnd = first.start + length;
    this.lastLine = first.line;
    this.lastColumn = first.column + length;
  }

  /** Puts a token back: the next to be taken. */
  unshift(token: Token): void {
    this.depth -= nesting(token);
    this.ahead.unshift(token);
  }

  is(text: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.text === text && token.kind !== "string";
  }

  /** Takes the token if it is `text`. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }

  expect(text: string): Token {
    if (this.is(text)) return this.next();
    throw this.problem(`expected \`${text}\`, found ${describe(this.peek())}`);
  }

  /** A name or a value in words. */
  word(what: string): Token {
    const token = this.peek();
    if (token.kind === "word" || token.kind === "string") return this.next();
    throw this.problem(`expected ${what}, found ${describe(token)}`);
  }

  isEnd(): boolean {
    const { kind, text } = this.peek();
    return (
      kind === "end" || kind === "newline" || (kind === "symbol" && (text === ";" || text === "}"))
    );
  }

  skipNewlines(): void {
    while (this.peek().kind === "newline") this.next();
  }

  /** Ends of lines and semicolons. */
  skipSeparators(): void {
    while (this.peek().kind === "newline" || this.is(";")) this.next();
  }

  /**
   * Goes on behind an error: out of the blocks that were opened since `depth`, then to the end of
   * the line; the brace that closes the block around it stays.
   */
  skipStatement(depth = this.depth): void {
    for (;;) {
      const { kind } = this.peek();
      if (kind === "end" || (this.depth <= depth && this.isEnd())) return;
      this.next();
    }
  }

  problem(message: string, help = "", code = "PM1001"): SyntaxProblem {
    const token = this.peek();
    if (token.kind !== "unknown") return new SyntaxProblem(code, message, spanOf(token), help);
    const name = token.text.slice(1);
    if (this.variables(name) === null)
      return new SyntaxProblem(
        "PM1010",
        `unknown identifier \`${name}\``,
        spanOf(token),
        `define it before this line: \`define ${name} = …\``,
      );
    return new SyntaxProblem(
      "PM1011",
      `variables expand to more than ${MAXIMUM_EXPANSION} words, or contain themselves`,
      spanOf(token),
      "use a named set instead of a variable for long lists",
    );
  }

  private pull(): Token {
    for (;;) {
      const source = this.expansions.at(-1);
      const token = source === undefined ? this.lexer.next() : source.tokens[source.at++];
      if (token === undefined) {
        this.expansions.pop();
        continue;
      }
      if (token.kind !== "word" || !token.text.startsWith("$") || token.text.length < 2)
        return token;
      const value = this.variables(token.text.slice(1));
      const length = value?.length ?? 0;
      if (
        value === null ||
        this.expanded + length > MAXIMUM_EXPANSION ||
        this.expansions.length >= MAXIMUM_EXPANSION_DEPTH
      )
        return { ...token, kind: "unknown" };
      this.expanded += length;
      if (source === undefined) {
        this.lastEnd = token.end;
        this.lastLine = token.line;
        this.lastColumn = token.column + token.end - token.start;
      }
      this.expansions.push({ tokens: value, at: 0 });
    }
  }
}

function nesting({ kind, text }: Token): number {
  if (kind !== "symbol") return 0;
  return text === "{" ? 1 : text === "}" ? -1 : 0;
}

export function spanOf(token: Token): Span {
  return {
    file: token.file,
    line: token.line,
    column: token.column,
    endLine: token.line,
    endColumn: token.column + (token.end - token.start),
  };
}

export function describe(token: Token): string {
  if (token.kind === "end") return "the end of the file";
  return token.kind === "newline" ? "the end of the line" : `\`${token.text}\``;
}
