/** Splits a line into words; double quotes keep blanks, a backslash escapes inside of them. */
export function splitWords(line: string): string[] {
  if (!line.includes('"')) return line.split(/[ \t]+/).filter((word) => word !== "");
  const words: string[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"?|[^\s"]+/g;
  for (const match of line.matchAll(pattern))
    words.push(match[1] === undefined ? match[0] : match[1].replace(/\\(.)/g, "$1"));
  return words;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["create", "create"],
  ["n", "create"],
  ["-N", "create"],
  ["--create", "create"],
  ["add", "add"],
  ["-A", "add"],
  ["--add", "add"],
  ["del", "del"],
  ["-D", "del"],
  ["--del", "del"],
  ["destroy", "destroy"],
  ["x", "destroy"],
  ["-X", "destroy"],
  ["--destroy", "destroy"],
  ["flush", "flush"],
  ["-F", "flush"],
  ["--flush", "flush"],
  ["rename", "rename"],
  ["e", "rename"],
  ["-E", "rename"],
  ["--rename", "rename"],
  ["swap", "swap"],
  ["w", "swap"],
  ["-W", "swap"],
  ["--swap", "swap"],
  ["test", "look"],
  ["-T", "look"],
  ["list", "look"],
  ["-L", "look"],
  ["save", "look"],
  ["-S", "look"],
  ["COMMIT", "look"],
]);

export type Command =
  | "create"
  | "add"
  | "del"
  | "destroy"
  | "flush"
  | "rename"
  | "swap"
  /** Changes nothing. */
  | "look";

export function findCommand(word: string): Command | null {
  return COMMANDS.get(word) ?? null;
}
