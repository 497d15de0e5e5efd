import { includedNames } from "../../engine/parsers/nft/include.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { REDACTED } from "../inventory/redact.ts";
import { partOf, type Snapshot } from "../inventory/snapshot.ts";
import type { SourceFiles } from "./model.ts";

/** All source files of a device as they would be, and which of them are loaded by name. */
export interface Sources {
  readonly files: ReadonlyMap<string, string>;
  /** The others are included by these. */
  readonly roots: readonly string[];
}

/** Why the source files say nothing, and what to do about it. */
export interface SourceProblem {
  readonly kind: "problem";
  readonly message: string;
  readonly help: string;
}

export function isSourceProblem(found: object): found is SourceProblem {
  return "kind" in found && found.kind === "problem";
}

/** The edited files beside those that stay as they were read. */
export function wholeSources(
  device: NetworkDevice,
  snapshot: Snapshot,
  edited: SourceFiles,
): Sources | SourceProblem {
  const foreign = [...edited.keys()].find((path) => !device.sources.includes(path));
  if (foreign !== undefined)
    return problem(
      `\`${foreign}\` is no source file of ${device.name}`,
      `name it under \`sources\` of ${device.name} in the network file`,
    );
  if (device.sources.length === 0)
    return problem(
      `${device.name} has no source files`,
      `name those that make up its ruleset under \`sources\` of ${device.name}`,
    );
  const files = new Map<string, string>();
  for (const path of device.sources) {
    const text = edited.get(path) ?? partOf(snapshot, path);
    if (text === null)
      return problem(
        `\`${path}\` is not there on ${device.name}, or could not be read`,
        "hand it in with the change, let the login read it, or take it out of `sources`",
      );
    if (text.includes(REDACTED))
      return problem(
        `\`${path}\` holds a secret, and is not known whole`,
        "hand the file in with the change",
      );
    files.set(path, text);
  }
  return { files, roots: rootsOf(files) };
}

/** Files that no other one includes; where all are included, the first begins. */
function rootsOf(files: ReadonlyMap<string, string>): readonly string[] {
  const included = new Set(
    [...files].flatMap(([path, text]) =>
      [...text.matchAll(INCLUDE)].flatMap((match) =>
        includedNames([...files.keys()], match[1] ?? match[2] ?? "", path),
      ),
    ),
  );
  const roots = [...files.keys()].filter((path) => !included.has(path));
  return roots.length > 0 ? roots : [...files.keys()].slice(0, 1);
}

/** On a line of its own, but for a comment behind it. */
const INCLUDE = /^[ \t]*include[ \t]+(?:"([^"\n]+)"|'([^'\n]+)')[ \t]*;?[ \t]*(?:#[^\n]*)?$/gm;

/** A command that empties the whole ruleset, or one family of it, at the beginning of a line. */
const FLUSH =
  /^([ \t]*)flush[ \t]+ruleset(?:[ \t]+(ip6?|inet|arp|bridge|netdev))?(?=[ \t]*(?:[;#\n]|$))/gm;

export function flushesAll(text: string): boolean {
  return text.search(FLUSH) >= 0;
}

/** The same commands, but that a flush of the whole ruleset takes the own tables alone. */
export function withOwnFlush(text: string, owned: readonly string[]): string {
  return text.replace(FLUSH, (_all, indent: string, family: string | undefined) => {
    const tables = owned.filter((key) => family === undefined || key.startsWith(`${family} `));
    /* A table that is not there cannot be deleted (nft 1.0.6 knows no `destroy`). */
    return `${indent}${tables.map((key) => `add table ${key}; delete table ${key}`).join("; ")}`;
  });
}

/** Files within files at most (nft's own limit, MAX_INCLUDE_DEPTH). */
const MAXIMUM_INCLUDE_DEPTH = 16;

/**
 * The scripts to run one after another, with what they include put in: on the device the files are
 * still as they were.
 */
export function ownScripts(sources: Sources, owned: readonly string[]): readonly string[] {
  return sources.roots.map((root) => withOwnFlush(inlined(sources.files, root, 0), owned));
}

function inlined(files: ReadonlyMap<string, string>, path: string, depth: number): string {
  const text = files.get(path) ?? "";
  if (depth >= MAXIMUM_INCLUDE_DEPTH) return text;
  return text.replace(INCLUDE, (all, double?: string, single?: string) => {
    const found = includedNames([...files.keys()], double ?? single ?? "", path);
    /* What is not among the files stays as it is: the device's nft says so, or the comparison does. */
    return found.length === 0
      ? all
      : found.map((name) => inlined(files, name, depth + 1)).join("\n");
  });
}

function problem(message: string, help: string): SourceProblem {
  return { kind: "problem", message, help };
}
