import type { ConfigReader, ConfigText } from "./model.ts";

/** Files that one configuration may consist of: six lines that include their own file are millions of readings. */
const MAXIMUM_FILES = 500;
/** Files that one file may lead to, in a row. */
const MAXIMUM_DEPTH = 16;

/** The files that a configuration includes, each read on its way in. */
export interface Includes {
  /** Of a path or a pattern, without those that lie around it; null: not all of them could be read. */
  open(pattern: string, around: readonly string[]): readonly ConfigText[] | null;
}

export function openIncludes(reader: ConfigReader, need?: "optional"): Includes {
  let left = MAXIMUM_FILES;
  return {
    open: (pattern, around) => {
      const isPattern = /[*?]/.test(pattern);
      /* Sets of characters and words are not looked for. */
      if (/[[\]{}]/.test(pattern)) return null;
      const one = isPattern ? null : reader.read(pattern, need);
      const named = isPattern ? reader.list(pattern, need) : one === null ? null : [one];
      if (named === null || around.length > MAXIMUM_DEPTH) return null;
      const files = named.filter(({ path }) => !around.includes(path));
      left -= files.length;
      return left < 0 ? null : files;
    },
  };
}

/** A path as it is meant in a file where relative ones begin at its own folder. */
export function beside(file: string, path: string): string {
  return path.startsWith("/") ? path : `${file.slice(0, file.lastIndexOf("/"))}/${path}`;
}
