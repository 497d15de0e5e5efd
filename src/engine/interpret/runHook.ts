import type { Hook } from "../device/device.ts";
import type { HookedChain } from "./deviceIndex.ts";
import { bindUnchanged, translate } from "./nat.ts";
import type { Decider } from "./outcome.ts";
import { localAddress } from "./routing.ts";
import type { ChainResult } from "./runChain.ts";
import { runBaseChain } from "./runChain.ts";
import { track } from "./track.ts";
import type { Connection, Tracking } from "./tracking.ts";
import { readAddress } from "./tuples.ts";
import type { Value } from "./value.ts";
import type { Walk } from "./walk.ts";

/** The kernel's own places in a hook (enum nf_ip_hook_priorities). */
const PRIORITY = {
  defragment: -400,
  conntrack: -200,
  natDestination: -100,
  natSource: 100,
} as const;

const GO_ON: ChainResult = { decision: "accept", rejectWith: null, by: { kind: "none" } };

interface HookEvent {
  readonly priority: number;
  /** Of equal priority the higher runs first: what was registered last. */
  readonly registered: number;
  readonly run: () => ChainResult;
}

/** Runs everything that hangs on a hook, in order, until something ends the packet's way. */
export function runHook(walk: Walk, hook: Hook): ChainResult {
  walk.hook = hook;
  let last: Decider = { kind: "none" };
  for (const event of eventsOf(walk, hook)) {
    const result = event.run();
    if (result.decision !== "accept") return result;
    if (result.by.kind !== "none") last = result.by;
  }
  return { decision: "accept", rejectWith: null, by: last };
}

function eventsOf(walk: Walk, hook: Hook): readonly HookEvent[] {
  const { family } = walk.wire;
  const events: HookEvent[] = walk.index.filterChains(family, hook).map((hooked) => ({
    priority: hooked.base.priority,
    registered: registeredAgainstTracking(walk, hooked),
    run: () => runChainStep(walk, hooked),
  }));
  if (walk.index.tracks(family)) events.push(...kernelEvents(walk, hook));
  return events.sort((a, b) => a.priority - b.priority || b.registered - a.registered);
}

/** Chains at the priority of conntrack stand before or behind it by the order of registration. */
function registeredAgainstTracking(walk: Walk, hooked: HookedChain): number {
  if (hooked.base.priority !== PRIORITY.conntrack) return hooked.base.registered;
  return walk.index.seesTracking(walk.wire.family, hooked.base)
    ? hooked.base.registered - Number.MAX_SAFE_INTEGER / 2
    : hooked.base.registered;
}

function kernelEvents(walk: Walk, hook: Hook): readonly HookEvent[] {
  const at = (priority: number, run: () => ChainResult): HookEvent => ({
    priority,
    registered: -1,
    run,
  });
  switch (hook) {
    case "prerouting":
    case "output":
      return [
        at(PRIORITY.defragment, () => walk.reassemble()),
        at(PRIORITY.conntrack, () => {
          walk.tracking = track(walk);
          return GO_ON;
        }),
        at(PRIORITY.natDestination, () => runDestinationNat(walk, hook)),
      ];
    case "input":
    case "postrouting":
      return [at(PRIORITY.natSource, () => runNat(walk, hook, "source"))];
    default:
      return [];
  }
}

/** An own packet that NAT turns to another host needs a source that may leave. */
function runDestinationNat(walk: Walk, hook: Hook): ChainResult {
  const before = readAddress(walk, "destination");
  const result = runNat(walk, hook, "destination");
  if (result.decision !== "accept" || hook !== "output") return result;
  return isStranded(walk, before) ? STRANDED : result;
}

const STRANDED: ChainResult = {
  decision: "drop",
  rejectWith: null,
  by: { kind: "kernel", reason: "source 127/8 does not leave by another device" },
};

/** No route is given to 127/8 but over `lo`, unless the sysctl says so (__mkroute_output). */
function isStranded(walk: Walk, before: Value): boolean {
  const { host } = walk;
  const source = readAddress(walk, "source");
  const after = readAddress(walk, "destination");
  if (walk.wire.family === "ip6" || host === null) return false;
  if (source.kind !== "known" || source.value >> 24n !== 127n || after.kind !== "known")
    return false;
  if (before.kind === "known" && before.value === after.value) return false;
  if (localAddress(host, "ip", after.value) !== null) return false;
  return host.sysctls.get("net.ipv4.conf.all.route_localnet") !== "1";
}

/** A zone looks like a new connection: NAT chains may drop the packet, and translate nothing (measured on 6.18). */
function askedInVain(walk: Walk, hook: Hook): ChainResult {
  for (const hooked of walk.index.natChains(walk.wire.family, hook)) {
    const result = runChainStep(walk, hooked);
    if (result.decision !== "accept") return result;
  }
  return GO_ON;
}

/** NAT chains see the first packet of a connection only (nf_nat_inet_fn). */
function runNat(walk: Walk, hook: Hook, which: "source" | "destination"): ChainResult {
  const { tracking } = walk;
  if (tracking.kind === "zoned") return askedInVain(walk, hook);
  if (tracking.kind !== "tracked") return GO_ON;
  const { connection } = tracking;
  const done = which === "source" ? connection.sourceDone : connection.destinationDone;
  if (tracking.info === "established" || done) {
    if (hook === "postrouting" && leavesElsewhere(walk, tracking))
      return forgotten(walk, connection);
    translate(walk, which);
    return GO_ON;
  }
  let last: ChainResult = GO_ON;
  for (const hooked of walk.index.natChains(walk.wire.family, hook)) {
    last = runChainStep(walk, hooked);
    if (last.decision !== "accept") return last;
    if (which === "source" ? connection.sourceDone : connection.destinationDone) return GO_ON;
  }
  if (bindUnchanged(walk, connection, which) === "full")
    return {
      decision: "drop",
      rejectWith: null,
      by: { kind: "kernel", reason: "no free port for NAT" },
    };
  return GO_ON;
}

/** A masqueraded connection does not outlive a change of its device (nf_nat_oif_changed). */
function leavesElsewhere(
  walk: Walk,
  { connection, direction }: Extract<Tracking, { kind: "tracked" }>,
): boolean {
  const { masqueradedBy } = connection;
  if (masqueradedBy === null || direction !== "original" || walk.out?.kind !== "known")
    return false;
  return walk.out.value !== masqueradedBy;
}

function forgotten(walk: Walk, connection: Connection): ChainResult {
  walk.memory?.forget(connection);
  return {
    decision: "drop",
    rejectWith: null,
    by: { kind: "kernel", reason: "masqueraded for another device" },
  };
}

function runChainStep(walk: Walk, hooked: HookedChain): ChainResult {
  const result = runBaseChain(walk, hooked);
  walk.steps.push({
    hook: hooked.base.hook,
    table: { family: hooked.table.family, name: hooked.table.name },
    chain: hooked.chain.name,
    chainType: hooked.base.type,
    decision: result.decision,
    by: result.by,
    matched: result.matched,
  });
  return result;
}
