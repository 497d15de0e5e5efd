import { Lexer, type Token } from "./lexer.ts";
import { markLines } from "./lineStates.ts";
import { Reader, spanOf } from "./reader.ts";
import { refuse, report, type ScriptState } from "./state.ts";

/** Files within files (nft's own limit, MAX_INCLUDE_DEPTH). */
export const MAXIMUM_INCLUDE_DEPTH = 16;

/** Files that are included, however often each: a dozen of files that include the next one six times are billions. */
const MAXIMUM_INCLUDES = 10_000;

/** Which files are being read, outermost first. */
export interface DefinitionScope {
  readonly open: string[];
  /** Files that were included so far. */
  included: number;
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
    state.variables.undefine(reader.word("the name of a variable").text);
    return true;
  }
  if (!reader.is("=", 2)) return false;
  reader.next();
  const name = reader.word("the name of a variable");
  reader.expect("=");
  const isNew = state.variables.define(name.text, readValueTokens(reader));
  if (!isNew && token.text === "define")
    refuse(
      state,
      "PM1012",
      `\`${name.text}\` is defined already`,
      spanOf(name),
      "write `redefine`, or take another name",
    );
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
    if (token.kind === "unknown") throw reader.problem("unknown identifier");
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
  const files = findFiles(state.files, path.text, scope.open);
  if (files.length === 0 && !GLOB.test(path.text)) {
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
  const isTooMuch = scope.included >= MAXIMUM_INCLUDES;
  if (isTooMuch || scope.open.length >= MAXIMUM_INCLUDE_DEPTH || scope.open.includes(file)) {
    if (isTooMuch) state.incomplete = true;
    report(
      state,
      "error",
      "PM1081",
      isTooMuch
        ? `more than ${MAXIMUM_INCLUDES} files are included`
        : `\`${file}\` is included too deeply, or by itself`,
      spanOf(path),
      "take the include out",
    );
    return;
  }
  const text = state.files.get(file) ?? "";
  scope.included++;
  scope.open.push(file);
  scope.read.set(file, text);
  const lexer = new Lexer(file, text);
  within(new Reader(lexer, (name) => state.variables.get(name)));
  refuseForeignBlanks(state, lexer);
  scope.open.pop();
}

/** nft knows blanks and tabs only; what else looks like one is read here, and told. */
export function refuseForeignBlanks(state: ScriptState, { foreignBlank }: Lexer): void {
  if (foreignBlank === null) return;
  const name = BLANK_NAMES[foreignBlank.text] ?? "a blank of another kind";
  refuse(
    state,
    "PM1006",
    `nft refuses ${name}`,
    spanOf(foreignBlank),
    "save the file as plain UTF-8 text with the line ends of Unix",
  );
}

const BLANK_NAMES: Readonly<Record<string, string>> = {
  "\r": "a carriage return",
  "\ufeff": "a byte order mark",
  "\u00a0": "a no-break space",
  "\f": "a form feed",
  "\v": "a vertical tab",
};

/**
 * Where an include may lie among the files given: under its very name, beside the including file,
 * beside the script that was asked for, or (absolute) below any folder that stands for `/`.
 */
function findFiles(
  files: ReadonlyMap<string, string>,
  path: string,
  open: readonly string[],
): readonly string[] {
  const wanted = path.replace(/^(\.\/)+/, "");
  const folders = [folderOf(open.at(-1) ?? ""), folderOf(open[0] ?? "")];
  const patterns = [wanted, ...folders.map((folder) => joinPath(folder, wanted))];
  const isGlob = GLOB.test(path);
  if (!isGlob) {
    const found = patterns.find((name) => files.has(name) || files.has(`./${name}`));
    if (found !== undefined) return [files.has(found) ? found : `./${found}`];
  }
  const names = [...files.keys()].filter((name) => name !== open.at(-1));
  for (const pattern of patterns) {
    const found = matching(names, globPattern(pattern));
    if (found.length > 0) return found;
  }
  if (!path.startsWith("/")) return [];
  const below = matching(names, globPattern(path, true));
  if (below.length > 0 || isGlob) return below;
  const beside = `${folders[0]}${path.slice(path.lastIndexOf("/") + 1)}`;
  return files.has(beside) && !open.includes(beside) ? [beside] : [];
}

const GLOB = /[*?[]/;

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** Folders that `..` goes back over. */
function joinPath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${folder}${path}`.split("/"))
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".") parts.push(part);
  return parts.join("/");
}

/** Of absolute names those that an include in the file `from` names, in the order in which they are run. */
export function includedNames(
  names: readonly string[],
  path: string,
  from: string,
): readonly string[] {
  const wanted = path.startsWith("/") ? path : joinPath(folderOf(from), path);
  const others = names.filter((name) => name !== from);
  if (!GLOB.test(path)) return others.filter((name) => name === wanted);
  return matching(others, globPattern(wanted));
}

function matching(names: readonly string[], pattern: RegExp): readonly string[] {
  return names.filter((name) => pattern.test(name.replace(/^\.\//, ""))).sort();
}

/** A pattern of glob(7): wildcards stop at `/`, and files with a leading dot are left out. */
function globPattern(path: string, below = false): RegExp {
  const text = path
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\[(?![^\]]+\])/g, "\\[")
    .replaceAll("[!", "[^")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
    .replace(/(^|\/)(?=\[\^\/\])/g, "$1(?!\\.)");
  return new RegExp(`${below ? "(?:^|[^/])" : "^"}${text}$`);
}
