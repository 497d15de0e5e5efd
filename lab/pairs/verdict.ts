import { deviceHabits } from "../../src/engine/compile/habits.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { PacketSpec } from "../../src/engine/packet/packet.ts";
import { stateName } from "../judge.ts";
import type { Observed } from "../observed.ts";
import { type Sketch, toText } from "../sketch.ts";
import { type PairClass, type PairClasses, standingOf } from "./classes.ts";
import { differencesOf, isMarkedAlike, type KernelEnd } from "./end.ts";
import { countNotJudged, kindsText, type PairTally } from "./tally.ts";
import { isTracked } from "./twin.ts";

type Sides = readonly [before: Device, after: Device];
type Ends = readonly [before: KernelEnd, after: KernelEnd];

/** Holds what two kernels did with a packet against the classes; the numbers of those that it stands for. */
export function judgeEnds(
  devices: Sides,
  classes: PairClasses,
  sketch: Sketch,
  ends: Ends,
  tally: PairTally,
): void {
  const spec = specOf(devices, sketch, ends);
  const reason =
    spec === null ? "the sides track it in different ways" : reasonNot(devices, spec, ends);
  if (spec === null || reason !== null) return countNotJudged(tally, reason ?? "");
  const { inside, isSurely, isPossible } = standingOf(classes, spec);
  if (!isPossible) return countNotJudged(tally, "no header of a path");
  const isPut = devices.map((device) => isTracked(device, sketch.family));
  if (sketch.more.some(isFragment) && isPut[0] !== isPut[1])
    return countNotJudged(tally, "a fragment that one side alone puts together");
  const found = new Set(differencesOf(...ends));
  if (found.has("tracking") && isPut[0] !== isPut[1]) found.delete("tracking");
  const problem = (what: string) =>
    tally.problems.push(
      `${spec.text}: ${what}; before ${endText(ends[0])}, after ${endText(ends[1])}`,
    );
  if (inside.length === 0) {
    const chance = ends.map(hangsOn).find((label) => label !== null) ?? null;
    if (found.size > 0 && chance !== null) return countNotJudged(tally, `hangs on ${chance}`);
    if ([...found].join() === "mark" && isMarkedBefore(classes, spec, ends))
      return countNotJudged(tally, "an earlier packet has given its connection another mark");
    tally.outside++;
    if (found.size === 0) tally.alike++;
    else problem(`in no class, and the kernel changes ${kindsText(found)}`);
    return;
  }
  if (!isSurely) {
    tally.perhaps++;
    for (const one of inside) if (found.size > 0) tally.shown.add(one.number);
    return;
  }
  const reasons = inside.map((one) => beyondKernel(one, ends));
  const beyond = reasons.find((text) => text !== null) ?? null;
  const right = inside.filter((one) => isAsSaid(one, found, ends));
  if (right.length === 0 && beyond !== null) return countNotJudged(tally, beyond);
  tally.inside++;
  if (right.length === 0)
    return void problem(
      `in a class (${inside.map(classText).join(" or ")}), and the kernel changes ${kindsText(found)}`,
    );
  tally.asSaid++;
  for (const one of right) tally.shown.add(one.number);
}

/** What a class says of the mark of a connection holds for all of it. */
function isMarkedBefore({ classes }: PairClasses, { state }: PacketSpec, ends: Ends): boolean {
  const isMarked = classes.some(({ alterations }) =>
    alterations.some(({ what }) => what === "connection mark"),
  );
  return isMarked && /^(new|established|related)$/.test(state ?? "") && isMarkedAlike(...ends);
}

/** The packet with what tracking took it for; null: the sides do not agree about it. */
function specOf(devices: Sides, sketch: Sketch, ends: Ends): PacketSpec | null {
  const [one, other] = ends
    .map((end, side) => trackedAs(devices[side === 0 ? 0 : 1], sketch, end))
    .filter((found) => found !== null);
  if (one !== undefined && other !== undefined && one !== other) return null;
  /* Defragmentation puts it together before any rule sees it, and a lone first one fares as the whole. */
  const isPut = devices.some((device) => isTracked(device, sketch.family));
  const more = sketch.more.filter((word) => !isPut || !isFragment(word));
  const whole = { ...sketch, more };
  /* Where it would go if NAT turned it away is no part of what comes in. */
  const asTold = sketch.path === "input" ? { ...whole, out: null } : whole;
  const spec = parsePacket(`${toText(asTold)} ${one ?? ""}`.trim());
  return isNotationError(spec) ? null : spec;
}

/** Null: it was lost before tracking, or it is not tracked. */
function trackedAs(device: Device, { family }: Sketch, { observed }: KernelEnd): string | null {
  const state = stateName(observed);
  if (state === "untracked" || !isTracked(device, family)) return null;
  /* The trace says nothing of what tracking calls invalid. */
  if (state === undefined) return isLostBefore(device, observed) ? null : "state=invalid";
  const isLater = state === "established" || state === "related";
  const direction = observed.direction === 1 ? "reply" : "original";
  return isLater ? `state=${state} dir=${direction}` : `state=${state}`;
}

/** Priority of tracking (NF_IP_PRI_CONNTRACK). */
const TRACKING = -200;

function isLostBefore({ tables }: Device, { leaves, steps }: Observed): boolean {
  const last = steps.at(-1)?.chain;
  const base = tables
    .flatMap(({ family, name, chains }) =>
      chains.map((chain) => [`${family} ${name} ${chain.name}`, chain.base] as const),
    )
    .find(([name]) => name === last)?.[1];
  if (leaves !== null || base == null) return false;
  return /^(prerouting|output)$/.test(base.hook) && base.priority <= TRACKING;
}

function isFragment(word: string): boolean {
  return /^(ext=frag|frag)/.test(word);
}

/** Why nothing can be said of a packet, whatever class it is in; null: it can. */
function reasonNot(
  devices: readonly Device[],
  { family, state, direction }: PacketSpec,
  ends: readonly KernelEnd[],
): string | null {
  const translates = devices.some((device) => deviceHabits(device).translates(family));
  if (translates && (state === "related" || direction === "reply"))
    return "a reply where NAT is undone: its header is known in between only";
  if (ends.some(({ outcome }) => outcome === null)) return "model and kernel differ on one side";
  if (ends.every(({ outcome }) => outcome?.by.kind === "kernel"))
    return "the kernel loses it on both sides";
  return null;
}

/** What decides beside the packet: its name; null: nothing does. */
function hangsOn({ outcome }: KernelEnd): string | null {
  return outcome?.conditions.find(({ origin }) => origin === "unknown")?.label ?? null;
}

/** What two namespaces do not show of a class; null: all. */
function beyondKernel({ alterations, before, after }: PairClass, ends: Ends): string | null {
  const isLost = ends.some(({ outcome }) => outcome?.by.kind === "kernel");
  if (isLost) return "the kernel loses it on one side";
  if (alterations.length === 0) {
    const isRefused = [before, after].every(({ verdict }) => /^(drop|reject)$/.test(verdict));
    if (isRefused && ends.every(({ observed }) => observed.answer === "none"))
      return "no answer is sent to such a packet";
    if ([before, after].some(({ verdict }) => verdict === "queue")) return "queues to user space";
    return null;
  }
  if (ends.every(({ observed }) => observed.verdict === "drop"))
    return "the packet is lost: only its connection is changed";
  const isNobodys = ends.every(({ carried }) => carried?.connection === null);
  if (isNobodys && alterations.every(({ kind }) => kind === "tracking"))
    return "tracking calls it invalid, and it has no connection on either side";
  const unseen = alterations.find(({ what }) => !SEEN.test(what));
  if (unseen !== undefined) return `what is changed does not show: ${unseen.what}`;
  return alterations.some(({ before: one, after: other }) => OPEN.test(`${one} ${other}`))
    ? "NAT may choose what the packet has already"
    : null;
}

const SEEN =
  /^(source|destination)( port)?$|^(connection )?mark$|^(ct )?zone$|^connection$|^(ip6?|tcp|udp|th|icmp|icmpv6) /;
const OPEN = /interface|one of/;

function isAsSaid(
  { alterations, before, after }: PairClass,
  found: ReadonlySet<string>,
  [first, second]: readonly [KernelEnd, KernelEnd],
): boolean {
  if (alterations.length > 0) return alterations.some(({ kind }) => found.has(kind));
  return found.has("verdict") && isFate(before, first) && isFate(after, second);
}

function isFate({ verdict }: PairClass["before"], { observed }: KernelEnd): boolean {
  return observed.verdict === "accept" ? verdict === "accept" : verdict !== "accept";
}

function classText({ number, kind, alterations, before, after }: PairClass): string {
  const what =
    alterations.length === 0
      ? `${before.verdict} to ${after.verdict}`
      : alterations.map((one) => `${one.what} ${one.before} to ${one.after}`).join(", ");
  return `${number}, ${kind}: ${what}`;
}

function endText({ observed, carried }: KernelEnd): string {
  const { verdict, answer, leaves, steps } = observed;
  const by = steps.at(-1)?.by?.text ?? "policy";
  return `${verdict} ${answer} ${leaves} ${JSON.stringify(carried)} [${by}]`;
}
