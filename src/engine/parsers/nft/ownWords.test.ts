import { expect, test } from "vitest";
import { parseNftJson } from "../json/index.ts";
import { parseNft } from "./index.ts";

function codesOf(text: string): readonly string[] {
  const { diagnostics, refused } = parseNft({
    files: new Map([["rules", text]]),
    roots: ["rules"],
    onto: null,
    keepRefused: false,
  });
  expect(refused).toHaveLength(diagnostics.some(({ severity }) => severity === "error") ? 1 : 0);
  return diagnostics.map(({ code }) => code);
}

/* Each was given to nft 1.0.6. */
test.each([
  ["table ip reject { }", ["PM1083"]],
  ["table ip rejected { }", []],
  ["table ip t { chain log { }\n }", ["PM1083"]],
  ["table ip t { chain logs { }\n }", []],
  ["add table ip t; add chain ip t tcp", ["PM1083"]],
  ["table ip t { set counter { type ipv4_addr; }\n }", ["PM1083"]],
  ["table ip t { counter limit { }\n }", ["PM1083"]],
  ["table ip t { chain input { }\n chain saddr { }\n chain state { }\n }", []],
  ["table ip t { chain c { tcp flags ack / ack accept; }\n }", ["PM1084"]],
  ["table ip t { chain c { tcp flags ack / ack,syn accept; }\n }", []],
])("%s", (text, codes) => {
  expect(codesOf(`${text}\n`)).toEqual(codes);
});

test("JSON names a chain as it likes", () => {
  const chain = { family: "ip", table: "t", name: "reject" };
  const text = JSON.stringify({
    nftables: [{ table: { family: "ip", name: "t" } }, { chain }],
  });
  const input = { files: new Map([["rules", text]]), roots: ["rules"], onto: null };
  const { device, refused } = parseNftJson({ ...input, keepRefused: false });
  expect(refused).toEqual([]);
  expect(device.tables[0]?.chains.map(({ name }) => name)).toEqual(["reject"]);
});
