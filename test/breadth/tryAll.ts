import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the kernel's own tool says to one text. */
export interface Answer {
  readonly text: string;
  readonly accepted: boolean;
  /** What it prints where it refuses. */
  readonly message: string;
  /** What it lists after loading; empty where it refuses. */
  readonly listing: string;
}

/** Shell commands, run in one namespace; `$file` is the text. */
export interface Commands {
  readonly prepare: string;
  readonly load: string;
  readonly list: string;
  /** Run behind each text. */
  readonly clear: string;
}

/** Longest that all texts of one call may take. */
const TIMEOUT_MS = 240_000;

/** Gives every text to the tool, one after the other, in a fresh network namespace. */
export function tryAll(texts: readonly string[], commands: Commands): readonly Answer[] {
  const folder = mkdtempSync(join(tmpdir(), "premortem-breadth-"));
  const fileOf = (index: number): string => join(folder, `${index}.txt`);
  for (const [index, text] of texts.entries()) writeFileSync(fileOf(index), text);
  const script = `
    cd ${folder}
    ${commands.prepare}
    for i in $(seq 0 ${texts.length - 1}); do
      file=$i.txt
      if ${commands.load} 2>$i.message; then ${commands.list} >$i.listing; fi
      ${commands.clear}
    done
    exit 0`;
  const { status, stderr } = spawnSync("unshare", ["-n", "bash", "-c", script], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) throw new Error(`the tool could not be asked: ${stderr}`);
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
  const answers = texts.map((text, index) => ({
    text,
    accepted: existsSync(join(folder, `${index}.listing`)),
    message: read(`${index}.message`),
    listing: read(`${index}.listing`),
  }));
  rmSync(folder, { recursive: true });
  return answers;
}

/** The cases of a file, one a line; lines that begin with `#` are comments. */
export function readLines(name: string): readonly string[] {
  return readFileSync(join("test/breadth", name), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The cases of a file that has `=====` between them. */
export function readTexts(name: string): readonly string[] {
  return readFileSync(join("test/breadth", name), "utf8").split(/^=====\n/m);
}
