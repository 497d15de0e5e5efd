import type { Includes } from "../includes.ts";
import { type ConfigText, DEFAULT_PORTS, LOOPBACK, type Need, parseHostPort } from "../model.ts";
import { addressAndPort, type Forwarding, resolverNeed } from "./model.ts";

const ROOT = "/etc/unbound/unbound.conf";
/** Debian's main file includes these; they are read where it cannot be. */
const PARTS = "/etc/unbound/unbound.conf.d/*.conf";

/** Attributes that begin a clause (unbound.conf(5)). */
const CLAUSES: ReadonlySet<string> = new Set([
  "server",
  "remote-control",
  "stub-zone",
  "forward-zone",
  "auth-zone",
  "rpz",
  "view",
  "cachedb",
  "python",
  "dynlib",
  "dnscrypt",
  "dnstap",
  "ipset",
]);

interface Attribute {
  readonly key: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

interface Clause {
  readonly kind: string;
  readonly attributes: Attribute[];
}

/** Whom Unbound asks: the servers of the forward zone `.`; other zones are few of the names. */
export function readUnbound(includes: Includes): Forwarding {
  const main = includes.open(ROOT, []);
  const files = main ?? includes.open(PARTS, []) ?? [];
  if (files.length === 0) return { kind: "absent" };
  const clauses: Clause[] = [];
  let missing: string | null = null;
  for (const file of files)
    for (const one of attributesOf(file, includes, [])) {
      if (one.key === "missing") missing ??= one.value;
      else if (CLAUSES.has(one.key)) clauses.push({ kind: one.key, attributes: [] });
      else clauses.at(-1)?.attributes.push(one);
    }
  if (missing !== null) return { kind: "unknown", file: missing };
  const server = clauses.filter(({ kind }) => kind === "server").flatMap((one) => one.attributes);
  const ofRoot = clauses.filter((one) => isZone(one) && isForAllNames(one));
  const [first] = ofRoot;
  if (first === undefined) return { kind: "recurses" };
  const unknown = { kind: "unknown", file: first.attributes[0]?.file ?? ROOT } as const;
  /* A stub of the root is asked for where the others are, and all of those are asked as well. */
  if (ofRoot.some(({ kind }) => kind !== "forward-zone")) return unknown;
  const asked = ofRoot.flatMap(({ attributes }) => forwarders(attributes, server));
  const needs = asked.flatMap((one) => one ?? []);
  return needs.length === 0 || asked.includes(null) ? unknown : { kind: "asks", needs };
}

function isZone({ kind }: Clause): boolean {
  return kind === "forward-zone" || kind === "stub-zone";
}

function isForAllNames({ attributes }: Clause): boolean {
  return attributes.some(({ key, value }) => key === "name" && value === ".");
}

/** `forward-addr: 192.0.2.1@853#name`, `forward-host: dns.example@5353`; null: not understood. */
function forwarders(
  attributes: readonly Attribute[],
  server: readonly Attribute[],
): readonly (Need | null)[] {
  const isOn = (pattern: RegExp) =>
    [...server, ...attributes].some(({ key, value }) => pattern.test(key) && value === "yes");
  const isStream = isOn(/^(?:forward-)?(?:tls|ssl|tcp)-upstream$/);
  return attributes.flatMap(({ key, value, file, line }) => {
    if (key !== "forward-addr" && key !== "forward-host") return [];
    const [, place = "", port, name] = /^([^@#]+)(?:@(\d+))?(?:#(.*))?$/.exec(value) ?? [];
    /* Of a name for its certificate follows the port of DNS over TLS (Unbound's authextstrtoaddr). */
    const number = Number(port ?? (name === undefined ? DEFAULT_PORTS.dns : TLS_PORT));
    const at =
      key === "forward-addr"
        ? addressAndPort(`${place}@${number}`, "@")
        : parseHostPort(place.replace(/\.$/, ""), number);
    return [
      at === null || LOOPBACK.test(at.host)
        ? null
        : resolverNeed(at, file, line, isStream ? ["tcp"] : undefined),
    ];
  });
}

const TLS_PORT = 853;

/** Quoted words, comments and bare words, as Unbound's lexer splits them. */
const WORD = /"([^"]*)"|'([^']*)'|#.*|[^\s"'#]\S*/g;

/** In order, with what is included in its place; `missing` for an include that cannot be read. */
function attributesOf(
  file: ConfigText,
  includes: Includes,
  around: readonly string[],
): readonly Attribute[] {
  const inside = [...around, file.path];
  const found: Attribute[] = [];
  let key: string | null = null;
  for (const { word, isQuoted, line } of wordsOf(file.text)) {
    const place = { file: file.path, line };
    if (key !== null) {
      found.push(...included({ ...place, key, value: word }, includes, inside));
      key = null;
      continue;
    }
    const [, name, value = ""] = isQuoted ? [] : (/^([a-z][a-z0-9-]*):(.*)$/.exec(word) ?? []);
    if (name === undefined) continue;
    if (CLAUSES.has(name)) found.push({ ...place, key: name, value: "" });
    else if (value === "") key = name;
    else found.push(...included({ ...place, key: name, value: unquoted(value) }, includes, inside));
  }
  return found;
}

function included(
  one: Attribute,
  includes: Includes,
  inside: readonly string[],
): readonly Attribute[] {
  if (one.key !== "include" && one.key !== "include-toplevel") return [one];
  const missing = { ...one, key: "missing" };
  if (!one.value.startsWith("/")) return [missing];
  const files = includes.open(one.value, inside);
  return files === null ? [missing] : files.flatMap((file) => attributesOf(file, includes, inside));
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}

function* wordsOf(text: string): Generator<{ word: string; isQuoted: boolean; line: number }> {
  for (const [index, row] of text.split("\n").entries())
    for (const [whole, double, single] of row.matchAll(WORD)) {
      const quoted = double ?? single;
      if (quoted !== undefined || !whole.startsWith("#"))
        yield { word: quoted ?? whole, isQuoted: quoted !== undefined, line: index + 1 };
    }
}
