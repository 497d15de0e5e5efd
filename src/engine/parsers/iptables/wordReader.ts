import type { Span } from "../../base/span.ts";
import type { IptablesCode } from "./codes.ts";
import type { GivenOption, OptionSpec, OptionTable } from "./module.ts";
import type { Token } from "./tokens.ts";
import type { IpFamily } from "./values.ts";

/** A match or target while its options are read. */
export interface ReadModule {
  readonly kind: "match" | "target";
  readonly name: string;
  /** Null: a module of another maker, which takes every option that nobody else knows. */
  readonly table: OptionTable | null;
  readonly options: GivenOption[];
  readonly span: Span;
}

export interface CommandWords {
  readonly letter: string;
  readonly words: readonly string[];
  readonly span: Span;
}

/** The words of one line, sorted into what they belong to. */
export interface RuleWords {
  readonly command: CommandWords | null;
  /** source, destination, protocol, in, out, fragment. */
  readonly basics: ReadonlyMap<string, GivenOption>;
  /** In the order written. */
  readonly matches: readonly ReadModule[];
  readonly target: { readonly module: ReadModule; readonly goto: boolean } | null;
  /** `-4` in a file of ip6tables, or the other way round: the line is not for this family. */
  readonly skipped: boolean;
  /** Words whose meaning is lost: what the rule asks or does is not known in full. */
  readonly lost: readonly string[];
}

export interface WordsContext {
  readonly family: IpFamily;
  spanOf(first: Token, last: Token): Span;
  refuse(code: IptablesCode, message: string, span: Span, help: string): void;
}

/** How far the words of a line are read. */
export interface WordReader {
  readonly tokens: readonly Token[];
  at: number;
  readonly context: WordsContext;
  command: CommandWords | null;
  readonly basics: Map<string, GivenOption>;
  readonly modules: ReadModule[];
  target: RuleWords["target"];
  protocolLoaded: boolean;
  skipped: boolean;
  readonly lost: string[];
}

/** Where an option stands. */
export interface Place {
  readonly token: Token;
  /** The `!` in front, or the option itself. */
  readonly first: Token;
  readonly negated: boolean;
  /** What stands behind `=`. */
  readonly inline: string | null;
}

export function refuse(
  reader: WordReader,
  code: IptablesCode,
  message: string,
  token: Token,
  help: string,
): void {
  if (!UNDERSTOOD.has(code)) reader.lost.push(token.text);
  reader.context.refuse(code, message, reader.context.spanOf(token, token), help);
}

/** Refused by iptables 1.8, yet clear: old negation, and option and argument in one word. */
const UNDERSTOOD: ReadonlySet<IptablesCode> = new Set(["PM2012", "PM2019"]);

/** An option that is clear in itself, but not with the others of its line. */
export function refuseOption(
  reader: WordReader,
  given: GivenOption,
  message: string,
  help: string,
): void {
  reader.lost.push(`--${given.name}`);
  reader.context.refuse("PM2013", message, given.span, help);
}

export function isWord(token: Token | undefined): token is Token {
  if (token === undefined) return false;
  return token.quoted || !(token.text.startsWith("-") || token.text === "!");
}

/** The arguments of an option; old iptables wrote the `!` between option and argument. */
export function readValues(
  reader: WordReader,
  option: OptionSpec,
  place: Place,
): GivenOption | null {
  const values: string[] = place.inline === null ? [] : [place.inline];
  let { negated } = place;
  let last = place.token;
  while (values.length < option.arguments) {
    const next = reader.tokens[reader.at];
    if (next === undefined) {
      const message = `\`${place.token.text}\` lacks an argument`;
      refuse(reader, "PM2010", message, place.token, "add it");
      return null;
    }
    reader.at++;
    last = next;
    if (
      next.text === "!" &&
      !next.quoted &&
      values.length === 0 &&
      reader.at < reader.tokens.length
    ) {
      refuse(
        reader,
        "PM2012",
        `\`!\` behind \`${place.token.text}\` is refused by iptables 1.8`,
        next,
        `write \`! ${place.token.text} …\``,
      );
      negated = true;
    } else values.push(next.text);
  }
  const span = reader.context.spanOf(place.first, last);
  return { name: option.canonical, negated, values, span };
}
