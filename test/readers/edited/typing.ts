import type { Chance } from "../../../lab/chance.ts";

/* Edits of a text as keys make them: most leave something that is no ruleset. */

/** Edits between two readings at most. */
const MAXIMUM_EDITS = 3;

/** Lines that mean something else than they seem to, or nothing. */
const LINES = [
  ...[
    "define lan = 10.0.0.0/8",
    "redefine lan = 10.1.0.0/16",
    "undefine lan",
    "ip saddr $lan accept",
  ],
  ...["}", "{", "# note", "accept # note", "drop;", "accept; drop", "chain x { accept", "accept }"],
  ...["ip saddr 10.0.0.1 \\", "accept\\", "tcp dport { 25,", "80 } accept", "jump { accept; }"],
  ...[
    'include "other"',
    "ip saddr 10.0.0.1\u00a0accept",
    "accept\u00a0",
    "drop\f",
    "tcp dport 25\vdrop",
  ],
  ...[
    "tcp dport 25 drop\r",
    "\ufeffaccept",
    'counter comment "x" accept',
    'accept comment "no end',
  ],
  ...['accept comment "a;b"', "jump nowhere", "goto one", "ip saddr foo accept", "iif lo accept"],
  ...[
    "tcp dport http accept",
    "tcp dport sftp drop",
    "meta skuid nobodyhere accept",
    "iifgroup x drop",
  ],
  ...[
    "table inet t0 {",
    "chain one {",
    "ip saddr @hosts accept",
    "ip saddr @nothere drop",
    "accept drop",
  ],
  ...["tcp dport 99999 drop", "tcp dport { 25, 25 } accept", "ip saddr 10.0.0.1-10.0.0.0 drop"],
  ...[
    "flush ruleset",
    "delete table inet t0",
    "add rule inet t0 one accept",
    "ip6 saddr fd00::1 drop",
  ],
  ...[
    "udp dport 53 ct state new,established accept\t",
    "counter name hits accept",
    "limit name few accept",
  ],
  ...[
    "tcp dport{25} accept",
    "ip saddr {10.0.0.1,10.0.0.2}accept",
    "[::1] accept",
    "ip6 saddr [fd00::1 drop",
  ],
] as const;

const CHARACTERS = [
  "",
  " ",
  "}",
  "{",
  '"',
  "#",
  ";",
  "\\",
  "\u00a0",
  "\f",
  "\r",
  "x",
  "1",
  "\n",
  ",",
  "$",
] as const;

/** A text after some edits. */
export function editText(text: string, chance: Chance): string {
  const lines = text.split("\n");
  for (let i = chance.below(MAXIMUM_EDITS + 1); i > 0; i--) {
    const at = chance.below(lines.length);
    const line = lines[at] ?? "";
    switch (chance.below(5)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, `\t\t${chance.pick(LINES)}`);
        break;
      case 2:
        lines.splice(at, 0, lines[chance.below(lines.length)] ?? "");
        break;
      case 3:
        lines.splice(at, 1);
        lines.splice(chance.below(lines.length), 0, line);
        break;
      default: {
        const column = chance.below(line.length + 1);
        const rest = line.slice(column + chance.below(2));
        lines[at] = line.slice(0, column) + chance.pick(CHARACTERS) + rest;
      }
    }
  }
  return lines.join("\n");
}
