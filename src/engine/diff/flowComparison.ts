import type { Limited } from "../bdd/index.ts";
import type { Device } from "../device/device.ts";
import { type Judge, openJudge } from "../intents/openJudge.ts";
import { alignNames } from "./alignNames.ts";
import { comparePaths, type PathResult } from "./comparePaths.ts";
import { type LaterMarks, laterMarks } from "./laterMarks.ts";
import { unlikeUncompared } from "./notCompared.ts";

/** Two states of a device, for whoever asks about several intents. */
export interface FlowComparison {
  readonly of: readonly [before: Device, after: Device];
  /** The same, with the names of the first. */
  readonly sides: readonly [before: Judge, after: Judge];
  readonly paths: readonly PathResult[];
  /** What may fare otherwise since its connection may have another mark. */
  readonly later: Limited<readonly LaterMarks[]>;
  /** What could not be compared. */
  readonly reasons: readonly string[];
  /** What may touch any packet. */
  readonly everywhere: readonly string[];
}

export interface FlowComparisonOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
}

export function compareFlows(
  before: Device,
  after: Device,
  { nodeLimit }: FlowComparisonOptions = {},
): FlowComparison {
  const aligned = alignNames(before, after).device;
  const { paths, reasons } = comparePaths(before, aligned, nodeLimit ?? null, () => undefined);
  return {
    of: [before, after],
    sides: [openJudge(before, { keeps: true }), openJudge(aligned, { keeps: true })],
    paths,
    later: laterMarks(before, aligned, paths, nodeLimit ?? null),
    reasons,
    everywhere: [...reasons, ...unlikeUncompared(before, aligned)],
  };
}

/** Bytes of its diagrams. */
export function bytesOf({ paths, sides }: FlowComparison): number {
  const arenas = paths.flatMap(({ result }) =>
    result.kind === "done" ? [result.value.analysis.arena] : [],
  );
  const own = arenas.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return own + sides.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
