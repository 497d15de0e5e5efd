import { formatInterfaceName, interfaceNameValue } from "../../base/interfaceName.ts";
import { inRanges, maximum, type Range } from "../../base/range.ts";

/** Names that look like those of interfaces, for a class that holds many. */
const USUAL_NAMES: readonly string[] = [
  "eth0",
  "eth1",
  "eth2",
  "wan0",
  "lan0",
  "net0",
  "dummy0",
  "if0",
];
const NAME = /^[!-.0-9;-~]{1,15}$/;
const NAME_BYTES = 16;

/** A value of a class that reads well; null: it holds none that can be written. */
export function representative(key: string, ranges: readonly Range[]): bigint | null {
  if (key !== "in" && key !== "out") return ranges[0]?.from ?? null;
  const usual = USUAL_NAMES.map(interfaceNameValue).find((value) => inRanges(ranges, value));
  if (usual !== undefined) return usual;
  for (const { from, to } of ranges) {
    const name = nameWithin(from, to);
    if (name !== null) return name;
  }
  return null;
}

/** An end of the range, or the stem that both ends share with something behind it. */
function nameWithin(from: bigint, to: bigint): bigint | null {
  const candidates = [from, to];
  const stem = sharedStem(from, to);
  for (const ending of ["0", "1", "x", ""]) candidates.push(interfaceNameValue(`${stem}${ending}`));
  for (const value of candidates) {
    if (value < from || value > to) continue;
    const name = formatInterfaceName(value);
    if (NAME.test(name) && interfaceNameValue(name) === value) return value;
  }
  return null;
}

function sharedStem(from: bigint, to: bigint): string {
  for (let bytes = NAME_BYTES - 1; bytes > 0; bytes--) {
    const rest = BigInt(8 * (NAME_BYTES - bytes));
    if (from >> rest !== to >> rest) continue;
    const value = (from >> rest) << rest;
    return formatInterfaceName(value & maximum(8 * NAME_BYTES)).slice(0, bytes);
  }
  return "";
}
