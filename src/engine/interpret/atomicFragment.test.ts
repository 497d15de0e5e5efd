import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { interpret } from "./interpret.ts";

const INPUT = "chain c { type filter hook input priority 0; policy accept;";

function verdicts(rules: string, packet: string): readonly string[] {
  const text = `table inet t {\n${INPUT}\n${rules}\n}\n}`;
  const { device } = readDevice({ files: new Map([["r", text]]), roots: ["r"] });
  const spec = parsePacket(packet);
  if (isNotationError(spec)) throw new Error(spec.message);
  return interpret(device, spec, { host: null }).outcomes.map(({ verdict }) => verdict);
}

const PACKET = "tcp [2001:db8::1]:4000 > [2001:db8::2]:80 in=eth0 state=new flags=syn";

/* Measured on 6.18: conntrack's defragmentation takes the header of an atomic fragment away. */
test.each([
  ["exthdr frag exists drop\nct state new accept", "frag=atomic", "accept"],
  ["exthdr frag exists drop", "frag=atomic", "drop"],
  ["ip6 nexthdr 6 ct state new drop", "frag=atomic", "drop"],
  ["exthdr hbh exists tcp dport 80 ct state new drop", "ext=hbh+frag@0", "drop"],
])("`%s` meets %s: %s", (rules, shape, verdict) => {
  expect(verdicts(rules, `${PACKET} ${shape}`)).toEqual([verdict]);
});
