import { describe, expect, test } from "vitest";
import { meaning } from "../testing/meaning.ts";
import { parseNft } from "./index.ts";

const BASE = `table inet t {
 chain b {
  tcp dport { 1, 2 } drop
  tcp dport 3 drop
  tcp dport vmap { 4 : jump a }
 }
 set s { type ipv4_addr; }
 chain a { accept; }
 map m { type inet_service : verdict; elements = { 1 : jump a }; }
}
`;

/** Runs one file after the other, as `nft -f` does. */
function run(...scripts: readonly string[]) {
  const texts = [BASE, ...scripts];
  const files = new Map(texts.map((text, i) => [`${i}`, text]));
  return parseNft({ files, roots: [...files.keys()], onto: null, keepRefused: false });
}

function rulesOf(chain: string, ...scripts: readonly string[]): readonly string[] {
  const { device, refused } = run(...scripts);
  expect(refused).toEqual([]);
  const found = device.tables[0]?.chains.find(({ name }) => name === chain);
  return (found?.rules ?? []).map(({ text }) => text);
}

/* Handles as `nft -a list` shows them after BASE: chains 1 and 2, sets 3 and 4, rules from 5 on. */
describe("rules have the handles that the kernel gives them", () => {
  test.each([
    ["delete rule inet t b handle 6", ["tcp dport 3 drop", "tcp dport vmap { 4 : jump a }"]],
    ["delete rule inet t b handle 7", ["tcp dport { 1, 2 } drop", "tcp dport vmap { 4 : jump a }"]],
    ["delete rule inet t b handle 9", ["tcp dport { 1, 2 } drop", "tcp dport 3 drop"]],
  ])("%s", (command, left) => {
    expect(rulesOf("b", command)).toEqual(left);
  });

  test("one that replaces another keeps its handle, and the next number is free", () => {
    const texts = rulesOf(
      "a",
      "replace rule inet t a handle 10 drop",
      "add rule inet t a counter",
      "delete rule inet t a handle 11",
      "insert rule inet t a handle 10 return",
    );
    expect(texts).toEqual(["return", "drop"]);
  });
});

test("verdict maps follow the new name of a chain", () => {
  const { device, refused } = run("rename chain inet t a z");
  expect(refused).toEqual([]);
  const text = JSON.stringify(meaning(device));
  expect(text.match(/"chain":"z"/g)).toHaveLength(2);
  expect(text).not.toContain('"chain":"a"');
});

describe("what is in use is not deleted", () => {
  test.each(["delete chain inet t a", "flush chain inet t b; delete chain inet t a"])(
    "%s",
    (text) => {
      expect(run(text).refused).toEqual(["1"]);
    },
  );

  test("it is once nothing names it", () => {
    const script = "flush chain inet t b; flush map inet t m; delete chain inet t a";
    expect(run(script).refused).toEqual([]);
  });
});

test("files that include ever more files are given up on, and that is told", () => {
  const files = new Map(
    Array.from({ length: 15 }, (_, index) => [
      `f${index}`,
      index < 14 ? `include "f${index + 1}"\n`.repeat(6) : "",
    ]),
  );
  const { diagnostics } = parseNft({ files, roots: ["f0"], onto: null, keepRefused: false });
  expect(diagnostics.map(({ message }) => message)).toContain("more than 10000 files are included");
});
