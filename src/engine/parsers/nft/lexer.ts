/** One piece of text. `start` and `end` are offsets in the file; columns count from 1. */
export interface Token {
  /** `unknown`: a variable that nothing defines, or that expands to too much. */
  readonly kind: "word" | "string" | "symbol" | "newline" | "end" | "unknown";
  readonly text: string;
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** Where a token begins. */
export type TokenPlace = Pick<Token, "start" | "line" | "column">;

/** Characters between brackets: an IPv6 address, or two of them. */
const MAXIMUM_BRACKETS = 100;
const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const BACKSLASH = 92;
const COLON = 58;
const OPEN_BRACKET = 91;

/** What ends a word; everything else can be part of one (names, numbers, addresses, prefixes). */
const BREAKS = new Set(
  [...' \t\r\n\f\v\u00a0\ufeff{}()[],;=!<>|&^#"\0'].map((char) => char.charCodeAt(0)),
);
const BLANKS = new Set([..." \t\r\f\v\u00a0\ufeff"].map((char) => char.charCodeAt(0)));
const PAIRS = new Set(["==", "!=", "<=", ">=", "<<", ">>"]);

/** Cuts nft text into tokens, one at a time, so that a set of a million elements needs no list. */
export class Lexer {
  readonly file: string;
  readonly text: string;
  /** The first blank that is none to nft: a carriage return, a byte order mark or the like. */
  foreignBlank: Token | null = null;
  private at = 0;
  private line = 1;
  private lineStart = 0;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  next(): Token {
    this.skipBlanks();
    const start = this.at;
    if (start >= this.text.length) return this.token("end", start, start, "");
    const code = this.text.charCodeAt(start);
    if (code === NEWLINE) return this.newline();
    if (code === QUOTE) return this.quoted();
    if (code !== OPEN_BRACKET && BREAKS.has(code)) return this.symbol();
    return this.word();
  }

  /** Goes on behind `length` characters from a token on, all of its own line. */
  goTo({ start, line, column }: TokenPlace, length: number): void {
    this.at = start + length;
    this.line = line;
    this.lineStart = start - column + 1;
  }

  /** Leaves out the rest of the text. */
  stop(): void {
    this.at = this.text.length;
  }

  private token(kind: Token["kind"], start: number, end: number, text: string): Token {
    return {
      kind,
      text,
      file: this.file,
      start,
      end,
      line: this.line,
      column: start - this.lineStart + 1,
    };
  }

  /** Blanks, comments and lines that a backslash continues. */
  private skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (BLANKS.has(code)) {
        if (code !== SPACE && code !== TAB)
          this.foreignBlank ??= this.token(
            "symbol",
            this.at,
            this.at + 1,
            this.text.charAt(this.at),
          );
        this.at++;
      } else if (code === HASH) {
        const end = this.text.indexOf("\n", this.at);
        this.at = end < 0 ? this.text.length : end;
      } else if (code === BACKSLASH && this.continues()) {
        this.at = this.text.indexOf("\n", this.at) + 1;
        this.line++;
        this.lineStart = this.at;
      } else return;
    }
  }

  private continues(): boolean {
    let at = this.at + 1;
    while (BLANKS.has(this.text.charCodeAt(at))) at++;
    return this.text.charCodeAt(at) === NEWLINE;
  }

  private newline(): Token {
    const token = this.token("newline", this.at, this.at + 1, "\n");
    this.at++;
    this.line++;
    this.lineStart = this.at;
    return token;
  }

  /** A string ends at its quote, or at the end of the line where that is missing. */
  private quoted(): Token {
    const start = this.at;
    let end = start + 1;
    while (end < this.text.length) {
      const code = this.text.charCodeAt(end);
      if (code === QUOTE || code === NEWLINE) break;
      end++;
    }
    const text = this.text.slice(start + 1, end);
    const closed = this.text.charCodeAt(end) === QUOTE;
    this.at = closed ? end + 1 : end;
    return this.token("string", start, this.at, text);
  }

  private symbol(): Token {
    const pair = this.text.slice(this.at, this.at + 2);
    const text = PAIRS.has(pair) ? pair : this.text.charAt(this.at);
    const token = this.token("symbol", this.at, this.at + text.length, text);
    this.at += text.length;
    return token;
  }

  private word(): Token {
    const start = this.at;
    let end = start;
    if (this.text.charCodeAt(end) === OPEN_BRACKET) {
      const close = this.text.slice(end, end + MAXIMUM_BRACKETS).indexOf("]");
      if (close < 0) return this.symbol();
      end += close + 1;
    }
    while (end < this.text.length && !BREAKS.has(this.text.charCodeAt(end))) end++;
    end = this.cutColon(start, end);
    this.at = end;
    return this.token("word", start, end, this.text.slice(start, end));
  }

  /** `25:` and `:accept` are a value and a colon; `fe80::` and `::1` are addresses. */
  private cutColon(start: number, end: number): number {
    if (end - start < 2) return end;
    const first = this.text.charCodeAt(start);
    if (first === COLON && this.text.charCodeAt(start + 1) !== COLON) return start + 1;
    const last = this.text.charCodeAt(end - 1);
    return last === COLON && this.text.charCodeAt(end - 2) !== COLON ? end - 1 : end;
  }
}
