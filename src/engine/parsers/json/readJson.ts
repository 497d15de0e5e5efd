/** What JSON can hold, as plain data. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface JsonProblem {
  readonly message: string;
  /** Offset in the text. */
  readonly at: number;
  readonly help: string;
}

export interface JsonDocument {
  /** As far as it could be read. */
  readonly value: Json;
  /** Offsets where the items of the outermost list begin and end. */
  readonly places: readonly (readonly [number, number])[];
  readonly problem: JsonProblem | null;
}

/** Lists and objects within each other; nft itself stays far below. */
const MAXIMUM_DEPTH = 200;
/** Values of one document at most: about two gigabytes in memory. */
const MAXIMUM_VALUES = 10_000_000;

/** Reads JSON and remembers where each item of the list in the outermost object stands. */
export function readJson(text: string): JsonDocument {
  const reader = new JsonReader(text);
  try {
    const value = reader.read(0);
    reader.skipBlanks();
    const rest = reader.at < text.length ? "text behind the end of the document" : null;
    const problem = rest === null ? null : { message: rest, at: reader.at, help: "take it out" };
    return { value, places: reader.places, problem };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const { message, at, help } = error;
    const value = { nftables: reader.items };
    return { value, places: reader.places, problem: { message, at, help } };
  }
}

class JsonError extends Error {
  readonly at: number;
  readonly help: string;

  constructor(message: string, at: number, help: string) {
    super(message);
    this.at = at;
    this.help = help;
  }
}

class JsonReader {
  at = 0;
  readonly places: (readonly [number, number])[] = [];
  /** Items of the outermost list that were read whole. */
  readonly items: Json[] = [];
  private readonly text: string;
  private values = 0;

  constructor(text: string) {
    this.text = text;
    if (text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return;
      this.at++;
    }
  }

  read(depth: number): Json {
    if (++this.values > MAXIMUM_VALUES)
      throw this.problem(`more than ${MAXIMUM_VALUES} values`, "read the ruleset as text");
    if (depth > MAXIMUM_DEPTH) throw this.problem("lists are nested too deeply", "");
    this.skipBlanks();
    switch (this.text.charAt(this.at)) {
      case "{":
        return this.readObject(depth);
      case "[":
        return this.readList(depth);
      case '"':
        return this.readString();
      default:
        return this.readWord();
    }
  }

  private readObject(depth: number): Json {
    const entries: [string, Json][] = [];
    this.at++;
    this.skipBlanks();
    if (this.take("}")) return {};
    for (;;) {
      this.skipBlanks();
      if (this.text.charAt(this.at) !== '"') throw this.unexpected("a name in quotes");
      const name = this.readString();
      this.skipBlanks();
      if (!this.take(":")) throw this.unexpected("`:`");
      entries.push([name, this.read(depth + 1)]);
      this.skipBlanks();
      if (this.take("}")) return Object.fromEntries(entries);
      if (!this.take(",")) throw this.unexpected("`,` or `}`");
    }
  }

  private readList(depth: number): Json {
    const isOuter = depth <= 1 && this.items.length === 0;
    const items: Json[] = isOuter ? this.items : [];
    this.at++;
    this.skipBlanks();
    if (this.take("]")) return items;
    for (;;) {
      this.skipBlanks();
      const start = this.at;
      const item = this.read(depth + 1);
      items.push(item);
      if (isOuter) this.places.push([start, this.at]);
      this.skipBlanks();
      if (this.take("]")) return items;
      if (!this.take(",")) throw this.unexpected("`,` or `]`");
    }
  }

  private readString(): string {
    const start = this.at;
    let end = start + 1;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (code === 34) break;
      if (Number.isNaN(code) || code === 10)
        throw this.problem("a string without its closing quote", TRUNCATED);
      end += code === 92 ? 2 : 1;
    }
    this.at = end + 1;
    const raw = this.text.slice(start, this.at);
    if (!raw.includes("\\")) return raw.slice(1, -1);
    try {
      return String(JSON.parse(raw));
    } catch {
      this.at = start;
      throw this.problem("a string with an unknown escape", "write `\\\\` for a backslash");
    }
  }

  private readWord(): Json {
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text)?.[0] ?? "";
    const value = word === "" ? undefined : CONSTANTS.get(word);
    const number = NUMBER.test(word) ? Number(word) : undefined;
    const found = value === undefined ? number : value;
    if (found === undefined) throw this.unexpected("a value");
    this.at += word.length;
    return found;
  }

  private take(char: string): boolean {
    if (this.text.charAt(this.at) !== char) return false;
    this.at++;
    return true;
  }

  private unexpected(wanted: string): JsonError {
    const found = this.text.charAt(this.at);
    if (found === "") return this.problem(`the text ends where ${wanted} is expected`, TRUNCATED);
    return this.problem(
      `expected ${wanted}, found \`${found}\``,
      "look at the end of the item before",
    );
  }

  private problem(message: string, help: string): JsonError {
    return new JsonError(message, this.at, help);
  }
}

const TRUNCATED = "the text was cut off: list the ruleset again and keep all of it";
const WORD = /[-+.\w]*/y;
const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;
const CONSTANTS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
