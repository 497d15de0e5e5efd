import type { Diagnostic } from "../base/diagnostic.ts";
import type { Coverage, Device, LineState, ParseInput, ParseResult } from "../device/device.ts";
import { EMPTY_DEVICE } from "../device/empty.ts";
import { type Dialect, detectDialect } from "./detectDialect.ts";
import { parseIpset } from "./ipset/index.ts";
import { parseIptables } from "./iptables/index.ts";
import { parseNftJson } from "./json/index.ts";
import { parseNft, type RuleMemory } from "./nft/index.ts";

/** The files of one device, whatever they are written in. */
export interface DeviceInput {
  /** Texts by name, files that others include too. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of the files to load, in this order. */
  readonly roots: readonly string[];
  /** What all of them are written in; left out or null: told from each text. */
  readonly dialect?: Dialect | null;
  /** The state that they are loaded onto; left out or null: an empty device. */
  readonly onto?: Device | null;
  /** True: a refused file is applied as far as it was understood. */
  readonly keepRefused?: boolean;
  /** True: what only older versions of the tools take is read, with a warning. */
  readonly takesOlder?: boolean;
  /** Lines that were read before; kept by who reads almost the same again and again. */
  readonly memory?: RuleMemory;
}

/** One device with all that was found on the way. */
export interface DeviceResult extends ParseResult {
  /** What each root was read as. */
  readonly dialects: ReadonlyMap<string, Dialect>;
}

/**
 * Loads files of any dialect onto one device, one after another. Files of `ipset save` go first:
 * iptables-restore looks its sets up while it loads.
 */
export function readDevice(input: DeviceInput): DeviceResult {
  const dialects = new Map(
    input.roots.map((root): [string, Dialect] => [root, dialectOf(input, root)]),
  );
  const isIpset = (root: string): boolean => dialects.get(root) === "ipset";
  const order = [...input.roots.filter(isIpset), ...input.roots.filter((root) => !isIpset(root))];
  let device = input.onto ?? EMPTY_DEVICE;
  const diagnostics: Diagnostic[] = [];
  const refused: string[] = [];
  const opaqueFeatures = new Map<string, number>();
  const counts: Record<LineState, number> = {
    modelled: 0,
    harmless: 0,
    opaque: 0,
    notUnderstood: 0,
  };
  for (const root of order) {
    const keepRefused = input.keepRefused ?? false;
    const one: ParseInput = { files: input.files, roots: [root], onto: device, keepRefused };
    const result = parseAs(dialects.get(root) ?? "nft", one, input);
    device = result.device;
    diagnostics.push(...result.diagnostics);
    refused.push(...result.refused);
    for (const [feature, lines] of result.opaqueFeatures)
      opaqueFeatures.set(feature, (opaqueFeatures.get(feature) ?? 0) + lines);
    for (const state of LINE_STATES) counts[state] += result.coverage[state];
  }
  return { device, diagnostics, coverage: sumOf(counts), opaqueFeatures, refused, dialects };
}

const LINE_STATES: readonly LineState[] = ["modelled", "harmless", "opaque", "notUnderstood"];

function sumOf(counts: Readonly<Record<LineState, number>>): Coverage {
  const lines = LINE_STATES.reduce((sum, state) => sum + counts[state], 0);
  return { lines, ...counts };
}

function dialectOf({ dialect, files }: DeviceInput, root: string): Dialect {
  return dialect ?? detectDialect(root, files.get(root) ?? "");
}

function parseAs(dialect: Dialect, input: ParseInput, given: DeviceInput): ParseResult {
  const memory = given.memory ?? null;
  const lines = { memory: memory?.iptables ?? null, takesOlder: given.takesOlder ?? false };
  switch (dialect) {
    case "nft":
      return parseNft(input, memory);
    case "nftJson":
      return parseNftJson(input);
    case "iptables":
      return parseIptables({ ...input, ...lines, family: "ip" });
    case "ip6tables":
      return parseIptables({ ...input, ...lines, family: "ip6" });
    case "ipset":
      return parseIpset(input);
  }
}
