import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { interpret } from "./interpret.ts";

/* Measured on 6.18: a zone hangs on a packet as a connection that is none, and is no connection to who asks for more. */

const raw = (rules: string) => `table ip t { chain r { type filter hook prerouting priority -300
${rules} } }`;
const filter = (rules: string) => `table ip t { chain i { type filter hook input priority 0
ct zone set 5
${rules} } }`;

test.each([
  ["in front of tracking, in a zone: new", raw("ct zone set 5\nct state new drop"), "new", "drop"],
  ["in front of tracking, in none: invalid", raw("ct state new drop"), "new", "accept"],
  [
    "one without a connection has no zone to read",
    raw("ct zone set 5\nct zone 5 drop"),
    "new",
    "accept",
  ],
  ["nor a mark", raw("ct zone set 5\nct mark 0 drop"), "new", "accept"],
  ["invalid, put into a zone behind tracking: new", filter("ct state new drop"), "invalid", "drop"],
  ["and no more invalid", filter("ct state invalid drop"), "invalid", "accept"],
  ["untracked, the same", filter("ct state untracked drop"), "untracked", "accept"],
  ["of a connection: as it was", filter("ct state established drop"), "established", "drop"],
] as const)("%s", (_, rules, state, verdict) => {
  const { device } = readDevice({ files: new Map([["r", rules]]), roots: ["r"] });
  const packet = parsePacket(
    `udp 192.0.2.1:7 > 192.0.2.2:7 in=eth0 state=${state} dir=original path=input`,
  );
  if (isNotationError(packet)) throw new Error(packet.message);
  const { outcomes } = interpret(device, packet, { host: null });
  expect(outcomes.map((outcome) => outcome.verdict)).toEqual([verdict]);
});
