import type { Rule } from "../device/device.ts";
import type { RejectWith } from "../device/statement.ts";
import type { Decider, TableName } from "../interpret/outcome.ts";

/** Where a rule stands, and its own words. */
export interface RulePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** A base chain whose policy decided. */
export interface PolicyPlace {
  /** Family and name: `inet fw`. */
  readonly table: string;
  readonly chain: string;
}

/** What decided; all null: no base chain saw the packet. */
export interface DecidedBy {
  readonly rule: RulePlace | null;
  readonly policy: PolicyPlace | null;
  /** The kernel's own reason, such as no route. */
  readonly kernel: string | null;
}

export function placeOf({ span, text }: Rule): RulePlace {
  return { file: span.file, line: span.line, text };
}

export function tableText({ family, name }: TableName): string {
  return `${family} ${name}`;
}

export function decidedBy(by: Decider): DecidedBy {
  const nothing: DecidedBy = { rule: null, policy: null, kernel: null };
  switch (by.kind) {
    case "rule":
      return { ...nothing, rule: placeOf(by.rule) };
    case "policy":
      return { ...nothing, policy: { table: tableText(by.table), chain: by.chain } };
    case "kernel":
      return { ...nothing, kernel: by.reason };
    case "none":
      return nothing;
  }
}

/** Names that nft prints for the codes of its rejects. */
const ICMP = new Map([
  [0, "net-unreachable"],
  [1, "host-unreachable"],
  [2, "prot-unreachable"],
  [3, "port-unreachable"],
  [9, "net-prohibited"],
  [10, "host-prohibited"],
  [13, "admin-prohibited"],
]);
const ICMPV6 = new Map([
  [0, "no-route"],
  [1, "admin-prohibited"],
  [3, "addr-unreachable"],
  [4, "port-unreachable"],
  [5, "policy-fail"],
  [6, "reject-route"],
]);
const ICMPX = new Map([
  [0, "no-route"],
  [1, "port-unreachable"],
  [2, "host-unreachable"],
  [3, "admin-prohibited"],
]);

/** A reject in nft's words: `tcp reset`, `icmp port-unreachable`. */
export function rejectText(reject: RejectWith): string {
  if (reject.kind === "tcpReset") return "tcp reset";
  const [word, names] =
    reject.family === "ip"
      ? ["icmp", ICMP]
      : reject.family === "ip6"
        ? ["icmpv6", ICMPV6]
        : ["icmpx", ICMPX];
  return `${word} ${names.get(reject.code) ?? reject.code}`;
}
