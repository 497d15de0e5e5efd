import { expect, test } from "vitest";
import { isNotationError, parsePacket } from "./notation.ts";

test("a packet keeps its ports and interfaces", () => {
  const packet = parsePacket("tcp 10.0.0.5:40000 > 198.51.100.7:25 in=a0 out=b0 state=new");
  if (isNotationError(packet)) throw new Error(packet.message);
  expect(packet.destinationPort).toBe(25);
  expect(packet.in).toBe("a0");
});
test("an unknown selector is an error", () => {
  const packet = parsePacket("tcp 10.0.0.5:1 > 198.51.100.7:25 nonsense=1");
  expect(isNotationError(packet)).toBe(true);
});
