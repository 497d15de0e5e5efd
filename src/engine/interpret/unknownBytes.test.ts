import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { interpret } from "./interpret.ts";

const PACKET = "tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth0 out=eth1 path=forward state=new";

function verdicts(rules: string, packet = PACKET): readonly string[] {
  const text = `table ip t {
 chain c {
  type filter hook forward priority 0; policy accept;
${rules}
 }
}
`;
  const { device, refused } = readDevice({ files: new Map([["t", text]]), roots: ["t"] });
  expect(refused).toEqual([]);
  const spec = parsePacket(packet);
  if (isNotationError(spec)) throw new Error(spec.message);
  return [...new Set(interpret(device, spec, { host: null }).outcomes.map((one) => one.verdict))];
}

const rest = "jhash ip saddr mod 2 != 0 accept\n";

test.each([
  ["the same hash is the same number", `${rest}jhash ip saddr mod 2 0 drop\ndrop`, 2],
  ["of another field it is another one", `${rest}jhash ip daddr mod 2 != 0 accept\ndrop`, 2],
  ["two fields that agree in nothing", `${rest}jhash ip daddr mod 2 0 return\ndrop`, 2],
] as const)("a hash: %s", (_, rules, count) => {
  expect(verdicts(rules)).toHaveLength(count);
});

test.each([
  ["as it came it has the same answer", "", ["accept"]],
  ["behind a rewrite it is asked anew", "ip saddr set 192.0.2.1\n", ["accept", "drop"]],
  ["a mark is no part of its bytes", "meta mark set 1\n", ["accept"]],
])("what only its name is known of: %s", (_, write, expected) => {
  const found = verdicts(
    `tcp option @2,16,16 5 accept\n${write}tcp option @2,16,16 5 drop\naccept`,
    PACKET,
  );
  expect(found.toSorted()).toEqual(expected);
});

test.each([
  [
    "taken out, it is not there",
    "reset tcp option maxseg\ntcp option maxseg exists drop",
    ["accept"],
  ],
  ["its fields neither", "reset tcp option mss\ntcp option maxseg size 1460 drop", ["accept"]],
  ["another one stays", "reset tcp option window\ntcp option maxseg size 1460 drop", ["drop"]],
  ["what is no TCP ends the rule", "reset tcp option maxseg drop", ["drop"]],
])("an option: %s", (_, rules, expected) => {
  const packet = `${PACKET} mss=1460`;
  expect(verdicts(rules, packet)).toEqual(expected);
});

test("what is no TCP has no option to take out, and the rule ends", () => {
  expect(verdicts("reset tcp option maxseg drop", PACKET.replace("tcp", "udp"))).toEqual([
    "accept",
  ]);
});
