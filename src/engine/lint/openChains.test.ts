import { expect, test } from "vitest";
import { readDevice } from "../parsers/readDevice.ts";
import { lintDevice } from "./index.ts";

function codes(text: string): readonly string[] {
  const files = new Map([["rules", text]]);
  const { device, refused } = readDevice({ files, roots: ["rules"] });
  expect(refused).toEqual([]);
  const input = { device, files, today: null, asksForOwners: false, boot: null };
  return lintDevice(input).map(({ code, severity }) => `${severity} ${code}`);
}

const OPEN = "type filter hook input priority 0; policy accept;";
const chain = (name: string, ...lines: readonly string[]) =>
  `chain ${name} {\n${lines.join("\n")}\n}\n`;
const table = (...chains: readonly string[]) => `table inet t {\n${chains.join("")}}\n`;

test("a policy that accepts is a note where rules only drop", () => {
  expect(codes(table(chain("in", OPEN, "tcp dport 23 drop")))).toEqual(["note PM6007"]);
});

test("it is a warning where rules accept by name", () => {
  expect(codes(table(chain("in", OPEN, "tcp dport 25 accept")))).toEqual(["warning PM6007"]);
});

test("a last rule that drops everything closes the chain", () => {
  const rules = [
    "iif lo accept",
    "meta l4proto icmpv6 accept",
    "ct state established,related accept",
  ];
  expect(codes(table(chain("in", OPEN, ...rules, "tcp dport 25 accept", "drop")))).toEqual([]);
});

test("another base chain that keeps strangers out closes the hook, one that writes marks too", () => {
  const closed = (...rules: readonly string[]) =>
    chain("two", "type filter hook input priority 10; policy accept;", ...rules, "drop");
  const empty = chain("in", OPEN);
  expect(codes(table(empty, closed("meta mark set 1")))).toEqual([]);
  expect(codes(table(empty, closed()))).toEqual([]);
});
