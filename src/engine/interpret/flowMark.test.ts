import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { interpret } from "./interpret.ts";

const RULES = `table ip n {
 chain c {
  type nat hook postrouting priority 100; policy accept;
  meta mark & 0x3 != 2 snat to 192.0.2.1
 }
}
`;

function translated(packet: string): readonly (string | null)[] {
  const { device } = readDevice({ files: new Map([["r", RULES]]), roots: ["r"] });
  const spec = parsePacket(packet);
  if (isNotationError(spec)) throw new Error(spec.message);
  return interpret(device, spec, { host: null }).outcomes.map((outcome) => outcome.translated);
}

/* Measured: a socket's mark is on the first packet of its flow as on all others. */
const OWN = "tcp 10.0.0.5:40000 > 198.51.100.7:25 out=eth0 state=established dir=original";

test("a flow of a marked socket keeps the translation of its first packet", () => {
  expect(translated(`${OWN} mark=2`)).toEqual([null]);
  expect(translated(`${OWN} mark=1`)).toEqual(["tcp 192.0.2.1:40000 > 198.51.100.7:25"]);
});

test("what is forwarded came in without a mark, whatever it has now", () => {
  const forwarded = "tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0 state=established";
  expect(translated(`${forwarded} dir=original mark=2`)).toEqual([
    "tcp 192.0.2.1:40000 > 198.51.100.7:25",
  ]);
});

test("a packet whose direction is left out may be a reply, whose flow came in elsewhere", () => {
  const rules = `table ip t {
 chain p { type filter hook prerouting priority -150; iifname a0 ct mark set 5; }
 chain f { type filter hook forward priority 0; ct mark 5 drop; }
}
`;
  const { device } = readDevice({ files: new Map([["r", rules]]), roots: ["r"] });
  const spec = parsePacket("udp 198.51.100.7:9 > 10.0.0.5:40000 in=b0 out=a0 state=established");
  if (isNotationError(spec)) throw new Error(spec.message);
  const { outcomes } = interpret(device, spec, { host: null });
  expect(new Set(outcomes.map(({ verdict }) => verdict))).toEqual(new Set(["accept", "drop"]));
});
