import { Lexer, type Token } from "./lexer.ts";
import { markLines } from "./lineStates.ts";
import { Reader, spanOf } from "./reader.ts";
import { report, type ScriptState } from "./state.ts";

/** Files within files (nft's own limit, MAX_INCLUDE_DEPTH). */
export const MAXIMUM_INCLUDE_DEPTH = 16;

/** Which files are being read, outermost first. */
export interface DefinitionScope {
  readonly open: string[];
  readonly read: Map<string, string>;
}

/** `define x = …`, `redefine`, `undefine`; true where it was one of them. */
export function runDefinition(reader: Reader, state: ScriptState): boolean {
  const token = reader.peek();
  if (token.kind !== "word" || !["define", "redefine", "undefine"].includes(token.text))
    return false;
  if (reader.peek(1).kind !== "word") return false;
  if (token.text === "undefine") {
    reader.next();
    state.variables.delete(reader.word("the name of a variable").text);
    return true;
  }
  if (!reader.is("=", 2)) return false;
  reader.next();
  const name = reader.word("the name of a variable").text;
  reader.expect("=");
  state.variables.set(name, readValueTokens(reader));
  return true;
}

/** All tokens up to the end of the line, over whole braces; variables are put in at once. */
function readValueTokens(reader: Reader): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (;;) {
    const token = reader.peek();
    if (token.kind === "end") return tokens;
    if (
      depth === 0 &&
      (token.kind === "newline" ||
        token.text === ";" ||
        (token.text === "}" && token.kind === "symbol"))
    )
      return tokens;
    if (token.kind === "symbol" && token.text === "{") depth++;
    if (token.kind === "symbol" && token.text === "}") depth--;
    reader.next();
    if (token.kind !== "newline") tokens.push(token);
  }
}

/** `include "…"`: runs the named files, in sorted order where there are several. */
export function runInclude(
  reader: Reader,
  state: ScriptState,
  scope: DefinitionScope,
  within: (inner: Reader) => void,
): boolean {
  if (!reader.is("include")) return false;
  const start = reader.next();
  const path = reader.word("the name of a file");
  const files = findFiles(state.files, path.text, scope.open.at(-1) ?? "");
  const isGlob = /[*?[]/.test(path.text);
  if (files.length === 0 && !isGlob) {
    report(
      state,
      "error",
      "PM1080",
      `cannot find the included file \`${path.text}\``,
      spanOf(path),
      "give it as a further file, or run where it is",
    );
    markLines(state, start.file, start.line, start.line, "modelled");
    state.incomplete = true;
  }
  for (const file of files) runFile(file, state, scope, within, path);
  return true;
}

function runFile(
  file: string,
  state: ScriptState,
  scope: DefinitionScope,
  within: (inner: Reader) => void,
  path: Token,
): void {
  if (scope.open.length >= MAXIMUM_INCLUDE_DEPTH || scope.open.includes(file)) {
    report(
      state,
      "error",
      "PM1081",
      `\`${file}\` is included too deeply, or by itself`,
      spanOf(path),
      "take the include out",
    );
    return;
  }
  const text = state.files.get(file) ?? "";
  scope.open.push(file);
  scope.read.set(file, text);
  within(new Reader(new Lexer(file, text), (name) => state.variables.get(name) ?? null));
  scope.open.pop();
}

/** By the name itself, beside the including file, or below a folder that was given. */
function findFiles(
  files: ReadonlyMap<string, string>,
  path: string,
  from: string,
): readonly string[] {
  const folder = from.includes("/") ? from.slice(0, from.lastIndexOf("/") + 1) : "";
  const wanted = path.replace(/^\.\//, "");
  const patterns = [wanted, `${folder}${wanted}`].map(globPattern);
  const found = [...files.keys()].filter((name) =>
    patterns.some((pattern) => pattern.test(name.replace(/^\.\//, ""))),
  );
  if (found.length > 0 || !path.startsWith("/")) return found.sort();
  const last = globPattern(path.slice(path.lastIndexOf("/") + 1));
  const beside = [...files.keys()].filter(
    (name) => name.startsWith(folder) && last.test(name.slice(folder.length)),
  );
  return beside.sort();
}

function globPattern(path: string): RegExp {
  const text = path
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(`^${text}$`);
}
