import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "../packet/notation.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { interpretNext } from "./interpret.ts";
import { Memory } from "./memory.ts";

const RULES = `table ip t {
 chain c {
  type filter hook forward priority 0; policy drop;
  limit rate 10/second burst 1 packets accept
 }
}
`;
const PACKET = "udp 10.0.0.5:1 > 10.0.0.6:2 in=a out=b";

/** Verdicts, outcome by outcome, of packets with these milliseconds between them. */
function verdicts(waits: readonly number[], slackMs = 0): readonly (readonly string[])[] {
  const { device } = readDevice({ files: new Map([["r", RULES]]), roots: ["r"] });
  const spec = parsePacket(PACKET);
  if (isNotationError(spec)) throw new Error(spec.message);
  const memory = new Memory();
  memory.clockSlackMs = slackMs;
  return waits.map((wait) => {
    memory.advance(wait);
    const { outcomes } = interpretNext(device, spec, { host: null }, memory);
    return outcomes.map(({ verdict }) => verdict);
  });
}

test("tokens grow by parts of a millisecond too", () => {
  const waits = Array.from({ length: 300 }, () => 0.4);
  const accepted = verdicts(waits).filter(([verdict]) => verdict === "accept");
  expect(accepted.length).toBe(2);
});

test("an untouched limit has its burst, however coarse the clock", () => {
  expect(verdicts([0], 12)).toEqual([["accept"]]);
});

test.each([
  [50, ["drop"]],
  [95, ["accept", "drop"]],
  [105, ["accept", "drop"]],
  [150, ["accept"]],
])("%d ms after the last, where the clock is good to 12 ms: %j", (wait, expected) => {
  expect([...(verdicts([0, wait], 12)[1] ?? [])].sort()).toEqual(expected);
});
