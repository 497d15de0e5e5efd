import { FALSE, type Node, withinNodeLimit } from "../bdd/index.ts";
import { canonicalText } from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import { flowPackets, openInterfaces, pathOfPart } from "../intents/flowPackets.ts";
import { incidentals } from "../intents/incidental.ts";
import { entersByNat, repliesTo } from "../intents/judge.ts";
import type { FlowPart, FlowPattern, Intent, IntentKind } from "../intents/model.ts";
import { type Effect, effectOf } from "../intents/weigh.ts";
import { unknownLevels } from "../packet/header/unknowns.ts";
import { effectReasons } from "./beside.ts";
import type { ComparedPath } from "./comparePath.ts";
import type { PathResult } from "./comparePaths.ts";
import { compareFlows, type FlowComparison, type FlowComparisonOptions } from "./flowComparison.ts";

/**
 * What an intent loses when one device becomes the other. `some`: packets that kept it before break it
 * after; `none`: proved that there are none, whatever broke it before; `unknown`: neither is proved.
 */
export type Loss = "none" | "some" | "unknown";

/**
 * Says of each intent, in their order, what it loses. "Broken" is one word for one host that is cut and
 * for all of them: of what is broken on both sides only the packets tell whether more of it is.
 */
export function lossesOf(
  before: Device,
  after: Device,
  intents: readonly Intent[],
  options: FlowComparisonOptions = {},
): readonly Loss[] {
  if (intents.length === 0) return [];
  const compared = compareFlows(before, after, options);
  return intents.map((intent) => lossIn(compared, intent));
}

/** The same of one intent, where the devices are compared already. */
export function lossIn(compared: FlowComparison, { kind, flows }: Intent): Loss {
  const atLeast: Loss = compared.reasons.length > 0 ? "unknown" : "none";
  return flows.map((pattern) => lossOfFlow(compared, kind, pattern)).reduce(worse, atLeast);
}

const WEIGHT: Readonly<Record<Loss, number>> = { none: 0, unknown: 1, some: 2 };

function worse(one: Loss, other: Loss): Loss {
  return WEIGHT[other] > WEIGHT[one] ? other : one;
}

function lossOfFlow(compared: FlowComparison, kind: IntentKind, pattern: FlowPattern): Loss {
  const first = lossOfPart(compared, kind, pattern, "first");
  if (first === "some") return first;
  if (kind === "blocked") return worse(first, lossOfEntrances(compared, pattern));
  const later = lossOfPart(compared, kind, pattern, "later");
  return [later, lossOfReplies(compared, kind, pattern)].reduce(worse, first);
}

/** Packets that NAT sends there are not compared one by one: where more of them may be, nothing is proved. */
function lossOfEntrances({ sides, paths }: FlowComparison, pattern: FlowPattern): Loss {
  const isSame = paths.every(
    (one) =>
      !isUnlike(one) && one.result.kind === "done" && effectReasons(one.result.value).length === 0,
  );
  if (isSame) return "none";
  const enters = sides.map((side) => withinNodeLimit(() => entersByNat(side, pattern)));
  return enters.every((one) => one.kind === "done" && !one.value) ? "none" : "unknown";
}

/** Replies come from where NAT has sent the connections: where that is another place, nothing is proved. */
function lossOfReplies(compared: FlowComparison, kind: IntentKind, pattern: FlowPattern): Loss {
  const told = compared.sides.map((side) => withinNodeLimit(() => repliesTo(side, kind, pattern)));
  const [before, after] = told;
  if (before?.kind !== "done" || after?.kind !== "done") return "unknown";
  const [first, second] = [before.value, after.value];
  if (canonicalText(first.patterns) !== canonicalText(second.patterns)) return "unknown";
  const found = second.patterns.map((one) => lossOfPart(compared, kind, one, "reply"));
  const loss = found.reduce(worse, "none");
  const isExact = first.isExact && second.isExact;
  if (loss === "some" && !isExact) return "unknown";
  const isUnjudged = second.reasons.length > 0 && compared.paths.some(isUnlike);
  return isUnjudged ? worse(loss, "unknown") : loss;
}

function isUnlike({ result }: PathResult): boolean {
  return result.kind !== "done" || result.value.differing.length > 0;
}

function lossOfPart(
  { paths, later }: FlowComparison,
  kind: IntentKind,
  pattern: FlowPattern,
  part: FlowPart,
): Loss {
  const own = paths.filter(({ path }) => path === pathOfPart(pattern.path, part));
  return own
    .map(({ result }): Loss => {
      if (result.kind !== "done") return "unknown";
      const told = withinNodeLimit(() => lossOn(result.value, kind, pattern, part));
      return told.kind === "done" ? told.value : "unknown";
    })
    .reduce(worse, lossByMarks(later, kind, pattern, part));
}

/** What hangs on the mark of a connection that another packet may have left otherwise. */
function lossByMarks(
  later: FlowComparison["later"],
  kind: IntentKind,
  pattern: FlowPattern,
  part: FlowPart,
): Loss {
  if (later.kind === "nodeLimit") return "unknown";
  const own = later.value.filter(
    ({ compared }) => compared.path === pathOfPart(pattern.path, part),
  );
  const isTouched = own.some(({ compared: { analysis, domain }, pairs, reasons }) => {
    const { arena, layout } = analysis;
    if (reasons.length > 0) return true;
    if (pairs.length === 0) return false;
    const asked = arena.and(domain, flowPackets(layout, kind, pattern, part));
    return pairs.some(({ packets }) => arena.intersects(packets, asked));
  });
  return isTouched ? "unknown" : "none";
}

function lossOn(
  { analysis, domain, differing }: ComparedPath,
  kind: IntentKind,
  pattern: FlowPattern,
  part: FlowPart,
): Loss {
  const { arena, layout, fates } = analysis;
  const asked = arena.and(domain, flowPackets(layout, kind, pattern, part));
  const packetsOf = (isMeant: (before: Effect, after: Effect) => boolean) =>
    differing
      .filter(({ before, after }) =>
        isMeant(effectOf(fates, kind, before.fate), effectOf(fates, kind, after.fate)),
      )
      .reduce<Node>((all, { packets }) => arena.or(all, arena.and(packets, asked)), FALSE);
  const mayBeLost = packetsOf((before, after) => before !== "bad" && after !== "good");
  if (mayBeLost === FALSE) return "none";
  const lost = packetsOf((before, after) => before === "good" && after === "bad");
  const rest = arena.difference(asked, lost);
  const unknown = new Set([lost, rest].flatMap((set) => unknownLevels(layout, set)));
  const byTheWay = kind === "blocked" ? [] : incidentals(layout).flatMap(({ levels }) => levels);
  for (const level of [...openInterfaces(layout, pattern, part), ...byTheWay]) unknown.add(level);
  const certain = arena.difference(arena.exists(lost, unknown), arena.exists(rest, unknown));
  return certain === FALSE ? "unknown" : "some";
}
