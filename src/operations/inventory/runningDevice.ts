import { type DeviceResult, readDevice } from "../../engine/parsers/readDevice.ts";
import { RULES } from "./rules.ts";
import { RULESET_PARTS, type Snapshot } from "./snapshot.ts";
import { leftToNft, ofXtables, ownOfNft } from "./xtablesText.ts";

/** Characters of rulesets that are kept as they were read: some 80 devices with 5,000 rules each. */
const MAXIMUM_CHARACTERS = 32 << 20;
/** What each of them counts at least: nothing is free. */
const LEAST_CHARACTERS = 4 << 10;

interface Kept {
  readonly result: DeviceResult;
  readonly characters: number;
}

/** By the hash of what was read, the one that was asked for last at the end. */
const kept = new Map<string, Kept>();
let keptCharacters = 0;

/**
 * What runs, as the engine reads it. The same content is the same value, so that what is proved of it once is known
 * to whoever asks next: when a change is loaded, the watch, the confirmation and an incident ask at the same moment.
 */
export function runningDevice(snapshot: Snapshot): DeviceResult {
  const { hash } = snapshot;
  const known = readBefore(hash);
  if (known !== null) return known;
  const read = readRunning(snapshot);
  kept.set(hash, read);
  keptCharacters += read.characters;
  for (const [oldest, { characters }] of kept) {
    if (keptCharacters <= MAXIMUM_CHARACTERS || oldest === hash) break;
    kept.delete(oldest);
    keptCharacters -= characters;
  }
  return read.result;
}

/** The same without the content, which nobody has to fetch then; null: it has to be read. */
export function readBefore(hash: string): DeviceResult | null {
  const known = kept.get(hash);
  if (known === undefined) return null;
  kept.delete(hash);
  kept.set(hash, known);
  return known.result;
}

function readRunning({ parts }: Snapshot): Kept {
  const texts = new Map(parts.map(({ name, text }) => [name, text ?? ""]));
  const left = leftToNft(texts);
  const files = new Map<string, string>();
  for (const name of RULESET_PARTS) {
    const text = texts.get(name) ?? "";
    if (text.trim() !== "")
      files.set(name, name === "nft" ? ownOfNft(text, left) : ofXtables(text));
  }
  const length = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  const characters = Math.max(LEAST_CHARACTERS, length);
  return { result: readDevice({ files, roots: [...files.keys()], memory: RULES }), characters };
}
