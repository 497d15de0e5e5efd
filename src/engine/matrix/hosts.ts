import type { Range } from "../base/range.ts";
import type { Addresses } from "../intents/model.ts";

const LOOPBACK4: Range = { from: 0x7f000000n, to: 0x7fffffffn };
const MULTICAST4 = 0xe0000000n;
/** Below it lie unspecified, loopback and mapped addresses (RFC 4291). */
const LOW6 = 1n << 96n;
const LINK_LOCAL6: Range = { from: 0xfe80n << 112n, to: (0xfec0n << 112n) - 1n };
const MULTICAST6 = 0xffn << 120n;

/** Addresses that a host can have for others: what routing refuses anyway would only be in the way. */
export const ANY_HOST: Addresses = new Map([
  [
    "ip",
    [
      { from: 1n << 24n, to: LOOPBACK4.from - 1n },
      { from: LOOPBACK4.to + 1n, to: MULTICAST4 - 1n },
    ],
  ],
  [
    "ip6",
    [
      { from: LOW6, to: LINK_LOCAL6.from - 1n },
      { from: LINK_LOCAL6.to + 1n, to: MULTICAST6 - 1n },
    ],
  ],
]);

/** Told with an answer where nobody has said which hosts are meant. */
export const ANY_HOST_WORDS =
  "hosts have addresses of one host, beyond their own link: no 0.0.0.0/8, loopback, link-local, multicast or 240.0.0.0/4";
