import { interfaceNameValue } from "../base/interfaceName.ts";
import type { Hook } from "../device/device.ts";
import type { HostInterface } from "../device/host.ts";
import type { RejectWith } from "../device/statement.ts";
import { answerOf, isNoError, leavesDevice } from "./answer.ts";
import {
  isForAnotherHost,
  isForThisHostAlone,
  refusedDestination,
  refusedForwardSource,
  refusedOnArrival,
  refusedSource,
} from "./arrival.ts";
import { type Departure, departure, exceedsMtu, lowerTtl, type Refusal } from "./departure.ts";
import type { Decider } from "./outcome.ts";
import { localAddress } from "./routing.ts";
import type { ChainResult } from "./runChain.ts";
import { runHook } from "./runHook.ts";
import { confirm } from "./trackWithMemory.ts";
import { readAddress, targetTuple } from "./tuples.ts";
import { known, unknown, type Value } from "./value.ts";
import type { Walk } from "./walk.ts";

const CLASH = "another connection has the tuple already";

/** The end of a packet's way. */
export interface PathEnd {
  readonly verdict: "accept" | "drop" | "reject" | "queue" | "undecided";
  readonly rejectWith: RejectWith | null;
  readonly answer: string;
  /** Null: nothing but the chains decided (the caller picks the rule). */
  readonly by: Decider | null;
  /** The hook whose last filter chain decides an accept. */
  readonly mainHook: Hook;
  readonly leaves: string | null;
}

/** Takes the packet of `walk` the whole way through the device. */
export function walkPath(walk: Walk): PathEnd {
  const { spec } = walk;
  if (spec.hook !== null) return walkHook(walk, spec.hook as Hook);
  return spec.path === "output" ? walkOutput(walk) : walkIncoming(walk);
}

/** `hook=` asks the chains of one hook alone. */
function walkHook(walk: Walk, hook: Hook): PathEnd {
  walk.in = hook === "output" ? null : name(walk.spec.in, "iifname");
  walk.out = hook === "prerouting" || hook === "input" ? null : name(walk.spec.out, "oifname");
  walk.hasOwner = hook === "output" || (hook === "postrouting" && walk.spec.in === null);
  if (hook === "forward" || hook === "input" || hook === "postrouting") {
    walk.hook = hook;
    walk.tracking = walk.trackNow();
  }
  return ended(walk, runHook(walk, hook), hook) ?? through(walk, hook, walk.spec.out);
}

function through(_walk: Walk, mainHook: Hook, leaves: string | null): PathEnd {
  return { verdict: "accept", rejectWith: null, answer: "none", by: null, mainHook, leaves };
}

/** The end that a hook's result means; null where the packet goes on. */
function ended(walk: Walk, result: ChainResult, mainHook: Hook): PathEnd | null {
  if (result.decision === "accept") return null;
  const { decision, rejectWith, by } = result;
  const answer = rejectWith === null ? "none" : answerOf(walk, rejectWith);
  return { verdict: decision, rejectWith, answer, by, mainHook, leaves: null };
}

function byKernel(reason: string, mainHook: Hook, answer = "none"): PathEnd {
  return {
    verdict: "drop",
    rejectWith: null,
    answer,
    by: { kind: "kernel", reason },
    mainHook,
    leaves: null,
  };
}

/** An interface as the hooks see it; one that nobody named is unknown. */
function name(text: string | null, label: string): Value {
  return text === null
    ? unknown(label, 128, label, "omitted")
    : known(interfaceNameValue(text), 128);
}

function walkIncoming(walk: Walk): PathEnd {
  const main: Hook = walk.spec.path === "input" ? "input" : "forward";
  const port = bridgePort(walk);
  if (port !== null) return walkBridged(walk, port);
  walk.in = name(walk.spec.in, "iifname");
  walk.out = null;
  walk.hasOwner = false;
  if (isForAnotherHost(walk)) return byKernel("the frame is for another host", main);
  const thrownAway = refusedOnArrival(walk);
  if (thrownAway !== null) return byKernel(thrownAway, main);
  const refused = refusedSource(walk);
  const before = readAddress(walk, "destination");
  const prerouting = ended(walk, runHook(walk, "prerouting"), main);
  if (prerouting !== null) return prerouting;
  if (refused !== null) return byKernel(refused, main);
  const after = readAddress(walk, "destination");
  const isLocal = routesToSelf(walk, before, after);
  if (isLocal && isLoopbackNet(walk, after))
    return byKernel("destination 127/8 from outside", main);
  return isLocal ? walkInput(walk) : walkForward(walk, sameValue(before, after));
}

/**
 * Routing takes no packet from outside to 127/8, unless the sysctl says so. What comes by lo brings its
 * route along from where it was sent.
 */
function isLoopbackNet({ wire, host, spec }: Walk, address: Value): boolean {
  if (spec.in === "lo") return false;
  if (wire.family === "ip6" || address.kind !== "known" || address.value >> 24n !== 127n)
    return false;
  const setting = (name: string) => host?.sysctls.get(`net.ipv4.conf.${name}.route_localnet`);
  return setting("all") !== "1" && setting(spec.in ?? "all") !== "1";
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind === "known" && b.kind === "known") return a.value === b.value;
  return a.kind === "unknown" && b.kind === "unknown" && a.variable.key === b.variable.key;
}

/** As addressed, unless NAT changed the destination: then the device's own addresses say. */
function routesToSelf(walk: Walk, before: Value, after: Value): boolean {
  if (sameValue(before, after)) return walk.spec.path === "input";
  if (after.kind !== "known") return unknownIsLocal(walk);
  const { host } = walk;
  if (host === null || host.addresses === null) return false;
  return localAddress(host, walk.wire.family, after.value) !== null;
}

/** Masquerade and redirect lead to an own address; where a flow of old began, nobody knows. */
function unknownIsLocal(walk: Walk): boolean {
  const { tracking } = walk;
  const target =
    tracking.kind === "tracked"
      ? targetTuple(tracking.connection, tracking.direction).destination
      : null;
  if (target?.kind === "unknown" && target.text.startsWith("address of")) return true;
  const label = "destination after NAT";
  return walk.choices.choose(label, label, ["this device", "another"], "omitted") === 0;
}

function walkInput(walk: Walk): PathEnd {
  const reassembled = ended(walk, walk.reassembleLocally(), "input");
  if (reassembled !== null) return reassembled;
  const input = ended(walk, runHook(walk, "input"), "input");
  if (input !== null) return input;
  return confirm(walk) ? through(walk, "input", "local") : byKernel(CLASH, "input");
}

function walkForward(walk: Walk, sameDestination: boolean): PathEnd {
  if (walk.host?.sysctls.get(FORWARDING[walk.wire.family]) === "0")
    return byKernel("forwarding is off", "forward");
  const refused = refusedDestination(walk);
  if (refused !== null) return byKernel(refused, "forward");
  if (!isForThisHostAlone(walk)) return byKernel("the frame is not for this host alone", "forward");
  const route = departure(walk, sameDestination);
  if (route.kind === "refused") return answered(walk, route);
  const refusal =
    lowerTtl(walk) ?? refusedForwardSource(walk, route.out) ?? exceedsMtu(walk, route.out);
  if (refusal !== null) return answered(walk, refusal);
  walk.out = name(route.out, "oifname");
  return walkChainsOfForward(walk, route.out);
}

function walkChainsOfForward(walk: Walk, out: string | null): PathEnd {
  const forward = ended(walk, runHook(walk, "forward"), "forward");
  if (forward !== null) return forward;
  const postrouting = ended(walk, runHook(walk, "postrouting"), "forward");
  if (postrouting !== null) return postrouting;
  return confirm(walk) ? through(walk, "forward", out) : byKernel(CLASH, "forward");
}

const FORWARDING = { ip: "net.ipv4.ip_forward", ip6: "net.ipv6.conf.all.forwarding" } as const;

/** The kernel answers by itself, if its answer gets out. */
function answered(walk: Walk, { reason, answer }: Refusal): PathEnd {
  const heard = answer !== "none" && isNoError(walk) && leavesDevice(walk, answer);
  return byKernel(reason, "forward", heard ? answer : "none");
}

/** The port that a frame comes in by, if it leaves by a port of the same bridge. */
function bridgePort(walk: Walk): HostInterface | null {
  const { host, spec } = walk;
  const port = (wanted: string | null) => host?.interfaces.find(({ name }) => name === wanted);
  const from = port(spec.in);
  const bridge = from?.bridge ?? null;
  if (from === undefined || bridge === null || spec.path === "input") return null;
  return port(spec.out)?.bridge === bridge ? from : null;
}

/** br_netfilter shows bridged frames to the chains of IP, as if they were routed (measured). */
function walkBridged(walk: Walk, port: HostInterface): PathEnd {
  const { spec } = walk;
  const setting = `net.bridge.bridge-nf-call-${walk.wire.family === "ip" ? "ip" : "ip6"}tables`;
  const configured = walk.host?.sysctls.get(setting);
  const isOn =
    configured === undefined
      ? walk.choices.choose(setting, setting, ["on", "off"]) === 0
      : configured !== "0";
  if (!isOn) return through(walk, "forward", spec.out);
  const bridge = name(port.bridge, "iifname");
  walk.in = bridge;
  walk.out = null;
  walk.bridgeIn = name(spec.in, "iphysname");
  const prerouting = ended(walk, runHook(walk, "prerouting"), "forward");
  if (prerouting !== null) return prerouting;
  walk.out = bridge;
  walk.bridgeOut = name(spec.out, "ophysname");
  return walkChainsOfForward(walk, spec.out);
}

function walkOutput(walk: Walk): PathEnd {
  walk.in = null;
  walk.out = name(walk.spec.out, "oifname");
  walk.hasOwner = true;
  const markBefore = walk.mark;
  const before = readAddress(walk, "destination");
  const output = ended(walk, runHook(walk, "output"), "output");
  if (output !== null) return output;
  const route = rerouted(walk, markBefore, before);
  if (route.kind === "refused") return byKernel(route.reason, "output");
  const { out } = route;
  walk.out = name(out, "oifname");
  const postrouting = ended(walk, runHook(walk, "postrouting"), "output");
  if (postrouting !== null) return postrouting;
  if (!confirm(walk)) return byKernel(CLASH, "output");
  if (out !== "lo" && isNodeLocal(walk)) return byKernel("the group stays within a node", "output");
  if (out !== "lo") return through(walk, "output", out);
  return walkLoopback(walk);
}

/** IPv6 groups of the scopes 0 and 1 leave by no link (ip6_finish_output2). */
function isNodeLocal(walk: Walk): boolean {
  const destination = readAddress(walk, "destination");
  if (walk.wire.family === "ip" || destination.kind !== "known") return false;
  return destination.value >> 120n === 0xffn && ((destination.value >> 112n) & 15n) <= 1n;
}

/** A new mark or destination sends an own packet another way; later chains of output see the old. */
function rerouted(walk: Walk, markBefore: Value, before: Value): Departure {
  const { host, spec } = walk;
  const destination = readAddress(walk, "destination");
  const unchanged = sameValue(walk.mark, markBefore) && sameValue(destination, before);
  if (unchanged || host === null || destination.kind !== "known")
    return { kind: "leaves", out: spec.out };
  if (localAddress(host, walk.wire.family, destination.value) !== null)
    return { kind: "leaves", out: "lo" };
  return departure(walk, false);
}

/** An own packet to an own address comes back in by `lo` and passes prerouting and input. */
function walkLoopback(walk: Walk): PathEnd {
  walk.in = known(interfaceNameValue("lo"), 128);
  walk.out = null;
  walk.hasOwner = false;
  walk.looped = true;
  const thrownAway = refusedOnArrival(walk);
  if (thrownAway !== null) return byKernel(thrownAway, "output");
  const prerouting = ended(walk, runHook(walk, "prerouting"), "output");
  if (prerouting !== null) return prerouting;
  const reassembled = ended(walk, walk.reassembleLocally(), "output");
  if (reassembled !== null) return reassembled;
  const input = ended(walk, runHook(walk, "input"), "output");
  if (input !== null) return input;
  return through(walk, "output", "lo");
}
