import { interfaceNameValue } from "../base/interfaceName.ts";
import type { HostInterface } from "../device/host.ts";
import type { Value } from "./value.ts";
import type { Walk } from "./walk.ts";

/** The interface that the packet came in by, where host and name are known. */
export function inInterface(walk: Walk): HostInterface | null {
  return findInterface(walk, walk.in);
}

export function findInterface(walk: Walk, name: Value | null): HostInterface | null {
  if (name === null || name.kind !== "known" || walk.host === null) return null;
  const found = walk.host.interfaces.find(
    (candidate) => interfaceNameValue(candidate.name) === name.value,
  );
  return found ?? null;
}
