import fc from "fast-check";
import type { ApiOperation } from "./document.ts";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
export const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  "",
  "NaN",
  "Infinity",
  "\0",
  "a\0b",
  "\ud800",
  "\udfff tail",
  "<script>alert(1)</script>",
  "'; drop table auth_token; --",
  "../../etc/passwd",
  "\u202e\u0000\ufffe",
  "x".repeat(100_000),
  "0".repeat(64),
  [],
  [[]],
  {},
  { length: -1 },
  JSON.parse('{"__proto__":{"a":1},"constructor":{}}'),
  JSON.parse(nested(2_000)),
];
export const RAW: readonly string[] = [
  "",
  " ",
  "{",
  "nothing",
  "NaN",
  '{"a":1,}',
  '{"files":1e999}',
  '{"id":1}{"id":2}',
  "\ufeff{}",
  "\0",
  nested(100_000),
  `{"a":`.repeat(50_000),
  "null",
  '"text"',
  "[]",
];
const PATH_PARTS: readonly string[] = [
  "0",
  "-1",
  "1",
  "2147483647",
  "2147483648",
  "99999999999999999999",
  "1e3",
  "0x1",
  "1.5",
  "NaN",
  "%00",
  "a%00b",
  "%ff",
  "%",
  "%2e%2e%2f%2e%2e",
  "..%2f..%2fetc",
  "%F0%9F%92%A5",
  "%ED%A0%80",
  "<b>",
  "a b",
  "'",
  "fw",
  "x".repeat(5_000),
];
/** Headers that somebody may read, and what a client lets through of what nobody should. */
const HEADERS = fc.dictionary(
  fc.constantFrom(
    "accept",
    "accept-encoding",
    "accept-language",
    "cookie",
    "if-none-match",
    "last-event-id",
    "origin",
    "range",
    "x-forwarded-for",
    "x-http-method-override",
  ),
  fc.oneof(
    fc.constantFrom(
      "",
      "*/*;q=9",
      "bytes=0-0,-1",
      "DELETE",
      "\u00ff\u00fe",
      "%00",
      "a=b; __proto__=c",
    ),
    fc.constantFrom("x".repeat(2_000), "{}", "-1", "99999999999999999999"),
  ),
  { maxKeys: 2 },
);
const TYPES: readonly string[] = [
  "text/plain",
  "application/xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "application/jsonx",
  "",
];

/** One call: what is sent where. */
export interface Attempt {
  readonly path: string;
  readonly raw: string | null;
  readonly type: string;
  /** Others. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A value with one place of it made hostile. */
export function spoiled(value: unknown): fc.Arbitrary<unknown> {
  const anything = fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue({ depthSize: "medium" }));
  if (typeof value !== "object" || value === null) return anything;
  const entries = Object.entries(value);
  const within = entries.map(([key, member]) =>
    spoiled(member).map((one) => replaced(value, key, one)),
  );
  const missing = entries.map(([key]) => fc.constant(without(value, key)));
  const more = fc
    .tuple(fc.constantFrom("more", "__proto__", "constructor", "\0", "kind"), anything)
    .map(([key, one]) => replaced(value, key, one));
  return fc.oneof(anything, fc.constant(value), more, ...within, ...missing);
}

function replaced(value: object, key: string, one: unknown): unknown {
  const copy: object = Array.isArray(value) ? [...value] : { ...value };
  Object.defineProperty(copy, key, { value: one, enumerable: true, configurable: true });
  return copy;
}

function without(value: object, key: string): unknown {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** Names, numbers and hashes that are there, by the name of the part of a path. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** Calls of one route, most of them with something of what is there where `known` names it. */
export function attempts(
  { path, parameters, body }: ApiOperation,
  sample: unknown,
  known: Known = {},
): fc.Arbitrary<Attempt> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const part = fc.oneof(
    fc.constantFrom(...PATH_PARTS),
    fc.string({ unit: "binary" }).map((text) => encodeURIComponent(Buffer.from(text).toString())),
  );
  const partOf = (name: string) => {
    const there = known[name] ?? [];
    return there.length === 0
      ? part
      : fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom(...there) },
          { weight: 1, arbitrary: part },
        );
  };
  const paths = fc
    .tuple(...names.map(partOf))
    .map((parts) =>
      names.reduce((text, name, i) => text.replace(`{${name}}`, parts[i] ?? ""), path),
    );
  const asked = parameters.filter((one) => one.in === "query").map(({ name }) => name);
  const query = fc.dictionary(fc.constantFrom(...asked, "more", "__proto__"), part, { maxKeys: 3 });
  const queries = query.map((all) =>
    Object.entries(all)
      .map(([key, value]) => `${key}=${value}`)
      .join("&"),
  );
  const raws = fc.oneof(
    { weight: 4, arbitrary: spoiled(sample).map((value) => JSON.stringify(value) ?? "") },
    { weight: 1, arbitrary: fc.constantFrom(...RAW) },
  );
  const types = fc.oneof(
    { weight: 8, arbitrary: fc.constant("application/json") },
    { weight: 1, arbitrary: fc.constantFrom(...TYPES) },
  );
  return fc.record({
    path: fc.tuple(paths, queries).map(([one, text]) => (text === "" ? one : `${one}?${text}`)),
    raw: body === null ? fc.constant(null) : raws,
    type: types,
    headers: HEADERS,
  });
}
