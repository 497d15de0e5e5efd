import type { ConfigText } from "./model.ts";

/** One parameter as main.cf, master.cf or a table's file sets it. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** How deep `$name` may refer to others before it is taken for a loop. */
const MAXIMUM_DEPTH = 10;

/** Lines that begin with white space go on with the one before (postconf(5)). */
export function logicalLines(
  text: string,
): readonly { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const last = found.at(-1);
    if (/^\s/.test(raw) && last !== undefined) last.text += ` ${raw.trim()}`;
    else found.push({ text: raw.trim(), line: index + 1 });
  }
  return found;
}

export function readParameters(file: ConfigText | null): readonly Parameter[] {
  if (file === null) return [];
  return logicalLines(file.text).flatMap(({ text, line }): readonly Parameter[] => {
    const [, name, value = ""] = /^([\w.-]+)\s*=\s*(.*)$/.exec(text) ?? [];
    return name === undefined ? [] : [{ name, value, file: file.path, line }];
  });
}

/** Braces within a value hold lists of their own: `check_policy_service { inet:…, timeout=1s }`. */
const OVERRIDE = /-o\s+(?:\{\s*([\w-]+)\s*=\s*((?:[^{}]|\{[^{}]*\})*)\}|([\w-]+)=(\S*))/g;

/** `-o name=value`, `-o { name = value }` of master.cf. */
export function readOverrides(file: ConfigText | null): readonly Parameter[] {
  if (file === null) return [];
  return logicalLines(file.text).flatMap(({ text, line }) =>
    [...text.matchAll(OVERRIDE)].map(([, braced, words = "", bare = "", word = ""]) => ({
      name: braced ?? bare,
      value: braced === undefined ? word : words.trim(),
      file: file.path,
      line,
    })),
  );
}

/** `$name`, `${name}`, `$(name)`; of a conditional (`${name?yes:no}`) everything that it might be. */
export function expand(value: string, all: ReadonlyMap<string, string>, depth: number): string {
  if (depth > MAXIMUM_DEPTH) return "";
  return value.replace(
    /\$(?:(\w+)|\{(\w+)\}|\((\w+)\)|\{\w+([?:][^{}]*(?:\{[^{}]*\}[^{}]*)*)\})/g,
    (_whole, one?: string, two?: string, three?: string, other?: string) => {
      if (other !== undefined) return other.replace(/^[?:]|[{}]/g, " ");
      const known = all.get(one ?? two ?? three ?? "");
      return known === undefined ? "" : expand(known, all, depth + 1);
    },
  );
}

/** By which program each transport of master.cf is served: `smtp-amavis` by `smtp`. */
export function readTransports(file: ConfigText | null): ReadonlyMap<string, string> {
  if (file === null) return new Map();
  return new Map(
    logicalLines(file.text).flatMap(({ text }) => {
      const words = text.split(/\s+/);
      const [name = "", type] = words;
      return type === "unix" ? [[name, words[7] ?? ""] as const] : [];
    }),
  );
}
