import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "../../platform/transport/transport.ts";

/**
 * Prints its own number, then becomes the monitor, so that the kernel's list of listeners has it by name. It is ended
 * with its standard input: sshd leaves a command alone that nobody reads any more, until it writes, and a quiet
 * firewall would collect them.
 */
const SCRIPT = `echo $$
exec 3<&0
{
  cat
  read -r name </proc/$$/comm && [ "$name" = nft ] && kill $$
} <&3 >/dev/null 2>&1 &
exec nft monitor 3<&-`;
export const MONITOR: readonly string[] = ["sh", "-c", SCRIPT];

/**
 * Looks before it is given up, each a command on the device, and milliseconds between two of them behind the first
 * ones: nft reads the whole ruleset before it listens, 10,000 rules in 0.2 s, sets of a million elements in many.
 */
const QUICK_LOOKS = 20;
const MAXIMUM_LOOKS = 300;
const PAUSE_MS = 100;

/**
 * Waits until the kernel has the monitor of process `id` among its listeners: what happens before that is
 * not told to it. False: it never came there, or `over` says that it has ended.
 */
export async function isListening(
  transport: Transport,
  id: string,
  over: AbortSignal,
): Promise<boolean> {
  /* NETLINK_NETFILTER is 12, and the groups are NFNLGRP_NFTABLES and NFNLGRP_NFTRACE. */
  const row = new RegExp(`^\\S+\\s+12\\s+${id}\\s+00000140\\s`, "m");
  for (let look = 0; look < MAXIMUM_LOOKS && !over.aborted; look++) {
    if (look >= QUICK_LOOKS)
      await pause(PAUSE_MS, undefined, { signal: over }).catch(() => undefined);
    const ran = await transport.run(["cat", "/proc/net/netlink"]);
    if (ran.kind === "fault") return false;
    if (row.test(ran.out)) return true;
  }
  return false;
}
