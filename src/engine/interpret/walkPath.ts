import { interfaceNameValue } from "../base/interfaceName.ts";
import type { Hook } from "../device/device.ts";
import type { RejectWith } from "../device/statement.ts";
import { answerOf, leavesDevice } from "./answer.ts";
import type { Decider } from "./outcome.ts";
import { localAddress, lookupRoute } from "./routing.ts";
import type { ChainResult } from "./runChain.ts";
import { runHook } from "./runHook.ts";
import { confirm } from "./track.ts";
import { readAddress } from "./tuples.ts";
import { known, unknown, type Value } from "./value.ts";
import { readPacket, type Walk, writePacket } from "./walk.ts";

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
  walk.in = name(walk.spec.in, "iifname");
  walk.out = null;
  walk.hasOwner = false;
  const refused = refusedBeforeRules(walk);
  const before = readAddress(walk, "destination");
  const prerouting = ended(walk, runHook(walk, "prerouting"), main);
  if (prerouting !== null) return prerouting;
  if (refused !== null) return byKernel(refused, main);
  const after = readAddress(walk, "destination");
  const isLocal = routesToSelf(walk, before, after);
  return isLocal ? walkInput(walk) : walkForward(walk, sameValue(before, after));
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind === "known" && b.kind === "known") return a.value === b.value;
  return a.kind === "unknown" && b.kind === "unknown" && a.variable.key === b.variable.key;
}

/** Sources that routing never takes from outside: loopback, multicast, broadcast. */
function refusedBeforeRules(walk: Walk): string | null {
  const source = readAddress(walk, "source");
  if (source.kind !== "known" || walk.wire.family !== "ip") return null;
  if (walk.in?.kind === "known" && walk.in.value === interfaceNameValue("lo")) return null;
  const first = source.value >> 24n;
  if (first === 127n) return "source 127/8 from outside";
  if (source.value === 0xffffffffn || (first >= 224n && first < 240n)) return "source is no host";
  return null;
}

/** As addressed, unless NAT changed the destination: then the device's own addresses say. */
function routesToSelf(walk: Walk, before: Value, after: Value): boolean {
  if (sameValue(before, after)) return walk.spec.path === "input";
  if (after.kind !== "known")
    return after.kind === "unknown" && after.text.startsWith("address of");
  const { host } = walk;
  if (host === null || host.addresses === null) return false;
  return localAddress(host, walk.wire.family, after.value) !== null;
}

function walkInput(walk: Walk): PathEnd {
  const reassembled = ended(walk, walk.reassembleLocally(), "input");
  if (reassembled !== null) return reassembled;
  const input = ended(walk, runHook(walk, "input"), "input");
  if (input !== null) return input;
  confirm(walk);
  return through(walk, "input", "local");
}

function walkForward(walk: Walk, sameDestination: boolean): PathEnd {
  if (
    walk.host?.sysctls.get("net.ipv4.ip_forward") === "0" &&
    walk.wire.family === "ip" &&
    !isBridged(walk)
  )
    return byKernel("forwarding is off", "forward");
  const out = routedDevice(walk, sameDestination);
  if (out === "none") return byKernel("no route", "forward");
  const expired = lowerTtl(walk);
  if (expired !== null) return expired;
  const tooBig = exceedsMtu(walk, out);
  if (tooBig !== null) return tooBig;
  walk.out = name(out, "oifname");
  const forward = ended(walk, runHook(walk, "forward"), "forward");
  if (forward !== null) return forward;
  const postrouting = ended(walk, runHook(walk, "postrouting"), "forward");
  if (postrouting !== null) return postrouting;
  confirm(walk);
  return through(walk, "forward", out);
}

function isBridged(walk: Walk): boolean {
  return (
    walk.host?.interfaces.some(
      ({ name: own, bridge }) => own === walk.spec.in && bridge !== null,
    ) ?? false
  );
}

/** `none`: there is no route; null: not known. */
function routedDevice(walk: Walk, sameDestination: boolean): string | null {
  const { host, spec } = walk;
  const destination = readAddress(walk, "destination");
  if (host === null || host.routes.length === 0 || destination.kind !== "known") return spec.out;
  const marked = walk.mark.kind === "known" && walk.mark.value !== 0n;
  if (sameDestination && spec.out !== null && !marked) return spec.out;
  const source = readAddress(walk, "source");
  const route = lookupRoute(host, {
    family: walk.wire.family,
    destination: destination.value,
    source: source.kind === "known" ? source.value : null,
    mark: walk.mark.kind === "known" ? walk.mark.value : 0n,
    in: spec.in,
  });
  if (route === null) return spec.out;
  if (route.kind !== "unicast") return "none";
  return route.interface ?? spec.out;
}

/** Forward sees the time to live already lowered; at 1 the kernel answers instead (measured). */
function lowerTtl(walk: Walk): PathEnd | null {
  if (isBridged(walk)) return null;
  const v4 = walk.wire.family === "ip";
  const offset = v4 ? 64 : 56;
  const ttl = readPacket(walk, offset, 8, v4 ? "ip ttl" : "ip6 hoplimit");
  if (ttl.kind !== "known") {
    if (ttl.kind === "unknown") walk.choices.restrict(ttl.variable, [{ from: 1n, to: 254n }]);
    return null;
  }
  if (ttl.value <= 1n) {
    const answer = v4 ? "icmp 11/0" : "icmpv6 3/0";
    const leaves = leavesDevice(walk, answer);
    return byKernel("time to live exceeded", "forward", leaves ? answer : "none");
  }
  writePacket(walk, offset, 8, known(ttl.value - 1n, 8));
  return null;
}

/** Too big for the next link and not to be cut: answered before forward (measured). */
function exceedsMtu(walk: Walk, out: string | null): PathEnd | null {
  const mtu = walk.host?.interfaces.find(({ name: own }) => own === out)?.mtu;
  if (mtu === undefined || !walk.wire.complete || walk.wire.bytes.length <= mtu) return null;
  const v4 = walk.wire.family === "ip";
  const flags = readPacket(walk, 48, 16, "ip frag-off");
  if (v4 && (flags.kind !== "known" || (flags.value & 0x4000n) === 0n)) return null;
  const answer = v4 ? "icmp 3/4" : "icmpv6 2/0";
  return byKernel("packet too big", "forward", leavesDevice(walk, answer) ? answer : "none");
}

function walkOutput(walk: Walk): PathEnd {
  walk.in = null;
  walk.out = name(walk.spec.out, "oifname");
  walk.hasOwner = true;
  const markBefore = walk.mark;
  const before = readAddress(walk, "destination");
  const output = ended(walk, runHook(walk, "output"), "output");
  if (output !== null) return output;
  const out = rerouted(walk, markBefore, before);
  walk.out = name(out, "oifname");
  const postrouting = ended(walk, runHook(walk, "postrouting"), "output");
  if (postrouting !== null) return postrouting;
  confirm(walk);
  if (out !== "lo") return through(walk, "output", out);
  return walkLoopback(walk);
}

/** A new mark or destination sends an own packet another way; later chains of output see the old. */
function rerouted(walk: Walk, markBefore: Value, before: Value): string | null {
  const { host, spec } = walk;
  const destination = readAddress(walk, "destination");
  const unchanged = sameValue(walk.mark, markBefore) && sameValue(destination, before);
  if (unchanged || host === null || destination.kind !== "known") return spec.out;
  if (localAddress(host, walk.wire.family, destination.value) !== null) return "lo";
  return routedDevice(walk, false);
}

/** An own packet to an own address comes back in by `lo` and passes prerouting and input. */
function walkLoopback(walk: Walk): PathEnd {
  walk.in = known(interfaceNameValue("lo"), 128);
  walk.out = null;
  walk.hasOwner = false;
  walk.looped = true;
  const prerouting = ended(walk, runHook(walk, "prerouting"), "output");
  if (prerouting !== null) return prerouting;
  const input = ended(walk, runHook(walk, "input"), "output");
  if (input !== null) return input;
  return through(walk, "output", "lo");
}
