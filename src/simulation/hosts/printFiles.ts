import { printFile } from "../../operations/monitor/hostFacts.ts";

/** Where the mark stands in the script; no mark has letters like that. */
const ANY = "MARK";
const [before = "", after = ""] = printFile(ANY).split(ANY);

/** Answers the script that prints files of a configuration, each behind a mark; null: it is another script. */
export function printFiles(script: string, files: ReadonlyMap<string, string>): string | null {
  const [, words, rest] = /^for file in (.*); (do\n.*)$/s.exec(script) ?? [];
  if (words === undefined || rest === undefined) return null;
  if (!rest.startsWith(before) || !rest.endsWith(after)) return null;
  const mark = rest.slice(before.length, rest.length - after.length);
  if (!/^[0-9a-f-]+$/.test(mark)) return null;
  return splitWords(words)
    .flatMap((word) => expand(word, files))
    .map((path) => `\n${mark} ${path}\n${files.get(path) ?? ""}`)
    .join("");
}

/** A word as a pattern: what was quoted stands for itself, and stars that were not for anything but a slash. */
function splitWords(text: string): readonly RegExp[] {
  const words: string[] = [];
  let word = "";
  let isQuoted = false;
  for (const char of `${text} `) {
    if (char === "'") isQuoted = !isQuoted;
    else if (isQuoted || (char !== " " && char !== "*" && char !== "?"))
      word += char === "\\" && !isQuoted ? "" : escaped(char);
    else if (char === "*") word += "[^/]*";
    else if (char === "?") word += "[^/]";
    else words.push(word);
    if (char === " " && !isQuoted) word = "";
  }
  return words.map((one) => new RegExp(`^${one}$`));
}

function escaped(char: string): string {
  return /[\w/]/.test(char) ? char : `\\${char}`;
}

function expand(pattern: RegExp, files: ReadonlyMap<string, string>): readonly string[] {
  return [...files.keys()].filter((path) => pattern.test(path));
}
