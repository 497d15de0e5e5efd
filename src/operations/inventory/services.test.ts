import { describe, expect, test } from "vitest";
import { parseService } from "./services.ts";

describe("a service is", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["tcp/25", "6:25-25"],
    ["udp/1000-2000", "17:1000-2000"],
    ["tcp/smtp", "6:25-25"],
    ["dns", "6:53-53 17:53-53"],
    ["smtp", "6:25-25"],
    ["imaps", "6:993-993"],
    ["udp", "17:0-65535"],
    ["esp", "50"],
    ["ping", "ping"],
    ["tcp/65536", "none"],
    ["tcp/5432/6432", "none"],
    ["tcp/25/", "none"],
    ["tcp/20-10", "none"],
    ["icmp/8", "none"],
    ["http2", "none"],
  ];
  test.each(cases)("%s", (text, expected) => {
    const parts = parseService(text)?.map((part) => {
      if (part.kind === "ping") return "ping";
      if (part.kind === "protocol") return `${part.protocol}`;
      return `${part.protocol}:${part.ports.map(({ from, to }) => `${from}-${to}`).join()}`;
    });
    expect(parts?.join(" ") ?? "none").toBe(expected);
  });
});
