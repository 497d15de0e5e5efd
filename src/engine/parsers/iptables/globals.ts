import type { OptionSpec } from "./module.ts";

/** What an option of iptables itself is for. */
export type GlobalKind =
  | "command"
  | "source"
  | "destination"
  | "protocol"
  | "in"
  | "out"
  | "fragment"
  | "jump"
  | "goto"
  | "match"
  | "table"
  | "counters"
  | "ipv4"
  | "ipv6"
  | "ignored";

export interface GlobalOption extends OptionSpec {
  readonly kind: GlobalKind;
  readonly letter: string;
}

function option(
  letter: string,
  names: readonly string[],
  kind: GlobalKind,
  count: number,
  negatable = false,
): readonly GlobalOption[] {
  return names.map((name) => ({
    canonical: names[0] ?? name,
    arguments: count,
    negatable,
    repeatable: false,
    kind,
    letter,
  }));
}

/** Commands, by letter: what they take follows from the command itself. */
const COMMANDS: readonly (readonly [string, string])[] = [
  ["A", "append"],
  ["D", "delete"],
  ["C", "check"],
  ["I", "insert"],
  ["R", "replace"],
  ["L", "list"],
  ["S", "list-rules"],
  ["F", "flush"],
  ["Z", "zero"],
  ["N", "new-chain"],
  ["X", "delete-chain"],
  ["E", "rename-chain"],
  ["P", "policy"],
];

const NAMES: readonly (readonly [string, readonly string[], GlobalKind, number, boolean])[] = [
  ["s", ["source", "src"], "source", 1, true],
  ["d", ["destination", "dst"], "destination", 1, true],
  ["p", ["protocol"], "protocol", 1, true],
  ["i", ["in-interface"], "in", 1, true],
  ["o", ["out-interface"], "out", 1, true],
  ["f", ["fragments"], "fragment", 0, true],
  ["j", ["jump"], "jump", 1, false],
  ["g", ["goto"], "goto", 1, false],
  ["m", ["match"], "match", 1, false],
  ["t", ["table"], "table", 1, false],
  ["c", ["set-counters"], "counters", 2, false],
  ["4", ["ipv4"], "ipv4", 0, false],
  ["6", ["ipv6"], "ipv6", 0, false],
  ["n", ["numeric"], "ignored", 0, false],
  ["v", ["verbose"], "ignored", 0, false],
  ["w", ["wait"], "ignored", 0, false],
  ["W", ["wait-interval"], "ignored", 1, false],
  ["x", ["exact"], "ignored", 0, false],
  ["0", ["line-numbers"], "ignored", 0, false],
  ["M", ["modprobe"], "ignored", 1, false],
  ["b", ["bidirectional"], "ignored", 0, false],
];

/** By long name. */
export const GLOBALS_BY_NAME: ReadonlyMap<string, GlobalOption> = new Map([
  ...COMMANDS.flatMap(([letter, name]) =>
    option(letter, [name], "command", 0).map((made): [string, GlobalOption] => [name, made]),
  ),
  ...NAMES.flatMap(([letter, names, kind, count, negatable]) =>
    option(letter, names, kind, count, negatable).map((made, i): [string, GlobalOption] => [
      names[i] ?? "",
      made,
    ]),
  ),
]);

/** By letter. */
export const GLOBALS_BY_LETTER: ReadonlyMap<string, GlobalOption> = new Map(
  [...GLOBALS_BY_NAME.values()].map((made) => [made.letter, made]),
);
