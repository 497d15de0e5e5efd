import { dirname, join, normalize } from "node:path";
import type { Device } from "../engine/device/device.ts";
import { RuleMemory } from "../engine/parsers/nft/index.ts";
import { type DeviceResult, readDevice } from "../engine/parsers/readDevice.ts";
import { type FileProblem, listFiles, matchFiles, readText } from "../platform/files.ts";
import { renderedName } from "../report/rendered.ts";
import { readRendered } from "./render.ts";

/** Files that one ruleset may include. */
const MAXIMUM_INCLUDED = 10_000;

/** A ruleset as it was read, with the texts for excerpts. */
export interface Ruleset {
  readonly result: DeviceResult;
  readonly files: ReadonlyMap<string, string>;
  /** Names of those that are loaded, in this order. */
  readonly roots: readonly string[];
}

export interface ReadOptions {
  /** True: a refused file is applied as far as it was understood. */
  readonly keepRefused?: boolean;
  /** True: what only older versions of the tools take is read, with a warning. */
  readonly takesOlder?: boolean;
  /** The state that the files run on; left out or null: an empty device. */
  readonly onto?: Device | null;
  /** A shell command whose output is read in place of each file; null: the files as they are. */
  readonly render?: string | null;
  /** Lines that were read before; left out: none. */
  readonly memory?: RuleMemory;
}

/** Reads files and folders, and whatever they include, onto one device. */
export function readRuleset(
  paths: readonly string[],
  { memory = new RuleMemory(), onto = null, render = null, ...rest }: ReadOptions,
): Ruleset | readonly FileProblem[] {
  const files = new Map<string, string>();
  const problems: FileProblem[] = [];
  const roots: string[] = [];
  for (const path of paths) {
    const listed = listFiles(path);
    if ("kind" in listed) problems.push(listed);
    else roots.push(...listed);
  }
  if (roots.filter((root) => root === "-").length > 1)
    problems.push({
      kind: "problem",
      path: "-",
      message: "is named twice, but can be read once",
      help: "save one of the two to a file",
    });
  const names = render === null ? roots : roots.map(renderedName);
  for (const [at, root] of problems.length === 0 ? roots.entries() : []) {
    const read = render === null ? readText(root) : readRendered(render, root);
    const name = names[at] ?? root;
    if (read.kind === "problem") problems.push(read);
    else {
      files.set(name, read.text);
      gatherIncludes(name, name, files);
    }
  }
  if (problems.length > 0) return problems;
  const result = readDevice({ ...rest, files, roots: names, onto, memory });
  return { result, files, roots: names };
}

/** `include "…"` of nft; what the engine finds missing it reports at its line. */
const INCLUDE = /^[^#\n]*?\binclude\s+(?:"([^"\n]+)"|'([^'\n]+)')/gm;

function gatherIncludes(root: string, name: string, files: Map<string, string>): void {
  const text = files.get(name) ?? "";
  /* The pattern looks at each line of 100,000 for longer than all of them are read. */
  if (!text.includes("include")) return;
  for (const match of text.matchAll(INCLUDE)) {
    const path = match[1] ?? match[2] ?? "";
    for (const found of findIncluded(path, root, name)) {
      if (files.has(found) || files.size >= MAXIMUM_INCLUDED) continue;
      const read = readText(found);
      if (read.kind === "problem") continue;
      files.set(found, read.text);
      gatherIncludes(root, found, files);
    }
  }
}

/**
 * Where an include may lie: from here, beside the including file, beside the first file, and, for an
 * absolute path, below a folder that stands for `/` of another machine before `/` of this one.
 */
function findIncluded(path: string, root: string, name: string): readonly string[] {
  const folders = [dirname(name), dirname(root)];
  const candidates = path.startsWith("/")
    ? [...ancestors(dirname(root)).map((folder) => join(folder, path)), path]
    : [normalize(path), ...folders.map((folder) => join(folder, path))];
  for (const candidate of candidates) {
    const found = matchFiles(candidate).filter((file) => file !== name);
    if (found.length > 0) return found;
  }
  return [];
}

function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder);
  if (parent === folder) return folder === "/" ? [] : [folder];
  return [folder, ...ancestors(parent)];
}
