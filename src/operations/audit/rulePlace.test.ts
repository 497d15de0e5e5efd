import { expect, test } from "vitest";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { placeOf, placeText } from "./rulePlace.ts";

const SNAPSHOT = makeSnapshot("fw", [
  {
    name: "nft",
    text: "table inet other {\n\tchain forward {\n\t\tdrop\n\t}\n}\ntable inet edge {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tdrop\n\t}\n}\n",
  },
  { name: "iptables-legacy", text: "*filter\n-A FORWARD -j DROP\nCOMMIT\n" },
  {
    name: "/etc/nftables.conf",
    text: "# ours\ntable inet edge {\n  chain forward {\n    drop;\n  }}\nadd rule inet edge input tcp dport 22 accept\n",
  },
]);

const PLACES: readonly (readonly [string, string | null])[] = [
  ["inet edge forward: drop", "line 9 of the listing, /etc/nftables.conf:4"],
  ["inet other forward: drop", "line 3 of the listing"],
  ["iptables-legacy: -A FORWARD -j DROP", "line 2 of the listing"],
  ["inet edge forward: accept", null],
  ["inet edge input: tcp dport 22 accept", "/etc/nftables.conf:6"],
  ["table inet edge", null],
];

test.each(PLACES)("%s stands at %s", (told, expected) => {
  expect(placeText(placeOf(told, SNAPSHOT))).toBe(expected);
});
