import { own } from "../../base/own.ts";
import type { Json } from "./readJson.ts";

/** What is no expression or statement of nft. */
export class UnknownItem extends Error {}

export function unknownItem(what: string, value: Json): UnknownItem {
  const text = JSON.stringify(value) ?? "";
  return new UnknownItem(
    `unknown ${what} \`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``,
  );
}

export type JsonObject = { readonly [key: string]: Json };

export function asObject(value: Json | undefined): JsonObject | null {
  if (value === undefined || value === null || typeof value !== "object") return null;
  return Array.isArray(value) ? null : (value as JsonObject);
}

export function asList(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A name or number as it stands in text; what would end a word is put in quotes. */
export function word(value: Json | undefined): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") throw unknownItem("name", value ?? null);
  if (/^[\w@*.:/+-]+$/.test(value) && !value.startsWith("$")) return value;
  return quoted(value);
}

export function quoted(text: string): string {
  return `"${text.replace(/["\n\r]/g, "'")}"`;
}

const OPERATORS: readonly string[] = ["|", "&", "^", "<<", ">>"];

/** The text of an expression, as `nft list ruleset` would print it. */
export function expressionText(value: Json): string {
  if (typeof value === "string" || typeof value === "number") return word(value);
  if (typeof value === "boolean") return value ? "exists" : "missing";
  if (Array.isArray(value)) return value.map(expressionText).join(",");
  const object = asObject(value);
  const [entry] = Object.entries(object ?? {});
  if (entry === undefined) throw unknownItem("expression", value);
  const [kind, inner] = entry;
  if (OPERATORS.includes(kind))
    return asList(inner)
      .map((part) => operand(part, kind))
      .join(` ${kind} `);
  const print = own(EXPRESSIONS, kind);
  if (print === undefined) throw unknownItem("expression", value);
  return print(inner);
}

function operand(value: Json, around: string): string {
  const [kind] = Object.keys(asObject(value) ?? {});
  const text = expressionText(value);
  if (Array.isArray(value)) return `(${text.replaceAll(",", " | ")})`;
  return kind !== undefined && kind !== around && OPERATORS.includes(kind) ? `(${text})` : text;
}

const words = (...parts: readonly (Json | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined && part !== null)
    .map((part) => (typeof part === "string" ? part : word(part)))
    .join(" ");

const EXPRESSIONS: Readonly<Record<string, (value: Json) => string>> = {
  payload: (value) => {
    const { protocol, field, base, offset, len } = object(value);
    return base === undefined ? words(protocol, field) : `@${base},${offset},${len}`;
  },
  meta: (value) => `meta ${word(object(value).key)}`,
  ct: (value) => {
    const { dir, family, key } = object(value);
    return words("ct", dir, family, key);
  },
  exthdr: (value) => {
    const { name, field } = object(value);
    return field === undefined ? words("exthdr", name) : words(name, field);
  },
  "tcp option": (value) => {
    const { name, field, base, offset, len } = object(value);
    if (base !== undefined) return `tcp option @${base},${offset},${len}`;
    return words("tcp option", name, field);
  },
  "ip option": (value) => words("ip option", object(value).name, object(value).field),
  "sctp chunk": (value) => words("sctp chunk", object(value).name, object(value).field),
  "dccp option": (value) => words("dccp option", object(value).type),
  rt: (value) => words("rt", object(value).family, object(value).key),
  fib: (value) => {
    const { result, flags } = object(value);
    return `fib ${asList(flags).map(word).join(" . ")} ${word(result)}`;
  },
  socket: (value) => {
    const { key, level } = object(value);
    return level === undefined ? words("socket", key) : words("socket", key, "level", level);
  },
  osf: (value) => {
    const { key, ttl } = object(value);
    return ttl === undefined ? words("osf", key) : words("osf ttl", ttl, key);
  },
  ipsec: (value) => {
    const { key, family, dir, spnum } = object(value);
    const number = spnum === undefined || spnum === 0 ? [] : ["spnum", spnum];
    return words("ipsec", dir, ...number, family, key);
  },
  numgen: (value) => {
    const { mode, mod, offset } = object(value);
    return words("numgen", mode, "mod", mod, ...optional("offset", offset));
  },
  jhash: (value) => {
    const { expr, mod, seed, offset } = object(value);
    const rest = [...optional("seed", seed), ...optional("offset", offset)];
    return words("jhash", expressionText(expr ?? null), "mod", mod, ...rest);
  },
  symhash: (value) => {
    const { mod, offset } = object(value);
    return words("symhash mod", mod, ...optional("offset", offset));
  },
  concat: (value) => asList(value).map(expressionText).join(" . "),
  range: (value) => asList(value).map(expressionText).join("-"),
  prefix: (value) => `${expressionText(object(value).addr ?? null)}/${word(object(value).len)}`,
  set: (value) => `{ ${asList(value).map(elementText).join(", ")} }`,
  map: (value) => {
    const { key, data } = object(value);
    return `${expressionText(key ?? null)} map ${expressionText(data ?? null)}`;
  },
  elem: (value) => elementText({ elem: value }),
  accept: () => "accept",
  drop: () => "drop",
  continue: () => "continue",
  return: () => "return",
  jump: (value) => `jump ${word(object(value).target)}`,
  goto: (value) => `goto ${word(object(value).target)}`,
};

function object(value: Json): JsonObject {
  const found = asObject(value);
  if (found === null) throw unknownItem("expression", value);
  return found;
}

function optional(name: string, value: Json | undefined): readonly (Json | undefined)[] {
  return value === undefined || value === 0 ? [] : [name, value];
}

/** A member of a set, with its data in a map: `[key, data]`. */
export function elementText(value: Json): string {
  if (Array.isArray(value)) {
    const [key = null, data = null] = value as readonly Json[];
    return `${elementText(key)} : ${expressionText(data)}`;
  }
  const elem = asObject(asObject(value)?.elem);
  if (elem === null) return expressionText(value);
  const options = ["timeout", "expires"].flatMap((name) => {
    const time = elem[name];
    return time === undefined ? [] : [`${name} ${word(time)}s`];
  });
  const comment = elem.comment === undefined ? [] : [`comment ${quoted(String(elem.comment))}`];
  return [expressionText(elem.val ?? null), ...options, ...statefulTexts(elem), ...comment].join(
    " ",
  );
}

/** What elements count or limit: `counter`, `limit`, `quota`, `ct count`. */
export function statefulTexts(of: JsonObject): readonly string[] {
  return Object.entries(of).flatMap(([kind, value]) => {
    const print = own(STATEFUL, kind);
    return print === undefined ? [] : [print(value)];
  });
}

/** Statements that keep a state; they stand in rules and in elements. */
export const STATEFUL: Readonly<Record<string, (value: Json) => string>> = {
  counter: (value) => {
    const counter = asObject(value);
    if (value === null || counter?.packets !== undefined) return "counter";
    return `counter name ${reference(value)}`;
  },
  limit: (value) => {
    const limit = asObject(value);
    return limit?.rate === undefined
      ? `limit name ${reference(value)}`
      : `limit ${rateText(limit)}`;
  },
  quota: (value) => {
    const quota = asObject(value);
    return quota?.val === undefined
      ? `quota name ${reference(value)}`
      : `quota ${quotaText(quota)}`;
  },
  "ct count": (value) => {
    const { val, inv } = object(value);
    return words("ct count", inv === true ? "over" : undefined, val);
  },
  last: () => "last",
};

function reference(value: Json): string {
  return typeof value === "string" ? quoted(value) : expressionText(value);
}

export function rateText(limit: JsonObject): string {
  const { rate, per = "second", rate_unit: unit, burst, burst_unit: burstUnit, inv } = limit;
  const isBytes = unit !== undefined && unit !== "packets";
  const amount = isBytes
    ? `${word(rate)} ${word(unit)}/${word(per)}`
    : `${word(rate)}/${word(per)}`;
  const size = burstUnit === undefined ? "packets" : word(burstUnit);
  const isStated = burst !== undefined && !(isBytes && burst === 0);
  const tail = isStated ? ` burst ${word(burst)} ${isBytes ? size : "packets"}` : "";
  return `rate ${inv === true ? "over " : ""}${amount}${tail}`;
}

export function quotaText(quota: JsonObject): string {
  const { val, val_unit: unit = "bytes", used, used_unit: usedUnit = "bytes", inv } = quota;
  const bytes = quota.bytes ?? val;
  const spent = used === undefined || used === 0 ? "" : ` used ${word(used)} ${word(usedUnit)}`;
  return `${inv === true ? "over " : ""}${word(bytes)} ${word(unit)}${spent}`;
}
