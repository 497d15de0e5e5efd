import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Bytes of one file at most; larger ones are refused, not cut. */
export const MAXIMUM_FILE_BYTES = 256 * 1024 * 1024;
/** Files that one folder may hold. */
export const MAXIMUM_FOLDER_FILES = 10_000;

/** Why a file cannot be read, and what to do about it. */
export interface FileProblem {
  readonly kind: "problem";
  readonly path: string;
  readonly message: string;
  readonly help: string;
}

export interface FileText {
  readonly kind: "text";
  readonly text: string;
}

/** The text of a file; `-` is standard input. */
export function readText(path: string): FileText | FileProblem {
  try {
    if (path !== "-") {
      const found = statSync(path);
      if (found.isDirectory())
        return problem(path, "is a folder", "name a file in it, or all of them with a wildcard");
      if (found.size > MAXIMUM_FILE_BYTES)
        return problem(path, `is larger than ${MAXIMUM_FILE_BYTES} bytes`, "split the file");
    }
    return textOf(path, readFileSync(path === "-" ? 0 : path));
  } catch (error) {
    return problemOf(path, error);
  }
}

/** Bytes as text, where they are text. */
export function textOf(path: string, bytes: Uint8Array): FileText | FileProblem {
  if (bytes.includes(0))
    return problem(
      path,
      "is not text (it has zero bytes)",
      "give the output of `nft list ruleset`, `iptables-save` or `ipset save`, in UTF-8",
    );
  if (!isUtf8(bytes))
    return problem(path, "is not UTF-8", `convert it: \`iconv -f latin1 -t utf-8 ${path}\``);
  return { kind: "text", text: new TextDecoder().decode(bytes) };
}

/** A folder's files in byte order of their names, hidden ones left out; a file is itself. */
export function listFiles(path: string): readonly string[] | FileProblem {
  try {
    if (path === "-" || !statSync(path).isDirectory()) return [path];
    const names = readdirSync(path)
      .filter((name) => !name.startsWith(".") && isFile(join(path, name)))
      .sort(byBytes);
    if (names.length === 0) return problem(path, "is an empty folder", "name a file");
    if (names.length > MAXIMUM_FOLDER_FILES)
      return problem(path, `holds more than ${MAXIMUM_FOLDER_FILES} files`, "name single files");
    return names.map((name) => join(path, name));
  } catch (error) {
    return problemOf(path, error);
  }
}

/** Existing files that match a path whose parts may have wildcards (glob(7)), sorted. */
export function matchFiles(pattern: string): readonly string[] {
  if (!/[*?[]/.test(pattern)) return isFile(pattern) ? [pattern] : [];
  const folders = expand(dirname(pattern));
  const last = wildcard(pattern.slice(pattern.lastIndexOf("/") + 1));
  return folders
    .flatMap((folder) =>
      namesIn(folder)
        .filter((name) => last.test(name))
        .map((name) => join(folder, name)),
    )
    .filter(isFile)
    .sort(byBytes);
}

function expand(folder: string): readonly string[] {
  if (!/[*?[]/.test(folder)) return [folder];
  const part = wildcard(folder.slice(folder.lastIndexOf("/") + 1));
  return expand(dirname(folder)).flatMap((parent) =>
    namesIn(parent)
      .filter((name) => part.test(name))
      .map((name) => join(parent, name)),
  );
}

function wildcard(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\[(?![^\]]+\])/g, "\\[")
    .replaceAll("[!", "[^")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^(?!\\.)${text}$`);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).slice(0, MAXIMUM_FOLDER_FILES);
  } catch {
    /* A folder that is not there or not ours has no files that match. */
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const REASONS: ReadonlyMap<string, readonly [message: string, help: string]> = new Map([
  ["ENOENT", ["does not exist", "check the path"]],
  ["ENOTDIR", ["does not exist", "check the path"]],
  ["EACCES", ["may not be read", "check the permissions, or read it as another user"]],
  ["EPERM", ["may not be read", "check the permissions, or read it as another user"]],
  ["EISDIR", ["is a folder", "name a file in it"]],
  ["ENAMETOOLONG", ["has a name that is too long", "check the path"]],
]);

/** Puts an error of the file system into words. */
export function problemOf(path: string, error: unknown): FileProblem {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [message, help] = REASONS.get(code) ?? [
    `cannot be read (${error instanceof Error ? error.message : String(error)})`,
    "check the file",
  ];
  return problem(path, message, help);
}

function problem(path: string, message: string, help: string): FileProblem {
  return { kind: "problem", path, message, help };
}
