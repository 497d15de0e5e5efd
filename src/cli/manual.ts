import {
  type ArgumentWords,
  allCommands,
  type CommandWords,
  type OptionWords,
} from "./commandTable.ts";

/** The manual page premortem(1), in the macros of man(7). */
export function manualPage(table: CommandWords, version: string): string {
  const below = allCommands(table).filter(({ path }) => path.length > 0);
  const lines = [
    `.TH PREMORTEM 1 "" "premortem ${escaped(version)}" "User Commands"`,
    ".SH NAME",
    `premortem \\- ${escaped(uncapitalised(table.description))}`,
    ".SH SYNOPSIS",
    ".B premortem",
    escaped(table.usage),
    ".SH OPTIONS",
    ...table.options.flatMap(optionLines),
    ".SH COMMANDS",
    /* A group has nothing of its own: its commands follow it. */
    ...below.filter(({ commands }) => commands.length === 0).flatMap(commandLines),
    ".SH EXIT STATUS",
    ...filled(table.more.replace(/^Exit codes:\n/, "")),
    ".SH SEE ALSO",
    ".BR nft (8),",
    ".BR iptables\\-save (8)",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CommandWords): readonly string[] {
  const { path, usage, description, options, more } = command;
  const name = `premortem ${path.join(" ")}`;
  return [
    `.SS "${escaped(name)}"`,
    `.B ${escaped(name)}`,
    escaped(usage),
    ".PP",
    ...textLines(sentence(description)),
    ...command.arguments.filter(({ description }) => description !== "").flatMap(argumentLines),
    ...options.flatMap(optionLines),
    ...(more === "" ? [] : [".PP", ...filled(more)]),
  ];
}

function argumentLines({ name, description }: ArgumentWords): readonly string[] {
  return [".TP", `.I ${escaped(name)}`, ...textLines(description)];
}

function optionLines({ flags, description, choices }: OptionWords): readonly string[] {
  const words = choices.length === 0 ? "" : ` (${choices.join(", ")})`;
  return [".TP", `.B ${escaped(flags)}`, ...textLines(`${description}${words}`)];
}

/** Text whose lines stay as they are. */
function filled(text: string): readonly string[] {
  return [".nf", ...text.split("\n").flatMap(textLines), ".fi"];
}

/** A line that begins with a full stop or a quote would be a request. */
function textLines(text: string): readonly string[] {
  const line = escaped(text);
  return [/^[.']/.test(line) ? `\\&${line}` : line];
}

/** ASCII that roff prints as it stands: a plain `-` is a hyphen there, and a backslash an escape. */
function escaped(text: string): string {
  return text.replace(/[\\\-'`"~^]|[^ -~]/gu, (sign) => NAMES.get(sign) ?? codeOf(sign));
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\e"],
  ["-", "\\-"],
  ["'", "\\(aq"],
  ["`", "\\(ga"],
  ['"', "\\(dq"],
  ["~", "\\(ti"],
  ["^", "\\(ha"],
]);

function codeOf(sign: string): string {
  const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `\\[u${code.padStart(4, "0")}]`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function uncapitalised(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1).replace(/\.$/, "")}`;
}
