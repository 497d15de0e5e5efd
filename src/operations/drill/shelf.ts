import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import { listFiles, readText } from "../../platform/files.ts";
import { type DrillFile, parseDrill } from "./drillFile.ts";

/** The drills of a folder, and what is wrong with files that are not used. */
export interface DrillShelf {
  /** By title. */
  readonly files: readonly DrillFile[];
  readonly diagnostics: readonly Diagnostic[];
}

const ENDING = /\.ya?ml$/;
/** Characters of one file: a drill is a few pages. */
const MAXIMUM_CHARACTERS = 128_000;

/** A file with mistakes is not used, and keeps no other one from being. */
export function readDrills(folder: string): DrillShelf {
  const listed = listFiles(folder);
  if ("kind" in listed)
    return { files: [], diagnostics: [unreadable(folder, listed.message, listed.help)] };
  const results = listed.filter((path) => ENDING.test(path)).map(readOne);
  return {
    files: results
      .flatMap(({ file }) => file ?? [])
      .sort((a, b) => (a.drill.title < b.drill.title ? -1 : 1)),
    diagnostics: results.flatMap(({ diagnostics }) => diagnostics),
  };
}

function readOne(path: string) {
  const read = readText(path);
  if (read.kind === "problem")
    return { file: null, diagnostics: [unreadable(path, read.message, read.help)] };
  if (read.text.length > MAXIMUM_CHARACTERS)
    return { file: null, diagnostics: [unreadable(path, "is too long", "split it")] };
  return parseDrill(path, read.text);
}

function unreadable(file: string, words: string, help: string): Diagnostic {
  const span = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  return {
    code: "PM5404",
    severity: "error",
    message: `\`${file}\` ${words}`,
    span,
    related: [],
    help,
  };
}
