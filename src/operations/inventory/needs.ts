import { readDovecot } from "./needs/dovecot.ts";
import { type ConfigReader, joinFound, type Need, type UnknownNeed } from "./needs/model.ts";
import { readPostfix } from "./needs/postfix.ts";
import { readResolvers } from "./needs/resolvers.ts";

/** Where a host keeps what tells which connections it needs. */
export interface NeedRoots {
  /** Postfix's configuration folder; null: it does not run there. */
  readonly postfix: string | null;
  readonly dovecot: string | null;
}

/** What the files of a host say that it connects to. */
export interface Needs {
  readonly needs: readonly Need[];
  /** What it connects to besides, and was not understood. */
  readonly unknown: readonly UnknownNeed[];
  /** Files and patterns of files that are named, and were not handed in. */
  readonly missing: readonly string[];
  /** The same, of those that need not be there. */
  readonly optional: readonly string[];
}

/**
 * Which connections a mail host needs, by the lines that say so: nothing is known in advance. Call it again
 * with what it misses, until it misses nothing that is there.
 */
export function readNeeds(roots: NeedRoots, files: ReadonlyMap<string, string>): Needs {
  const missing = new Set<string>();
  const optional = new Set<string>();
  const miss = (path: string, need?: "optional") =>
    (need === "optional" ? optional : missing).add(path);
  const read: ConfigReader["read"] = (path, need) => {
    const text = files.get(path);
    if (text === undefined) miss(path, need);
    return text === undefined ? null : { path, text };
  };
  const list: ConfigReader["list"] = (pattern, need) => {
    if (!files.has(pattern)) miss(pattern, need);
    const matches = matcherOf(pattern);
    return [...files].flatMap(([path, text]) =>
      path !== pattern && matches(path) ? [{ path, text }] : [],
    );
  };
  const reader = { read, list };
  const found = joinFound([
    readResolvers(reader),
    ...(roots.postfix === null ? [] : [readPostfix(roots.postfix, reader)]),
    ...(roots.dovecot === null ? [] : [readDovecot(roots.dovecot, reader)]),
  ]);
  const unknown = new Map(found.unknown.map((one) => [JSON.stringify(one), one]));
  return {
    needs: found.needs,
    unknown: [...unknown.values()],
    missing: [...missing],
    optional: [...optional],
  };
}

/** Shell patterns as Dovecot's `!include` takes them; a star does not reach into folders. */
function matcherOf(pattern: string): (path: string) => boolean {
  const words = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(`^${words.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}$`);
  return (path) => expression.test(path);
}
