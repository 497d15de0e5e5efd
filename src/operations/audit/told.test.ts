import { expect, test } from "vitest";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { MAXIMUM_TOLD, toldRules } from "./told.ts";

const nft = (...rules: readonly string[]) =>
  makeSnapshot("edge", [
    {
      name: "nft",
      text: `table inet edge {\n\tchain forward {\n${rules.map((rule) => `\t\t${rule}\n`).join("")}\t}\n}\n`,
    },
  ]);

test("a rule that came is told with its chain", () => {
  expect(toldRules(nft("accept"), nft("drop", "accept"))).toEqual({
    added: ["inet edge forward: drop"],
    removed: [],
  });
});

test("a second rule of the same words is one that came", () => {
  expect(toldRules(nft("drop"), nft("drop", "drop")).added).toEqual(["inet edge forward: drop"]);
});

test("a table that went is told with all that it held", () => {
  expect(toldRules(nft("drop"), makeSnapshot("edge", [{ name: "nft", text: "" }]))).toEqual({
    added: [],
    removed: ["table inet edge", "chain inet edge forward", "inet edge forward: drop"],
  });
});

test("rules of iptables are told as iptables-save has them, without its dates", () => {
  const rules = (...lines: readonly string[]) =>
    makeSnapshot("edge", [
      { name: "iptables-legacy", text: `# now\n*filter\n${lines.join("\n")}` },
    ]);
  expect(toldRules(rules("-A INPUT -j DROP"), rules()).removed).toEqual([
    "iptables-legacy: -A INPUT -j DROP",
  ]);
});

test("of a flood the rest is counted", () => {
  const many = Array.from({ length: MAXIMUM_TOLD + 7 }, (_, i) => `tcp dport ${i} drop`);
  expect(toldRules(nft(), nft(...many)).added.at(-1)).toBe("and 7 more");
});
