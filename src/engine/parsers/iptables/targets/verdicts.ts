import type { Range } from "../../../base/range.ts";
import type { RejectWith, Statement } from "../../../device/statement.ts";
import {
  defineModule,
  type GivenModule,
  hasOption,
  misplaced,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { MAX_16, parseInterval, parseUnsigned } from "../values.ts";
import type { TargetSpec } from "./spec.ts";

interface RejectName {
  readonly name: string;
  readonly alias: string;
  readonly code: number;
}

/** Kinds in the order in which iptables tries beginnings (RFC 792 and 1812). */
const REJECTS_4: readonly RejectName[] = [
  { name: "icmp-net-unreachable", alias: "net-unreach", code: 0 },
  { name: "icmp-host-unreachable", alias: "host-unreach", code: 1 },
  { name: "icmp-proto-unreachable", alias: "proto-unreach", code: 2 },
  { name: "icmp-port-unreachable", alias: "port-unreach", code: 3 },
  { name: "icmp-net-prohibited", alias: "net-prohib", code: 9 },
  { name: "icmp-host-prohibited", alias: "host-prohib", code: 10 },
  { name: "tcp-reset", alias: "tcp-rst", code: -1 },
  { name: "icmp-admin-prohibited", alias: "admin-prohib", code: 13 },
];

/** RFC 4443 section 3.1. */
const REJECTS_6: readonly RejectName[] = [
  { name: "icmp6-no-route", alias: "no-route", code: 0 },
  { name: "icmp6-adm-prohibited", alias: "adm-prohibited", code: 1 },
  { name: "icmp6-addr-unreachable", alias: "addr-unreach", code: 3 },
  { name: "icmp6-port-unreachable", alias: "port-unreach", code: 4 },
  { name: "tcp-reset", alias: "tcp-reset", code: -1 },
  { name: "icmp6-policy-fail", alias: "policy-fail", code: 5 },
  { name: "icmp6-reject-route", alias: "reject-route", code: 6 },
];

const TCP_RESET = -1;
const PORT_UNREACHABLE = { ip: 3, ip6: 4 };

function lowerReject(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "reject-with");
  const { family } = rule;
  if (option === null) return [reject({ kind: "icmp", family, code: PORT_UNREACHABLE[family] })];
  const word = (option.values[0] ?? "").toLowerCase();
  const names = family === "ip" ? REJECTS_4 : REJECTS_6;
  const found = names.find(({ name, alias }) => name.startsWith(word) || alias.startsWith(word));
  if (found === undefined || word === "")
    return [unreadable(rule, option, names.map(({ name }) => `\`${name}\``).join(", "))];
  if (found.code !== TCP_RESET) return [reject({ kind: "icmp", family, code: found.code })];
  if (rule.protocol?.value !== 6 || rule.protocol.negated)
    misplaced(
      rule,
      option.span,
      "`--reject-with tcp-reset` needs `-p tcp`",
      "write `-p tcp` in front of it",
    );
  return [reject({ kind: "tcpReset" })];
}

function reject(kind: RejectWith): Statement {
  return { kind: "reject", with: kind };
}

function lowerNfqueue(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const balance = optionOf(given, "queue-balance");
  const option = balance ?? optionOf(given, "queue-num");
  const text = option?.values[0] ?? "0";
  const number = parseUnsigned(text, MAX_16);
  const range: Range | null =
    balance !== null && text.includes(":")
      ? parseInterval(text, MAX_16)
      : number === null
        ? null
        : { from: number, to: number };
  if (range === null || range.from > range.to)
    return option === null ? [] : [unreadable(rule, option, "a number, or `0:3` to balance")];
  const bypass = hasOption(given, "queue-bypass");
  const fanout = hasOption(given, "queue-cpu-fanout") ? ({ fanout: true } as const) : {};
  return [{ kind: "verdict", verdict: { kind: "queue", numbers: range, bypass, ...fanout } }];
}

export const VERDICT_TARGETS: Readonly<Record<string, TargetSpec>> = {
  REJECT: {
    ...defineModule("reject-with=1", lowerReject),
    tables: ["filter"],
    chains: ["INPUT", "FORWARD", "OUTPUT"],
  },
  NFQUEUE: defineModule("queue-num=1 queue-balance=1 queue-bypass queue-cpu-fanout", lowerNfqueue),
};
