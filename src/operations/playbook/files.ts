import { cpSync, existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import { listFiles, readText } from "../../platform/files.ts";
import type { Network } from "../inventory/model.ts";
import type { Playbook } from "./model.ts";
import { parsePlaybook } from "./playbookFile.ts";

/** Playbooks of a network, and what is wrong with files that are not used. */
export interface PlaybookShelf {
  /** By title. */
  readonly playbooks: readonly Playbook[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where they lie when the network file does not say, if there is such a folder. */
const USUAL_FOLDER = "playbooks";
const ENDING = /\.ya?ml$/;
/** Characters of one file: a playbook is a few pages. */
const MAXIMUM_CHARACTERS = 256_000;

/**
 * Reads what the network file names, beside itself: files, and folders of them. A file with mistakes is not used,
 * and keeps no other one from being.
 */
export function readPlaybooks(networkFile: string, network: Network): PlaybookShelf {
  const root = dirname(networkFile);
  const usual = existsSync(join(root, USUAL_FOLDER)) ? [USUAL_FOLDER] : [];
  const diagnostics: Diagnostic[] = [];
  const found = new Map<string, { readonly file: string; readonly playbook: Playbook }>();
  for (const name of network.playbooks ?? usual)
    for (const file of filesOf(resolve(root, name), diagnostics)) {
      const text = textOf(file, diagnostics);
      if (text === null) continue;
      const read = parsePlaybook(file, text, network);
      diagnostics.push(...read.diagnostics);
      const { playbook } = read;
      if (playbook === null) continue;
      const first = found.get(playbook.id);
      if (first === undefined) found.set(playbook.id, { file, playbook });
      else if (first.file !== file)
        diagnostics.push(
          problem("PM5105", file, `is another \`${playbook.id}\` than ${first.file}`, "rename one"),
        );
    }
  const playbooks = [...found.values()].map(({ playbook }) => playbook);
  return { playbooks: playbooks.sort((a, b) => (a.title < b.title ? -1 : 1)), diagnostics };
}

/** Puts playbooks that come with premortem beside a network file that has none yet. */
export function copyPlaybooks(from: string, networkFile: string): void {
  const to = join(dirname(networkFile), USUAL_FOLDER);
  if (existsSync(from) && !existsSync(to)) cpSync(from, to, { recursive: true });
}

function filesOf(path: string, diagnostics: Diagnostic[]): readonly string[] {
  const files = listFiles(path);
  if ("kind" in files) {
    diagnostics.push(problem("PM5108", path, files.message, files.help));
    return [];
  }
  return files.filter((file) => file === path || ENDING.test(file));
}

function textOf(file: string, diagnostics: Diagnostic[]): string | null {
  const read = readText(file);
  const isLarge = read.kind === "text" && read.text.length > MAXIMUM_CHARACTERS;
  if (read.kind === "text" && !isLarge) return read.text;
  const [message, help] =
    read.kind === "problem"
      ? [read.message, read.help]
      : [`is longer than ${MAXIMUM_CHARACTERS} characters`, "split it"];
  diagnostics.push(problem("PM5108", file, message, help));
  return null;
}

function problem(code: string, file: string, words: string, help: string): Diagnostic {
  const span = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { code, severity: "error", message: `\`${file}\` ${words}`, span, related: [], help };
}
