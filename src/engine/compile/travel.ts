import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Hook } from "../device/device.ts";
import { CONNTRACK_PRIORITY, type HookedChain } from "./facts.ts";
import { firstOfConnection, laterPackets } from "./firstPacket.ts";
import { isPure } from "./purity.ts";
import { isLoopback } from "./readSelector.ts";
import {
  lowerTimeToLive,
  outlived,
  refusedDestinations,
  refusedLoopback,
  refusedSources,
} from "./refused.ts";
import { disguise, reveal } from "./replies.ts";
import { statesHere, trackedFamilies } from "./tracking.ts";
import { changesAddress } from "./translate.ts";
import { constantValue } from "./value.ts";
import type { Translation, World } from "./world.ts";

/** Who goes along with the packets: as one diagram for all, or with some through every rule. */
export interface Traveller {
  /** A filter or route chain. */
  readonly runChain: (world: World, hooked: HookedChain) => void;
  /** The NAT chains of one hook, asked in order about the packets in `asked`. */
  readonly runNat: (world: World, chains: readonly HookedChain[], asked: Node) => void;
  readonly dropByKernel: (world: World, packets: Node, reason: string) => void;
  /** The packets are where they go: nothing more happens to them. */
  readonly arrive: (world: World) => void;
  /** From here on the packets go two ways, to their end. */
  readonly split: (
    world: World,
    packets: Node,
    inside: (world: World, traveller: Traveller) => void,
    outside: (world: World, traveller: Traveller) => void,
  ) => void;
}

/** Takes the packets of the world's path the whole way through the device. */
export function travel(world: World, traveller: Traveller): void {
  if (world.layout.questions.read.has("ct zone"))
    world.store.write("value ct zone", 0, 16, TRUE, constantValue(0n, 16));
  if (world.path === "output") return travelOutput(world, traveller);
  runHook(world, traveller, "prerouting");
  route(world);
  const local = goesToDevice(world);
  traveller.split(world, local, travelInput, travelForward);
}

/** The mark that the packets have now chooses their route (`ip rule … fwmark`). */
function route(world: World): void {
  world.markAtRouting = world.store.read("mark", 0, MARK_BITS);
  world.writtenAtRouting = world.store.writtenAnywhere();
}

const MARK_BITS = 32;

function travelInput(world: World, traveller: Traveller): void {
  traveller.dropByKernel(world, refusedLoopback(world), "a destination in 127/8 from outside");
  world.place = { ...world.place, hook: "input", out: "none" };
  runHook(world, traveller, "input");
  traveller.arrive(world);
}

function travelForward(world: World, traveller: Traveller): void {
  traveller.dropByKernel(world, refusedDestinations(world), "a destination that is not forwarded");
  if (world.path === "input")
    traveller.dropByKernel(world, refusedSources(world), "a source that is not forwarded");
  traveller.dropByKernel(world, outlived(world), "time to live exceeded");
  lowerTimeToLive(world);
  world.place = { ...world.place, hook: "forward", out: "variable" };
  runHook(world, traveller, "forward");
  world.place = { ...world.place, hook: "postrouting" };
  runHook(world, traveller, "postrouting");
  traveller.arrive(world);
}

function travelOutput(world: World, traveller: Traveller): void {
  runHook(world, traveller, "output");
  route(world);
  world.place = { ...world.place, hook: "postrouting" };
  runHook(world, traveller, "postrouting");
  const loops = isLoopback(world, "out", "variable");
  traveller.split(world, loops, travelLoopback, (outside, other) => other.arrive(outside));
}

/** An own packet to an own address comes back in by `lo`; it keeps its tracking. */
function travelLoopback(world: World, traveller: Traveller): void {
  world.place = {
    ...world.place,
    hook: "prerouting",
    in: "lo",
    out: "none",
    mayHaveOwner: false,
    isBeforeTracking: true,
    pass: "back by lo: ",
  };
  runHook(world, traveller, "prerouting");
  world.place = { ...world.place, hook: "input" };
  runHook(world, traveller, "input");
  traveller.arrive(world);
}

/**
 * A redirect makes forward input; a destination that NAT has changed is taken for another host's,
 * since the addresses of the device are not in its ruleset.
 */
function goesToDevice(world: World): Node {
  const { arena } = world;
  const { redirected, destinationMoved } = world;
  if (world.path === "forward") return redirected;
  return arena.or(arena.not(destinationMoved), redirected);
}

type HookEvent =
  | { readonly kind: "chain"; readonly hooked: HookedChain; readonly priority: number }
  | { readonly kind: "conntrack"; readonly priority: number }
  | { readonly kind: "nat"; readonly priority: number };

/** Priorities of NAT: destinations in prerouting and output, sources in input and postrouting. */
const NAT_DESTINATION = -100;
const NAT_SOURCE = 100;

function runHook(world: World, traveller: Traveller, hook: Hook): void {
  const events = eventsOf(world, hook);
  const nat = events.findIndex(({ kind }) => kind === "nat");
  const isFirst = hook === "prerouting" || hook === "output";
  const [end, strangers] = isFirst
    ? (["destination", events.slice(0, nat)] as const)
    : (["source", events.slice(nat + 1)] as const);
  const isAsked = nat >= 0 && strangers.some(({ kind }) => kind === "chain");
  if (isAsked && isFirst) disguise(world, end);
  for (const event of events) {
    runEvent(world, traveller, hook, event);
    if (!isAsked || event.kind !== "nat") continue;
    if (isFirst) reveal(world, end);
    else disguise(world, end);
  }
  /* Chains that only look on leave the packet as it goes out where there are none. */
  if (isAsked && !isFirst && strangers.every((event) => onlyLooks(world, event)))
    reveal(world, end);
}

function onlyLooks(world: World, event: HookEvent): boolean {
  if (event.kind !== "chain") return true;
  return isPure(world, event.hooked.table, event.hooked.chain).writesNothing;
}

function runEvent(world: World, traveller: Traveller, hook: Hook, event: HookEvent): void {
  switch (event.kind) {
    case "chain":
      return traveller.runChain(world, event.hooked);
    case "conntrack":
      return beginTracking(world);
    case "nat": {
      runNat(world, traveller, hook);
      const isFirst = hook === "prerouting" || hook === "output";
      const end = isFirst ? "destination" : "source";
      world.place = { ...world.place, asked: [...world.place.asked, end] };
      return;
    }
  }
}

/** Of equal priority the kernel's own steps come behind the chains, but for tracking (measured). */
function eventsOf(world: World, hook: Hook): readonly HookEvent[] {
  const { facts } = world;
  const events: HookEvent[] = facts
    .chainsOf(hook, false)
    .map((hooked) => ({ kind: "chain", hooked, priority: hooked.base.priority }));
  if (trackedFamilies(world) === FALSE) return events;
  const insert = (event: HookEvent, isBefore: (hooked: HookedChain) => boolean) => {
    const at = events.findIndex((other) => other.kind === "chain" && isBefore(other.hooked));
    events.splice(at < 0 ? events.length : at, 0, event);
  };
  if (hook === "prerouting" || hook === "output") {
    insert({ kind: "conntrack", priority: CONNTRACK_PRIORITY }, (hooked) =>
      isBehindTracking(world, hooked),
    );
    insert(
      { kind: "nat", priority: NAT_DESTINATION },
      ({ base }) => base.priority > NAT_DESTINATION,
    );
  }
  if (hook === "input" || hook === "postrouting")
    insert({ kind: "nat", priority: NAT_SOURCE }, ({ base }) => base.priority > NAT_SOURCE);
  return events;
}

function isBehindTracking({ facts }: World, { table, base }: HookedChain): boolean {
  if (base.priority !== CONNTRACK_PRIORITY) return base.priority > CONNTRACK_PRIORITY;
  const family = table.family === "ip6" ? "ip6" : "ip";
  const other = family === "ip" ? "ip6" : "ip";
  return facts.runsBehindTracking(facts.isTracked(family) ? family : other, base);
}

/** The kernel looks up the connection; back by `lo` only of packets that have none, `notrack` or not, in their zone. */
function beginTracking(world: World): void {
  world.place = { ...world.place, isTracked: true, isBeforeTracking: false };
  world.untracked = world.arena.difference(world.untracked, world.zoned);
  world.zoned = FALSE;
}

/** NAT chains see the first packet of a connection; later ones are translated like it. */
function runNat(world: World, traveller: Traveller, hook: Hook): void {
  const chains = world.facts.chainsOf(hook, true);
  /* By `lo` it comes back with both ends set up, so nobody is asked again (nf_nat_initialized). */
  if (chains.length === 0 || world.place.pass !== "") return;
  world.translations.length = 0;
  /* A zone looks like a new connection: it is asked about, and never translated (measured on 6.18). */
  traveller.runNat(world, chains, world.arena.or(firstOfConnection(world), world.zoned));
  for (const translation of [...world.translations]) applyTranslation(world, translation);
  world.translations.length = 0;
}

function applyTranslation(world: World, translation: Translation): void {
  const { arena } = world;
  const first = arena.difference(translation.packets, world.zoned);
  const { established, new: fresh } = statesHere(world);
  const packets = arena.or(first, laterPackets(world, first, { established, new: fresh }));
  if (translation.side === "destination") {
    const moved = arena.or(
      changesAddress(world, { ...translation, packets }),
      translation.isRedirect ? packets : FALSE,
    );
    world.destinationTranslated = arena.or(world.destinationTranslated, packets);
    world.destinationMoved = arena.or(world.destinationMoved, moved);
    if (translation.isRedirect && world.place.hook === "prerouting")
      world.redirected = arena.or(world.redirected, packets);
  } else world.sourceTranslated = arena.or(world.sourceTranslated, packets);
  const { family, side, address, port } = translation;
  const name = side === "source" ? "saddr" : "daddr";
  if (address !== null) {
    const space = `${name}${family === "ip" ? 4 : 6}` as const;
    world.store.write(space, 0, family === "ip" ? 32 : 128, packets, address);
  }
  if (port !== null) {
    const ported = arena.and(packets, translation.portPackets);
    world.store.write("transport", side === "source" ? 0 : 16, 16, ported, port);
  }
}
