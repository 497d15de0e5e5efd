import { expect, test } from "vitest";
import { fieldsOf, NO_PACKET, packetOf } from "./packetFields.ts";

test.each([
  "tcp 10.10.2.11:40000 > 9.9.9.9:25 state=new in=dmz out=wan",
  "udp [2001:db8::1]:40000 > [2001:db8::2]:53 state=established",
  "icmp 10.0.0.1 > 10.0.0.2 state=new type=8",
  "tcp any:40000 > 10.0.0.2 state=new",
])("a form takes a packet, and gives it back as it was: %s", (packet) => {
  const fields = fieldsOf(packet);
  expect(fields === null ? null : packetOf(fields)).toBe(packet);
});

test("a port, a source port and brackets are added where somebody leaves them out", () => {
  const fields = { ...NO_PACKET, from: "2001:db8::1", to: "2001:db8::2", port: "25" };
  expect(packetOf(fields)).toBe("tcp [2001:db8::1]:40000 > [2001:db8::2]:25 state=new");
  expect(packetOf({ ...NO_PACKET, protocol: "icmp", from: "10.0.0.1", to: "10.0.0.2" })).toBe(
    "icmp 10.0.0.1 > 10.0.0.2 type=8 state=new",
  );
});

test.each(["", "tcp", "tcp 10.0.0.1", "<b>"])("what is no packet makes no form: %j", (text) => {
  expect(fieldsOf(text)).toBe(null);
});
