import { beside, type Includes } from "./includes.ts";
import type { ConfigText } from "./model.ts";

/** One setting of a file of Dovecot, or the head of a block. */
export interface Setting {
  /** Heads of the blocks around it: `passdb`, `passdb sql`. */
  readonly blocks: readonly string[];
  /** Empty: a block begins, and `value` is its head. */
  readonly key: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

export interface Settings {
  readonly settings: readonly Setting[];
  /** Files, or patterns of files, that are included and could not be read. */
  readonly missing: readonly string[];
}

/** Reads one file and what it includes; blocks do not reach into other files. */
export function readSettings(
  file: ConfigText,
  includes: Includes,
  around: readonly string[] = [],
): Settings {
  const settings: Setting[] = [];
  const missing: string[] = [];
  const inside = [...around, file.path];
  const blocks: string[] = [];
  for (const { text, line } of logicalLines(file.text)) {
    const place = { file: file.path, line };
    const [, attempt, included] = /^!include(_try)?\s+(\S+)$/.exec(text) ?? [];
    if (included !== undefined) {
      const path = beside(file.path, included);
      const files = includes.open(path, inside);
      if (files === null && attempt === undefined) missing.push(path);
      for (const one of files ?? []) {
        const found = readSettings(one, includes, inside);
        settings.push(...found.settings);
        missing.push(...found.missing);
      }
      continue;
    }
    const [, head, within] = /^([^={}]+?)\s*\{\s*(?:([^{}]+?)\s*\}|\})?$/.exec(text) ?? [];
    if (head !== undefined) {
      settings.push({ ...place, blocks: [...blocks], key: "", value: head });
      if (within !== undefined)
        settings.push(...settingOf(within, { ...place, blocks: [...blocks, head] }));
      if (!text.endsWith("}")) blocks.push(head);
    } else if (text === "}") blocks.pop();
    else settings.push(...settingOf(text, { ...place, blocks: [...blocks] }));
  }
  return { settings, missing };
}

function settingOf(
  text: string,
  place: Pick<Setting, "blocks" | "file" | "line">,
): readonly Setting[] {
  const [, key, value = ""] = /^([^\s={}]+)\s*=\s*(.*)$/.exec(text) ?? [];
  return key === undefined ? [] : [{ ...place, key, value: value.replace(/^"(.*)"$/, "$1") }];
}

/** A comment is cut before a backslash at the end goes on with the next line (measured with doveconf 2.3.19). */
function logicalLines(text: string): readonly { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = [];
  let isOpen = false;
  for (const [index, raw] of text.split("\n").entries()) {
    const bare = raw.replace(/(^|\s)#.*$/, "").trim();
    const goesOn = bare.endsWith("\\");
    const words = goesOn ? bare.slice(0, -1).trimEnd() : bare;
    const last = isOpen ? found.at(-1) : undefined;
    if (last === undefined) found.push({ text: words, line: index + 1 });
    else last.text = `${last.text} ${words}`.trim();
    isOpen = goesOn;
  }
  return found;
}
