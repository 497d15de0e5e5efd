import type { Transport } from "../../platform/transport/transport.ts";

/** Prints its own number, then becomes the monitor, so that the kernel's list of listeners has it by name. */
export const MONITOR: readonly string[] = ["sh", "-c", "echo $$; exec nft monitor"];

/** Looks before it is given up: each is a command on the device. */
const MAXIMUM_LOOKS = 50;

/**
 * Waits until the kernel has the monitor of process `id` among its listeners: what happens before that is
 * not told to it. False: it never came there.
 */
export async function isListening(transport: Transport, id: string): Promise<boolean> {
  /* NETLINK_NETFILTER is 12, and the groups are NFNLGRP_NFTABLES and NFNLGRP_NFTRACE. */
  const row = new RegExp(`^\\S+\\s+12\\s+${id}\\s+00000140\\s`, "m");
  for (let look = 0; look < MAXIMUM_LOOKS; look++) {
    const ran = await transport.run(["cat", "/proc/net/netlink"]);
    if (ran.kind === "fault") return false;
    if (row.test(ran.out)) return true;
  }
  return false;
}
