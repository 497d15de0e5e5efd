import type { Statement } from "../../device/statement.ts";
import type { RuleContext } from "./context.ts";
import type { Token } from "./lexer.ts";
import { spanOf } from "./reader.ts";
import { refuse, type ScriptState } from "./state.ts";

const OPTIONS: readonly string[] = [
  "prefix",
  "level",
  "group",
  "snaplen",
  "queue-threshold",
  "flags",
];

const FLAG_WORDS: readonly string[] = ["tcp", "ip", "sequence", "options", "skuid", "ether", "all"];

/** `log [prefix "…"] [level …] [group …] [flags …]`, told as nft lists it. */
export function parseLog(context: RuleContext): Statement {
  const { reader, state } = context;
  reader.next();
  const given = new Map<string, string>();
  const flags: string[] = [];
  while (OPTIONS.some((option) => reader.is(option))) {
    const option = reader.next().text;
    const value = reader.word(`the ${option} of the log`);
    if (option === "prefix") refuseUnknownVariables(state, value);
    if (option === "flags") flags.push(...parseFlags(context, value.text));
    else given.set(option, value.text);
  }
  return { kind: "harmless", what: "log", text: listed(given, flags) };
}

/** `tcp sequence,options`: each with the header that it is of. */
function parseFlags({ reader }: RuleContext, first: string): readonly string[] {
  const words = [first];
  while (FLAG_WORDS.some((flag) => reader.is(flag)) || reader.is(","))
    words.push(reader.next().text);
  let header = "";
  return words.flatMap((word) => {
    if (word === "tcp" || word === "ip") header = word;
    else if (word !== ",")
      return [word === "sequence" || word === "options" ? `${header} ${word}` : word];
    return [];
  });
}

/** The level that nft does not print. */
const USUAL_LEVEL = "warn";

function listed(given: ReadonlyMap<string, string>, flags: readonly string[]): string {
  const prefix = given.get("prefix");
  const level = given.get("level");
  const words = ["log"];
  if (prefix !== undefined) words.push(`prefix "${prefix}"`);
  for (const option of ["group", "snaplen", "queue-threshold"]) {
    const value = given.get(option);
    if (value !== undefined) words.push(`${option} ${value}`);
  }
  if (level !== undefined && level !== USUAL_LEVEL) words.push(`level ${level}`);
  return [...words, ...flagTexts(flags)].join(" ");
}

function flagTexts(flags: readonly string[]): readonly string[] {
  if (flags.includes("all")) return ["flags all"];
  const ofTcp = ["sequence", "options"].filter((flag) => flags.includes(`tcp ${flag}`));
  return [
    ...(ofTcp.length === 0 ? [] : [`flags tcp ${ofTcp.join(",")}`]),
    ...["ip options", "skuid", "ether"]
      .filter((flag) => flags.includes(flag))
      .map((flag) => `flags ${flag}`),
  ];
}

/** nft puts variables into the prefix of a log, in quotes too. */
function refuseUnknownVariables(state: ScriptState, { text, ...token }: Token): void {
  for (const [, name = ""] of text.matchAll(/\$([A-Za-z]\w*)/g))
    if (state.variables.get(name) === null)
      refuse(
        state,
        "PM1010",
        `unknown identifier \`${name}\``,
        spanOf({ ...token, text }),
        `define it before this line: \`define ${name} = …\``,
      );
}
