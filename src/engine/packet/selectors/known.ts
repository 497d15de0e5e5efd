import type { Hook } from "../../device/device.ts";
import type { SelectorRow } from "./row.ts";

/** Where on its way a packet has what a selector reads. */
export interface Known {
  readonly hooks: readonly Hook[];
  /** Behind this priority only; null: at any. Connection tracking looks at packets at -200. */
  readonly behind: number | null;
  /** Packets that do not have it there either. */
  readonly but: string | null;
}

/** Priority of connection tracking in prerouting and output (enum nf_ip_hook_priorities). */
const CONNTRACK = -200;

const ALL: readonly Hook[] = ["prerouting", "input", "forward", "output", "postrouting"];
const COMING: readonly Hook[] = ["prerouting", "input", "forward", "postrouting"];
const LEAVING: readonly Hook[] = ["forward", "output", "postrouting"];
const OWNED: readonly Hook[] = ["input", "output", "postrouting"];

/** Of what comes in only packets of open connections have been given to a socket. */
const NO_SOCKET = "forwarded packets, first ones that come in, and the kernel's own";

const KNOWN_META: Readonly<Record<string, Known>> = {
  iif: { hooks: COMING, behind: null, but: "own packets" },
  iifname: { hooks: COMING, behind: null, but: "own packets" },
  iiftype: {
    hooks: COMING,
    behind: null,
    but: "postrouting, where it is of the device to leave by",
  },
  iifgroup: { hooks: COMING, behind: null, but: "own packets" },
  oif: { hooks: LEAVING, behind: null, but: null },
  oifname: { hooks: LEAVING, behind: null, but: null },
  oiftype: { hooks: LEAVING, behind: null, but: null },
  oifgroup: { hooks: LEAVING, behind: null, but: null },
  skuid: { hooks: OWNED, behind: null, but: NO_SOCKET },
  skgid: { hooks: OWNED, behind: null, but: NO_SOCKET },
};

/** Where the selector of a row is known (measured: `test/semantics`). */
export function knownAt({ id, source }: SelectorRow): Known {
  switch (source.kind) {
    case "payload":
      return source.base === "link"
        ? { hooks: COMING, behind: null, but: "own packets, and links without Ethernet" }
        : { hooks: ALL, behind: null, but: null };
    case "meta":
      return KNOWN_META[source.key] ?? { hooks: ALL, behind: null, but: null };
    case "conntrack":
      return {
        hooks: ALL,
        behind: CONNTRACK,
        but: id === "ct state" ? null : "untracked and invalid packets",
      };
    case "route":
      return { hooks: LEAVING, behind: null, but: null };
    case "socket":
      return { hooks: ["prerouting", "input", "output"], behind: null, but: null };
    case "extensionHeader":
    case "tcpOption":
    case "ipOption":
      return { hooks: ALL, behind: null, but: "packets without that header or option" };
    case "named":
      return { hooks: ALL, behind: null, but: null };
  }
}
