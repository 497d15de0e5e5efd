import type { Includes } from "../includes.ts";
import { type ConfigText, LOOPBACK, type Need, toPort } from "../model.ts";
import { addressAndPort, type Forwarding, resolverNeed } from "./model.ts";

const ROOTS = ["/etc/bind/named.conf", "/etc/named.conf"] as const;
/** Debian's main file includes it; it is read where the main file cannot be. */
const OPTIONS = "/etc/bind/named.conf.options";
/** Blocks within blocks. */
const MAXIMUM_DEPTH = 20;

/** `words { … } words;` of named.conf. */
interface Statement {
  readonly words: readonly string[];
  readonly block: readonly Statement[] | null;
  readonly file: string;
  readonly line: number;
}

/** Whom BIND asks for all names: forwarders of its options, or of the zone `.` (BIND's reference manual). */
export function readBind(includes: Includes): Forwarding {
  const file = [...ROOTS, OPTIONS].flatMap((path) => includes.open(path, []) ?? [])[0];
  if (file === undefined) return { kind: "absent" };
  const statements = statementsOf(file, includes, []);
  const unknown = { kind: "unknown", file: file.path } as const;
  const missing = statements.find(({ words }) => words[0] === MISSING);
  if (missing !== undefined) return { kind: "unknown", file: missing.words[1] ?? file.path };
  const options = statements.filter(({ words }) => words[0] === "options").flatMap(blockOf);
  if (options.some(({ words }) => words[0] === "recursion" && isNo(words[1])))
    return { kind: "absent" };
  const views = statements.filter(({ words }) => words[0] === "view").flatMap(blockOf);
  /* Which of the views answers this host stands in lists of addresses. */
  if (views.some(({ words }) => words[0] === "forwarders") || views.some(isForAllNames))
    return unknown;
  const zone = statements.find(isForAllNames);
  const [, type] = zone?.block?.find(({ words }) => words[0] === "type")?.words ?? [];
  if (type === "static-stub" || type === "stub") return unknown;
  const asked = (type === "forward" ? blockOf(zone) : options).flatMap(forwarders);
  if (asked.includes(null)) return unknown;
  const needs = asked.flatMap((one) => one ?? []);
  return needs.length === 0 ? { kind: "recurses" } : { kind: "asks", needs };
}

function blockOf(statement: Statement | undefined): readonly Statement[] {
  return statement?.block ?? [];
}

function isNo(word: string | undefined): boolean {
  return word === "no" || word === "false" || word === "0";
}

function isForAllNames({ words }: Statement): boolean {
  return words[0] === "zone" && words[1] === ".";
}

/** `forwarders port 53 { 192.0.2.1; 192.0.2.2 port 5353 tls x; };` null: not understood. */
function forwarders({ words, block }: Statement): readonly (Need | null)[] {
  if (words[0] !== "forwarders" || block === null) return [];
  const common = wordAfter(words, "port") ?? "53";
  const isOfTls = words.includes("tls");
  return block.map((one) => {
    const isTls = isOfTls || one.words.includes("tls");
    const port = toPort(wordAfter(one.words, "port") ?? (isTls ? TLS_PORT : common));
    const at = addressAndPort(one.words[0] ?? "", "@");
    if (at === null || port === null || LOOPBACK.test(at.host)) return null;
    return resolverNeed({ ...at, port }, one.file, one.line, isTls ? ["tcp"] : undefined);
  });
}

const TLS_PORT = "853";

function wordAfter(words: readonly string[], wanted: string): string | undefined {
  const at = words.indexOf(wanted);
  return at < 0 ? undefined : words[at + 1];
}

/** In place of a statement: what is included, and cannot be read. */
const MISSING = "missing";

function statementsOf(
  file: ConfigText,
  includes: Includes,
  around: readonly string[],
): readonly Statement[] {
  const inside = [...around, file.path];
  return parse(wordsOf(file.text), file.path).flatMap((one) => withIncluded(one, includes, inside));
}

function withIncluded(
  one: Statement,
  includes: Includes,
  inside: readonly string[],
): readonly Statement[] {
  if (one.words[0] === "include") {
    const [, path = ""] = one.words;
    const files = path.startsWith("/") ? includes.open(path, inside) : null;
    return files === null
      ? [{ ...one, words: [MISSING, path] }]
      : files.flatMap((file) => statementsOf(file, includes, inside));
  }
  if (one.block === null) return [one];
  return [{ ...one, block: one.block.flatMap((each) => withIncluded(each, includes, inside)) }];
}

interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly line: number;
}

/** Comments of three kinds, quoted words, marks, and bare words. */
const WORD = /\/\*[\s\S]*?\*\/|(?:\/\/|#).*|"([^"]*)"|[{};]|[^\s{};"]+|\n/g;

function wordsOf(text: string): readonly Word[] {
  const found: Word[] = [];
  let line = 1;
  for (const [whole, quoted] of text.matchAll(WORD)) {
    if (quoted !== undefined) found.push({ text: quoted, isQuoted: true, line });
    else if (!/^(?:\/\*|\/\/|#|\n)/.test(whole)) found.push({ text: whole, isQuoted: false, line });
    line += whole.split("\n").length - 1;
  }
  return found;
}

function parse(words: readonly Word[], file: string): readonly Statement[] {
  let at = 0;
  const isMark = (mark: string) => words[at]?.text === mark && !words[at]?.isQuoted;
  const block = (depth: number): readonly Statement[] => {
    const found: Statement[] = [];
    while (at < words.length && !isMark("}")) {
      const own: string[] = [];
      let within: readonly Statement[] | null = null;
      const line = words[at]?.line ?? 1;
      for (; at < words.length && !isMark(";") && !isMark("}"); at++) {
        if (!isMark("{") || depth > MAXIMUM_DEPTH) own.push(words[at]?.text ?? "");
        else {
          at++;
          within = block(depth + 1);
        }
      }
      if (isMark(";")) at++;
      if (own.length > 0 || within !== null) found.push({ words: own, block: within, file, line });
    }
    return found;
  };
  const found: Statement[] = [];
  while (at < words.length) {
    found.push(...block(0));
    at++;
  }
  return found;
}
