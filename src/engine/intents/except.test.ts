import { describe, expect, test } from "vitest";
import { judgeIntents } from "./judge.ts";
import type { FlowPattern, IntentKind } from "./model.ts";
import { end, parse, tcp } from "./testing/patterns.ts";

/* What holds as long as nothing has happened: tokens are there, counts 0, sets as listed. */

const MAIL = end("10.10.2.11 10.10.2.12", "dmz");
const INTERNET = end("192.0.0.0/8", "wan");
const OUT: FlowPattern = { path: "forward", from: MAIL, to: INTERNET, services: [tcp(25)] };
const IN: FlowPattern = { path: "forward", from: INTERNET, to: MAIL, services: [tcp(25)] };

const SETS = `set banned { type ipv4_addr; flags dynamic,timeout; timeout 1h; elements = { 192.0.2.1, 192.0.2.2 }; }
 set own { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 }; }
 chain f2b-mail { ip saddr 192.0.2.9 drop; }`;
const inForward = (rules: string) =>
  parse(`table inet t {
 ${SETS}
 chain f {
  type filter hook forward priority 0; policy drop;
  ct state established accept
  ${rules.split(" / ").join("\n  ")}
 }
}
`);

function judge(rules: string, kind: IntentKind, pattern: FlowPattern) {
  const [answer] = judgeIntents(inForward(rules), [{ kind, flows: [pattern] }]);
  return answer === undefined ? null : [answer.status, answer.except];
}

describe("what must be reachable", () => {
  const cases: readonly (readonly [
    string,
    string,
    FlowPattern,
    string,
    readonly string[] | null,
  ])[] = [
    ["without an end", "tcp dport 25 accept", OUT, "holds", []],
    [
      "up to a rate",
      "tcp dport 25 limit rate 5/second accept",
      OUT,
      "holds, except",
      ["up to 5 packets a second, 5 at once (rules:8)"],
    ],
    [
      "as long as a rate is not exceeded",
      "tcp dport 25 limit rate over 5/second burst 9 packets drop / tcp dport 25 accept",
      OUT,
      "holds, except",
      ["up to 5 packets a second, 9 at once (rules:8)"],
    ],
    [
      "until so many are open",
      "tcp dport 25 ct count over 20 drop / tcp dport 25 accept",
      OUT,
      "holds, except",
      ["until 20 connections are open at once (rules:8)"],
    ],
    [
      "but for who is banned now, or later",
      "ip saddr @banned drop / tcp dport 25 accept",
      IN,
      "holds, except",
      [
        "but for 2 elements of @banned now (rules:8)",
        "but for what packets put into @banned by then (rules:8)",
      ],
    ],
    [
      "but for a chain of fail2ban",
      "jump f2b-mail / tcp dport 25 accept",
      IN,
      "holds, except",
      ["but for hosts in chain f2b-mail now (rules:4)"],
    ],
    ["not for a list of our own", "ip saddr @own drop / tcp dport 25 accept", IN, "broken", null],
    [
      "not where one of our hosts is banned",
      "ip daddr @banned drop / ip saddr 10.10.2.11 drop / tcp dport 25 accept",
      OUT,
      "broken",
      null,
    ],
    [
      "not behind a rule by chance",
      "numgen random mod 2 0 tcp dport 25 accept",
      OUT,
      "undecided",
      null,
    ],
    [
      "not by a rate of nothing",
      "tcp dport 25 limit rate over 5/second accept",
      OUT,
      "undecided",
      null,
    ],
  ];
  test.each(cases)("%s", (_, rules, pattern, status, except) => {
    expect(judge(rules, "reachable", pattern)).toEqual([status, except]);
  });
});

test("what must be blocked is judged in any state", () => {
  const rules = "ip saddr @banned tcp dport 25 accept";
  expect(judge(rules, "blocked", IN)).toEqual(["broken", null]);
  const limited = "tcp dport 25 limit rate over 5/second accept";
  expect(judge(limited, "blocked", IN)).toEqual(["undecided", null]);
});
