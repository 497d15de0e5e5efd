import { findOption } from "./findOption.ts";
import { GLOBALS_BY_LETTER } from "./globals.ts";
import type { OptionSpec } from "./module.ts";
import { readGlobal } from "./readGlobal.ts";
import type { Token } from "./tokens.ts";
import {
  isWord,
  type Place,
  type ReadModule,
  type RuleWords,
  readValues,
  refuse,
  refuseOption,
  type WordReader,
  type WordsContext,
} from "./wordReader.ts";

/** Sorts the words of a line as getopt_long does with the options of the modules loaded so far. */
export function readWords(tokens: readonly Token[], context: WordsContext): RuleWords {
  const reader: WordReader = {
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

function readOne(reader: WordReader): void {
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

function readShort(reader: WordReader, token: Token, first: Token, negated: boolean): void {
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

function readLong(reader: WordReader, token: Token, first: Token, negated: boolean): void {
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

/** Options that nobody knows belong to the last module of another maker, with all words up to the next. */
function readUnknown(reader: WordReader, token: Token, first: Token, negated: boolean): void {
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

function readModuleOption(
  reader: WordReader,
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
