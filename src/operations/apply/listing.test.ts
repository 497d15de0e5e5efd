import { expect, test } from "vitest";
import { readListing } from "./listing.ts";

const OWN = "table inet edge {\n\tchain forward {\n\t\ttcp dport 25 drop\n\t}\n}\n";
const managed = (chain: string) =>
  `# Warning: table ip filter is managed by iptables-nft, do not touch!\ntable ip filter {\n\tchain ${chain} {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\txt match "conntrack" counter packets 0 bytes 0 drop\n\t}\n}\n`;
const keys = (text: string) => readListing(text)?.map(({ key }) => key) ?? null;

test("tables that iptables-nft writes are left to iptables-save", () => {
  expect(keys(`${managed("FORWARD")}${OWN}`)).toEqual(["inet edge"]);
  expect(keys(`${OWN}${managed("FORWARD")}`)).toEqual(["inet edge"]);
});

test("what somebody else has put among them is told by nobody, so that nothing is known whole", () => {
  expect(keys(`${managed("mine")}${OWN}`)).toBeNull();
});

test("a remark is no table, and what is neither makes it none", () => {
  expect(keys(`# a remark\n${OWN}`)).toEqual(["inet edge"]);
  expect(keys(`something\n${OWN}`)).toBeNull();
});
