import { expect, test } from "vitest";
import type { NetworkDevice } from "../inventory/model.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { isSourceProblem, ownScripts, wholeSources } from "./sources.ts";

const PARTS = new Map([
  ["/etc/nft/10-a.nft", "add table ip a\n"],
  ["/etc/nft/20-b.nft", "add table ip b\n"],
  ["/etc/nft/local.nft", "add table ip c\n"],
]);

/** What is run on the device where its first file says this, one script a line. */
function scripts(main: string): readonly string[] {
  const files = new Map([["/etc/nftables.conf", main], ...PARTS]);
  const device = { name: "fw", sources: [...files.keys()] } as unknown as NetworkDevice;
  const sources = wholeSources(device, makeSnapshot("fw", []), files);
  if (isSourceProblem(sources)) throw new Error(sources.message);
  return ownScripts(sources, []).map((script) => script.split("\n").filter(Boolean).join("; "));
}

const ALONE = ["add table ip a", "add table ip b", "add table ip c"];
const CASES: readonly (readonly [include: string, expected: readonly string[]])[] = [
  ['include "/etc/nft/*.nft"', ["add table ip a; add table ip b; add table ip c"]],
  ['include "nft/*.nft" # all of them', ["add table ip a; add table ip b; add table ip c"]],
  ['include "/etc/nft/[0-9]*.nft"', ["add table ip a; add table ip b", "add table ip c"]],
  ['include "./nft/[!0-9]*"; # ours', ["add table ip c", "add table ip a", "add table ip b"]],
  ["include 'nft/../nft/local.nft'", ["add table ip c", "add table ip a", "add table ip b"]],
  ['# include "/etc/nft/*.nft"', ['# include "/etc/nft/*.nft"', ...ALONE]],
];
test.each(CASES)("%s", (include, expected) => {
  expect(scripts(`${include}\n`)).toEqual(expected);
});
