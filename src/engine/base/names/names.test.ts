import { expect, test } from "vitest";
import { CONSTANTS } from "./constants.ts";
import { protocolName, protocolNumber } from "./protocols.ts";
import { SERVICES, serviceName, serviceNumber } from "./services.ts";

test("a service has the port of its protocol", () => {
  expect(serviceNumber("submission", "tcp")).toBe(587);
  expect(serviceNumber("submission", "udp")).toBe(null);
});

test("an alias is as good as a name", () => {
  expect(serviceNumber("www", "tcp")).toBe(80);
  expect(serviceNumber("HTTP", "tcp")).toBe(null);
});

test("nft takes tcp's entry first and knows udp's names too", () => {
  expect(SERVICES.get("syslog")).toBe(514);
  expect(SERVICES.get("tftp")).toBe(69);
  expect(SERVICES.get("rtmp")).toBe(undefined);
});

test("a port has its first name", () => {
  expect(serviceName(443, null)).toBe("https");
  expect(serviceName(8, null)).toBe(null);
});

test("protocols are named exactly", () => {
  expect(protocolNumber("ipv6-icmp")).toBe(58);
  expect(protocolNumber("TCP")).toBe(6);
  expect(protocolNumber("Tcp")).toBe(null);
  expect(protocolName(0)).toBe("ip");
});

test("constants are grouped by type", () => {
  expect(CONSTANTS.get("icmp_type")?.get("echo-request")).toBe(8n);
  expect(CONSTANTS.get("icmpv6_type")?.get("echo-request")).toBe(128n);
});
