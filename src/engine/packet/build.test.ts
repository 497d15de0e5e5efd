import { expect, test } from "vitest";
import { buildWire } from "./build.ts";
import { isNotationError, parsePacket } from "./notation.ts";

test.each([
  ["udp [::1]:1 > [::2]:2 len=50", 50],
  ["udp [::1]:1 > [::2]:2 len=48", 48],
  ["udp 10.0.0.1:1 > 10.0.0.2:2 len=30", 30],
  ["tcp 10.0.0.1:1 > 10.0.0.2:2 len=40", 40],
  ["p192 [::1] > [::2] len=40", 40],
  ["p192 [::1] > [::2] len=150", 150],
  ["tcp 10.0.0.1:1 > 10.0.0.2:2 len=1400", 1400],
])("%s is that long", (text, length) => {
  const spec = parsePacket(text);
  if (isNotationError(spec)) throw new Error(spec.message);
  expect(buildWire(spec, { ordinary: false, marker: 0 }).bytes).toHaveLength(length);
});
