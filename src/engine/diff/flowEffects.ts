import { intersectRanges } from "../base/range.ts";
import { type Node, TRUE, withinNodeLimit } from "../bdd/index.ts";
import type { Rule } from "../device/device.ts";
import { alters } from "../intents/alterations.ts";
import { flowPackets, pathOfPart } from "../intents/flowPackets.ts";
import { repliesTo } from "../intents/judge.ts";
import type { FlowPart, FlowPattern, Intent, IntentKind } from "../intents/model.ts";
import { effectsAmong } from "./beside.ts";
import type { ComparedPath } from "./comparePath.ts";
import type { PathResult } from "./comparePaths.ts";
import type { FlowComparison } from "./flowComparison.ts";

/*
 * An intent is judged by what accepts and drops its packets. A connection also fails where its packets get another
 * address, or are not tracked, and where a part of the device drops them that no path shows: of two states that
 * keep an intent alike it is not proved that they serve its connections alike.
 */

/** How packets of an intent may fare otherwise although they are accepted alike, in words; empty: they do not. */
export function unlikeFor(comparison: FlowComparison, intent: Intent): readonly string[] {
  const found = effectsFor(comparison, intent).map(({ text }) => text);
  return [...new Set([...comparison.everywhere, ...found])];
}

/** Rules that send packets of an intent elsewhere than before, or write them otherwise, in words. */
export function movedOtherwise(comparison: FlowComparison, intent: Intent): readonly string[] {
  const moved = effectsFor(comparison, intent).filter(
    ({ rule }) => rule === null || rule.statements.some(alters),
  );
  return [...new Set(moved.map(({ text }) => text))];
}

function effectsFor(comparison: FlowComparison, { kind, flows }: Intent): readonly Told[] {
  return flows.flatMap((pattern) => [
    ...unlikePart(comparison, kind, pattern, "first"),
    ...unlikePart(comparison, kind, pattern, "later"),
    ...unlikeReplies(comparison, kind, pattern),
    ...sentHere(comparison, pattern),
  ]);
}

/** Replies come from where NAT has sent the connections, on either side. */
function unlikeReplies(
  comparison: FlowComparison,
  kind: IntentKind,
  pattern: FlowPattern,
): readonly Told[] {
  const told = comparison.sides.map((side) =>
    withinNodeLimit(() => repliesTo(side, kind, pattern)),
  );
  const patterns = told.flatMap((one) => (one.kind === "done" ? one.value.patterns : []));
  return [
    ...(told.every((one) => one.kind === "done")
      ? []
      : [{ text: "where replies come from is not known", rule: null }]),
    ...[pattern, ...patterns].flatMap((one) => unlikePart(comparison, kind, one, "reply")),
  ];
}

function unlikePart(
  { paths }: FlowComparison,
  kind: IntentKind,
  pattern: FlowPattern,
  part: FlowPart,
): readonly Told[] {
  const path = pathOfPart(pattern.path, part);
  const packetsOf = ({ analysis }: ComparedPath) =>
    flowPackets(analysis.layout, kind, pattern, part);
  return effectsOn(paths, path, packetsOf);
}

/** Destination NAT that sends other packets to the far end: whoever connects may write another address. */
function sentHere({ paths }: FlowComparison, pattern: FlowPattern): readonly Told[] {
  return effectsOn(paths, pattern.path, () => TRUE).filter(
    ({ rule }) => rule === null || sendsTo(rule, pattern),
  );
}

function sendsTo({ statements }: Rule, { to }: FlowPattern): boolean {
  return statements.some((statement) => {
    if (statement.kind !== "nat" || /^(snat|masquerade)$/.test(statement.type)) return false;
    const { address } = statement;
    if (address?.kind !== "range") return address !== null;
    return [...to.addresses.values()].some(
      (ranges) => intersectRanges(ranges, [address.range]).length > 0,
    );
  });
}

interface Told {
  readonly text: string;
  readonly rule: Rule | null;
}

function effectsOn(
  paths: readonly PathResult[],
  path: PathResult["path"],
  packetsOf: (compared: ComparedPath) => Node,
): readonly Told[] {
  return paths
    .filter((one) => one.path === path)
    .flatMap(({ result }): readonly Told[] => {
      const told =
        result.kind === "done"
          ? withinNodeLimit(() => effectsAmong(result.value, packetsOf(result.value)))
          : result;
      return told.kind === "done" ? told.value : [{ text: `${path} was not analysed`, rule: null }];
    });
}
