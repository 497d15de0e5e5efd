import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { interpretNext } from "./interpret.ts";
import { Memory } from "./memory.ts";

const TEXT = `table inet t {
 chain c {
  type filter hook input priority 0; policy accept;
  ip frag-off & 0x1fff != 0 reject
 }
}
`;

/* Measured on 6.18: ip_local_deliver puts datagrams together before any chain of input. */
test.each([
  ["udp 10.0.0.5:4000 > 192.0.2.1:53 in=eth0 path=input ip.frag-off=128", "drop"],
  ["udp 192.0.2.1:4000 > 192.0.2.1:53 out=lo path=output ip.frag-off=128", "drop"],
  ["udp 10.0.0.5:4000 > 192.0.2.1:53 in=eth0 path=input", "accept"],
])("a lone later fragment for this host comes to no chain of input: %s", (packet, verdict) => {
  const { device } = readDevice({ files: new Map([["r", TEXT]]), roots: ["r"] });
  const spec = parsePacket(packet);
  if (isNotationError(spec)) throw new Error(spec.message);
  const { outcomes } = interpretNext(device, spec, { host: null }, new Memory());
  expect(outcomes.map((one) => one.verdict)).toEqual([verdict]);
});
