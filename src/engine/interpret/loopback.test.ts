import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { interpret } from "./interpret.ts";

const RULES =
  "table ip t { chain i { type filter hook input priority 0; tcp dport 25 accept; }; }\n";

test.each([
  ["lo", "accept"],
  ["eth0", "drop"],
])("127.0.0.1 by %s: %s", (name, verdict) => {
  const { device } = readDevice({ files: new Map([["r", RULES]]), roots: ["r"] });
  const packet = parsePacket(`tcp 127.0.0.1:40000 > 127.0.0.1:25 in=${name} state=new path=input`);
  if (isNotationError(packet)) throw new Error(packet.message);
  const { outcomes } = interpret(device, packet, { host: null });
  expect(outcomes.map((outcome) => outcome.verdict)).toEqual([verdict]);
});
