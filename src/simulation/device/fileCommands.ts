import { createHash } from "node:crypto";
import { INSTALL, PRINT, WRITE } from "../../operations/apply/deviceFiles.ts";
import type { Printed } from "../model.ts";
import { done, failed } from "./printed.ts";

/** Exit codes of what writes files: changed by somebody else, and cut off on the way. */
const CHANGED = 10;
const CUT_OFF = 11;

/** A script of premortem's that reads or writes a file, by its text; null: it is another one. */
export function runFileScript(
  script: string,
  words: readonly string[],
  input: string,
  files: Map<string, string>,
): Printed | null {
  switch (script) {
    case INSTALL:
      return install(words, input, files);
    case PRINT:
      return done(files.get(words[0] ?? "") ?? "");
    case WRITE:
      return write(words, input, files);
    default:
      return null;
  }
}

function install(
  [folder = "", hash]: readonly string[],
  input: string,
  files: Map<string, string>,
): Printed {
  if (sha256(input) !== hash) return failed(CUT_OFF, "");
  files.set(`${folder}/premortem-device`, input);
  return done();
}

function write(
  [path = "", before = "", folder = "", number = "", after = ""]: readonly string[],
  input: string,
  files: Map<string, string>,
): Printed {
  const found = files.get(path);
  const isAsSeen = before === "none" ? (found ?? "") === "" : sha256(found ?? "") === before;
  if (!isAsSeen) return failed(CHANGED, "");
  if (sha256(input) !== after) return failed(CUT_OFF, "");
  if (found !== undefined) files.set(`${folder}/${number}`, found);
  files.set(path, input);
  return done();
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** `cat [--] FILE…`. */
export function cat(words: readonly string[], files: ReadonlyMap<string, string>): Printed {
  const paths = words[0] === "--" ? words.slice(1) : words;
  const missing = paths.find((path) => !files.has(path));
  if (missing !== undefined) return failed(1, `cat: ${missing}: No such file or directory`);
  return done(paths.map((path) => files.get(path) ?? "").join(""));
}
