import { own } from "../../base/own.ts";
import {
  asList,
  asObject,
  expressionText,
  type JsonObject,
  quoted,
  STATEFUL,
  unknownItem,
  word,
} from "./expression.ts";
import type { Json } from "./readJson.ts";

/** The text of a statement, as `nft list ruleset` would print it. */
export function statementText(value: Json): string {
  /* What nft cannot tell in JSON it prints as text. */
  if (typeof value === "string") return value;
  const [entry] = Object.entries(asObject(value) ?? {});
  if (entry === undefined) throw unknownItem("statement", value);
  const [kind, inner] = entry;
  const print = own(STATEFUL, kind) ?? own(STATEMENTS, kind);
  if (print === undefined) throw unknownItem("statement", value);
  return print(inner);
}

function object(value: Json): JsonObject {
  const found = asObject(value);
  if (found === null) throw unknownItem("statement", value);
  return found;
}

const VERDICT = (kind: string) => (value: Json) => expressionText({ [kind]: value });

const STATEMENTS: Readonly<Record<string, (value: Json) => string>> = {
  match: (value) => {
    const { op = "==", left = null, right = null } = object(value);
    /* `in` is the comparison without an operator: any of the flags named. */
    const operator = op === "in" ? " " : ` ${String(op)} `;
    return `${expressionText(left)}${operator}${expressionText(right)}`;
  },
  accept: VERDICT("accept"),
  drop: VERDICT("drop"),
  continue: VERDICT("continue"),
  return: VERDICT("return"),
  jump: VERDICT("jump"),
  goto: VERDICT("goto"),
  vmap: (value) => {
    const { key = null, data = null } = object(value);
    return `${expressionText(key)} vmap ${expressionText(data)}`;
  },
  mangle: (value) => {
    const { key = null, value: written = null } = object(value);
    return `${expressionText(key)} set ${expressionText(written)}`;
  },
  dnat: (value) => natText("dnat", value),
  snat: (value) => natText("snat", value),
  masquerade: (value) => natText("masquerade", value),
  redirect: (value) => natText("redirect", value),
  reject: (value) => {
    const { type, expr } = asObject(value) ?? {};
    if (type === undefined) return "reject";
    return expr === undefined ? `reject with ${type}` : `reject with ${type} ${word(expr)}`;
  },
  log: (value) => {
    const { prefix, group, level } = asObject(value) ?? {};
    const parts = ["log"];
    if (prefix !== undefined) parts.push(`prefix ${quoted(String(prefix))}`);
    if (group !== undefined) parts.push(`group ${word(group)}`);
    if (level !== undefined) parts.push(`level ${word(level)}`);
    return parts.join(" ");
  },
  notrack: () => "notrack",
  set: (value) => dynamicText(object(value)),
  map: (value) => dynamicText(object(value)),
  meter: (value) => {
    const { name, key = null, size, stmt = null } = object(value);
    const most = size === undefined ? "" : ` size ${word(size)}`;
    return `meter ${word(name)}${most} { ${expressionText(key)} ${statementText(stmt)} }`;
  },
  "ct helper": (value) => ctObjectText("helper", value),
  "ct timeout": (value) => ctObjectText("timeout", value),
  "ct expectation": (value) => ctObjectText("expectation", value),
  queue: (value) => {
    const { num, flags } = asObject(value) ?? {};
    const number = num === undefined ? "" : ` to ${expressionText(num)}`;
    const options = asList(flags).map(word).join(",");
    return `queue${options === "" ? "" : ` flags ${options}`}${number}`;
  },
  tproxy: (value) => {
    const { family, addr, port } = object(value);
    const target = `${addr === undefined ? "" : addressText(addr)}${port === undefined ? "" : `:${word(port)}`}`;
    return `tproxy ${family === undefined ? "" : `${word(family)} `}to ${target}`;
  },
  synproxy: (value) => (typeof value === "string" ? `synproxy name ${quoted(value)}` : "synproxy"),
  dup: (value) => `dup to ${expressionText(object(value).addr ?? null)}`,
  fwd: (value) => `fwd to ${expressionText(object(value).addr ?? object(value).dev ?? null)}`,
  flow: (value) => `flow add ${word(object(value).flowtable)}`,
  reset: (value) => {
    /* An option without a name comes as no bits of it (nft 1.0.6). */
    const base = asObject(asObject(value)?.["tcp option"])?.base;
    return `reset ${base === undefined ? expressionText(value) : `tcp option ${word(base)}`}`;
  },
  xt: (value) => {
    const { type, name } = asObject(value) ?? {};
    return `xt ${type === undefined ? "match" : word(type)} ${quoted(String(name ?? "unknown"))}`;
  },
};

function ctObjectText(kind: string, value: Json): string {
  const text = typeof value === "string" ? quoted(value) : expressionText(value);
  return `ct ${kind} set ${text}`;
}

function addressText(value: Json): string {
  return typeof value === "string" && value.includes(":") ? `[${value}]` : expressionText(value);
}

/** `dnat ip to 10.0.0.1:80 random`. */
function natText(kind: string, value: Json): string {
  const { family, addr, port, flags, type_flags: typeFlags } = asObject(value) ?? {};
  const parts = [kind];
  if (family !== undefined) parts.push(word(family));
  if (asList(typeFlags).includes("prefix") || asList(flags).includes("netmap"))
    parts.push("prefix");
  if (addr !== undefined || port !== undefined) {
    const portText = port === undefined ? "" : `:${expressionText(port)}`;
    const isMap = asObject(addr)?.map !== undefined;
    const address = addr === undefined ? "" : rangeOfAddresses(addr, port !== undefined);
    parts.push(
      "to",
      isMap && port !== undefined ? `${address} ${portText}` : `${address}${portText}`,
    );
  }
  const options = asList(flags).filter((flag) => flag !== "netmap");
  if (options.length > 0) parts.push(options.map(word).join(","));
  return parts.join(" ");
}

function rangeOfAddresses(value: Json, withPort: boolean): string {
  const ends = asObject(value)?.range;
  if (ends !== undefined && withPort) return asList(ends).map(addressText).join("-");
  return withPort ? addressText(value) : expressionText(value);
}

/** `add @s { ip saddr timeout 1m limit rate 5/second : data }`. */
function dynamicText(of: JsonObject): string {
  const { op = "add", elem = null, data, set, map, stmt } = of;
  const statements = asList(stmt).map(statementText);
  const value = data === undefined ? [] : [`: ${expressionText(data)}`];
  const inner = [expressionText(elem), ...statements, ...value].join(" ");
  return `${word(op)} ${word(set ?? map)} { ${inner} }`;
}
