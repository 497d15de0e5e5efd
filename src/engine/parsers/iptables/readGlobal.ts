import { readCommand } from "./commandWords.ts";
import type { GlobalOption } from "./globals.ts";
import { findMatch } from "./matches/index.ts";
import type { GivenOption, OptionTable } from "./module.ts";
import { TARGETS } from "./targets/index.ts";
import {
  type Place,
  type ReadModule,
  readValues,
  refuseOption,
  type WordReader,
} from "./wordReader.ts";

/** An option that belongs to no module: a command, a basic match, `-m`, `-j`, `-g`. */
export function readGlobal(reader: WordReader, option: GlobalOption, place: Place): void {
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

function addBasic(reader: WordReader, kind: string, given: GivenOption): void {
  if (reader.basics.has(kind))
    refuseOption(
      reader,
      given,
      `\`--${given.name}\` is given twice`,
      "one rule asks for one; use two rules, or a list with commas for addresses",
    );
  reader.basics.set(kind, given);
}

function addMatch(reader: WordReader, given: GivenOption): void {
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

function addTarget(reader: WordReader, given: GivenOption, goto: boolean): void {
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
