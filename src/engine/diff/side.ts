import type { Node } from "../bdd/index.ts";
import {
  type Analysis,
  beginPath,
  type CompiledPath,
  compilePath,
  type Ending,
  type RuleVisit,
  ruleNames,
  walkRegion,
} from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import type { Path } from "../packet/packet.ts";

/** One of the two devices of a comparison, on one path. */
export interface Side {
  readonly device: Device;
  readonly compiled: CompiledPath;
}

/** Compiles one side; rules in `renamed` keep what they remember apart from the other side's. */
export function compileSide(
  analysis: Analysis,
  device: Device,
  path: Path,
  renamed: ReadonlySet<string>,
  mark: string,
): Side {
  const nameOf = ruleNames(device, renamed, mark);
  return { device, compiled: compilePath(analysis, device, path, nameOf) };
}

/** Takes packets rule by rule through one side. */
export function walkSide(
  analysis: Analysis,
  { compiled }: Side,
  packets: Node,
  onRule: ((visit: RuleVisit) => void) | null,
): readonly Ending[] {
  const { facts, path, nameOf } = compiled;
  return walkRegion(beginPath(analysis, facts, path, nameOf), packets, onRule);
}
