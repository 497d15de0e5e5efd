import type { Span } from "../../base/span.ts";
import type { IptablesCode } from "./codes.ts";
import { GLOBALS_BY_LETTER, GLOBALS_BY_NAME, type GlobalOption } from "./globals.ts";
import { findMatch, PROTOCOL_MATCHES } from "./matches/index.ts";
import type { GivenOption, OptionSpec, OptionTable } from "./module.ts";
import { parseProtocol } from "./protocol.ts";
import { TARGETS } from "./targets/index.ts";
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

/** Sorts the words of a line as getopt_long does with the options of the modules loaded so far. */
export function readWords(tokens: readonly Token[], context: WordsContext): RuleWords {
  const reader: Reader = {
    tokens,
    at: 0,
    context,
    command: null,
    basics: new Map(),
    modules: [],
    target: null,
    protocolLoaded: false,
    skipped: false,
    lost: [],
  };
  while (reader.at < tokens.length) readOne(reader);
  return {
    command: reader.command,
    basics: reader.basics,
    matches: reader.modules.filter(({ kind }) => kind === "match"),
    target: reader.target,
    skipped: reader.skipped,
    lost: reader.lost,
  };
}

interface Reader {
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

function readOne(reader: Reader): void {
  const first = reader.tokens[reader.at];
  if (first === undefined) return;
  let negated = false;
  let token = first;
  while (token.text === "!" && !token.quoted) {
    if (negated) refuse(reader, "PM2013", "two `!` in a row", token, "leave one out");
    negated = true;
    reader.at++;
    const next = reader.tokens[reader.at];
    if (next === undefined) {
      refuse(reader, "PM2010", "nothing stands behind `!`", token, "add the option");
      return;
    }
    token = next;
  }
  reader.at++;
  const { text } = token;
  if (text.length > 2 && text.startsWith("--")) readLong(reader, token, first, negated);
  else if (text.length > 1 && text.startsWith("-")) readShort(reader, token, first, negated);
  else
    refuse(
      reader,
      "PM2010",
      `\`${text}\` is no option and belongs to none`,
      token,
      "take it out, or quote it together with the word in front of it",
    );
}

function refuse(
  reader: Reader,
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
function refuseOption(reader: Reader, given: GivenOption, message: string, help: string): void {
  reader.lost.push(`--${given.name}`);
  reader.context.refuse("PM2013", message, given.span, help);
}

function readShort(reader: Reader, token: Token, first: Token, negated: boolean): void {
  const option = GLOBALS_BY_LETTER.get(token.text[1] ?? "");
  if (option === undefined) {
    refuse(reader, "PM2009", `unknown option \`${token.text}\``, token, "check its spelling");
    return;
  }
  let inline: string | null = null;
  if (token.text.length > 2 && option.kind !== "ignored") {
    inline = token.text.slice(2);
    refuse(
      reader,
      "PM2019",
      `\`${token.text}\` is option and argument in one word`,
      token,
      `write \`${token.text.slice(0, 2)} ${inline}\``,
    );
  }
  readGlobal(reader, option, { token, first, negated, inline });
}

function readLong(reader: Reader, token: Token, first: Token, negated: boolean): void {
  const equals = token.text.indexOf("=");
  const name = token.text.slice(2, equals < 0 ? undefined : equals);
  const inline = equals < 0 ? null : token.text.slice(equals + 1);
  const found = findOption(reader, name, token);
  if (found === "ambiguous") return;
  if (found === null) {
    readUnknown(reader, token, first, negated);
    return;
  }
  const place: Place = { token, first, negated, inline };
  if (found.module === null) readGlobal(reader, found.option, place);
  else readModuleOption(reader, found.module, found.option, place);
}

interface Place {
  readonly token: Token;
  /** The `!` in front, or the option itself. */
  readonly first: Token;
  readonly negated: boolean;
  /** What stands behind `=`. */
  readonly inline: string | null;
}

type Found =
  | { readonly module: null; readonly option: GlobalOption }
  | { readonly module: ReadModule; readonly option: OptionSpec };

/** Exact names first, of the newest module first; then a beginning that means one option only. */
function findOption(reader: Reader, name: string, token: Token): Found | "ambiguous" | null {
  const exact = GLOBALS_BY_NAME.get(name);
  if (exact !== undefined) return { module: null, option: exact };
  for (let i = reader.modules.length - 1; i >= 0; i--) {
    const module = reader.modules[i];
    const option = module?.table?.get(name);
    if (module !== undefined && option !== undefined) return { module, option };
  }
  const begun = findBeginning(reader, name);
  if (begun.length > 1) {
    const names = begun.map(({ option }) => `\`--${option.canonical}\``).join(", ");
    refuse(reader, "PM2009", `\`--${name}\` can be ${names}`, token, "write the name in full");
    return "ambiguous";
  }
  const [only] = begun;
  if (only !== undefined) return only;
  return loadProtocol(reader, name) ? findOption(reader, name, token) : null;
}

function findBeginning(reader: Reader, name: string): readonly Found[] {
  const found = new Map<string, Found>();
  for (const [full, option] of GLOBALS_BY_NAME)
    if (full.startsWith(name)) found.set(` ${option.canonical}`, { module: null, option });
  for (const [index, module] of reader.modules.entries())
    for (const [full, option] of module.table ?? [])
      if (full.startsWith(name)) found.set(`${index} ${option.canonical}`, { module, option });
  return [...found.values()];
}

/** `-p tcp --dport 25` loads the match `tcp` by itself. */
function loadProtocol(reader: Reader, option: string): boolean {
  const protocol = reader.basics.get("protocol");
  if (protocol === undefined || reader.protocolLoaded) return false;
  const number = parseProtocol(protocol.values[0] ?? "", reader.context.family);
  const name = number === null ? undefined : PROTOCOL_MATCHES.get(number);
  const spec = name === undefined ? null : findMatch(name);
  if (name === undefined || spec === null) return false;
  if (reader.modules.some((module) => module.name === name)) return false;
  if (![...spec.options.keys()].some((known) => known.startsWith(option))) return false;
  reader.protocolLoaded = true;
  const { options: table } = spec;
  reader.modules.push({ kind: "match", name, table, options: [], span: protocol.span });
  return true;
}

/** Options that nobody knows belong to the last module of another maker, with all words up to the next. */
function readUnknown(reader: Reader, token: Token, first: Token, negated: boolean): void {
  const foreign = reader.modules.findLast(({ table }) => table === null);
  if (foreign === undefined) {
    refuse(
      reader,
      "PM2009",
      `unknown option \`${token.text}\``,
      token,
      "check its spelling; options of a match stand behind its `-m`, those of ports behind `-p`",
    );
    while (isWord(reader.tokens[reader.at])) reader.at++;
    return;
  }
  const values: string[] = [];
  let last = token;
  for (let next = reader.tokens[reader.at]; isWord(next); next = reader.tokens[reader.at]) {
    values.push(next.text);
    last = next;
    reader.at++;
  }
  const span = reader.context.spanOf(first, last);
  foreign.options.push({ name: token.text.slice(2), negated, values, span });
}

function isWord(token: Token | undefined): token is Token {
  if (token === undefined) return false;
  return token.quoted || !(token.text.startsWith("-") || token.text === "!");
}

function readModuleOption(
  reader: Reader,
  module: ReadModule,
  option: OptionSpec,
  place: Place,
): void {
  const given = readValues(reader, option, place);
  if (given === null) return;
  if (given.negated && !option.negatable)
    refuseOption(
      reader,
      given,
      `\`--${option.canonical}\` cannot be negated`,
      "leave the `!` out, or turn the rule round",
    );
  if (!option.repeatable && module.options.some(({ name }) => name === option.canonical))
    refuseOption(
      reader,
      given,
      `\`--${option.canonical}\` is given twice`,
      `load the match a second time with \`-m ${module.name}\``,
    );
  module.options.push(given);
}

/** The arguments of an option; old iptables wrote the `!` between option and argument. */
function readValues(reader: Reader, option: OptionSpec, place: Place): GivenOption | null {
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

function readGlobal(reader: Reader, option: GlobalOption, place: Place): void {
  if (option.kind === "command") {
    readCommand(reader, option, place);
    return;
  }
  const given = readValues(reader, option, place);
  if (given === null) return;
  if (given.negated && !option.negatable)
    refuseOption(reader, given, `\`${place.token.text}\` cannot be negated`, "leave the `!` out");
  switch (option.kind) {
    case "ignored":
    case "counters":
      return;
    case "ipv4":
    case "ipv6":
      if ((option.kind === "ipv4") !== (reader.context.family === "ip")) reader.skipped = true;
      return;
    case "table":
      reader.context.refuse(
        "PM2014",
        "`-t` cannot be used in a restore file",
        given.span,
        "the table is that of the `*table` line",
      );
      return;
    case "match":
      addMatch(reader, given);
      return;
    case "jump":
    case "goto":
      addTarget(reader, given, option.kind === "goto");
      return;
    default:
      addBasic(reader, option.kind, given);
  }
}

function addBasic(reader: Reader, kind: string, given: GivenOption): void {
  if (reader.basics.has(kind))
    refuseOption(
      reader,
      given,
      `\`--${given.name}\` is given twice`,
      "one rule asks for one; use two rules, or a list with commas for addresses",
    );
  reader.basics.set(kind, given);
}

function addMatch(reader: Reader, given: GivenOption): void {
  const [name = ""] = given.values;
  const spec = findMatch(name);
  reader.modules.push({
    kind: "match",
    name,
    table: spec?.options ?? null,
    options: [],
    span: given.span,
  });
}

function addTarget(reader: Reader, given: GivenOption, goto: boolean): void {
  const [name = ""] = given.values;
  if (reader.target !== null) {
    refuseOption(reader, given, "two targets in one rule", "split the rule");
    return;
  }
  const spec = goto ? undefined : TARGETS.get(name);
  const isForeign = spec === undefined && /^[A-Z0-9_]+$/.test(name) && !VERDICTS.has(name);
  const table = isForeign && !goto ? null : (spec?.options ?? NO_OPTIONS);
  const module: ReadModule = { kind: "target", name, table, options: [], span: given.span };
  reader.modules.push(module);
  reader.target = { module, goto };
}

const NO_OPTIONS: OptionTable = new Map();
const VERDICTS = new Set(["ACCEPT", "DROP", "RETURN", "QUEUE"]);

/** Words that a command takes at most; all but the chain of `-A` and the like may be missing. */
const COMMAND_WORDS: Readonly<Record<string, number>> = {
  A: 1,
  D: 2,
  C: 1,
  I: 2,
  R: 2,
  L: 2,
  S: 2,
  F: 1,
  Z: 2,
  N: 1,
  X: 1,
  E: 2,
  P: 2,
};

function readCommand(reader: Reader, option: GlobalOption, place: Place): void {
  const words: string[] = place.inline === null ? [] : [place.inline];
  let last = place.token;
  const most = COMMAND_WORDS[option.letter] ?? 0;
  for (let next = reader.tokens[reader.at]; words.length < most && isWord(next); ) {
    if (words.length === 1 && "DIRLSZ".includes(option.letter) && !/^\d+$/.test(next.text)) break;
    words.push(next.text);
    last = next;
    reader.at++;
    next = reader.tokens[reader.at];
  }
  const span = reader.context.spanOf(place.first, last);
  if (reader.command !== null) {
    const both = `\`-${option.letter}\` and \`-${reader.command.letter}\``;
    reader.context.refuse("PM2013", `${both} in one line`, span, "write two lines");
    return;
  }
  if (place.negated)
    reader.context.refuse("PM2013", "a command cannot be negated", span, "leave the `!` out");
  reader.command = { letter: option.letter, words, span };
}
