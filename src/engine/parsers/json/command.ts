import {
  asList,
  asObject,
  elementText,
  expressionText,
  type JsonObject,
  quotaText,
  quoted,
  rateText,
  unknownItem,
  word,
} from "./expression.ts";
import type { Json } from "./readJson.ts";
import { statementText } from "./statement.ts";

const VERBS: readonly string[] = [
  "add",
  "create",
  "insert",
  "replace",
  "delete",
  "destroy",
  "flush",
  "rename",
];

/** Whether an item of the list does something, where those of a listing only show. */
export function isCommand(item: Json): boolean {
  return Object.keys(asObject(item) ?? {}).some((kind) => VERBS.includes(kind));
}

/** One item of the list as a command of nft; null where it says nothing about the ruleset. */
export function commandText(item: Json): string | null {
  const [entry] = Object.entries(asObject(item) ?? {});
  if (entry === undefined) throw unknownItem("item", item);
  const [kind, inner] = entry;
  if (kind === "metainfo") return null;
  if (!VERBS.includes(kind)) return `add ${objectText(kind, inner, "add")}`;
  const [what] = Object.entries(asObject(inner) ?? {});
  if (what === undefined) throw unknownItem("item", item);
  const [name, body] = what;
  if (kind === "rename") return `rename chain ${path(object(body))} ${word(object(body).newname)}`;
  return `${kind} ${objectText(name, body, kind)}`;
}

function object(value: Json): JsonObject {
  const found = asObject(value);
  if (found === null) throw unknownItem("item", value);
  return found;
}

/** `inet table name`. */
function path({ family = "ip", table, name }: JsonObject): string {
  return [family, table, name]
    .filter((part) => part !== undefined)
    .map(word)
    .join(" ");
}

function objectText(kind: string, value: Json, verb: string): string {
  if (kind === "ruleset") return "ruleset";
  const body = object(value);
  const isNew = verb === "add" || verb === "create";
  switch (kind) {
    case "table": {
      /* nft 1.0.6 prints the table's own name where it means `dormant` (measured). */
      const flags = asList(body.flags).map((flag) => (flag === body.name ? "dormant" : word(flag)));
      const block = isNew && flags.length > 0 ? ` { flags ${flags.join(",")}; }` : "";
      return `table ${word(body.family ?? "ip")} ${word(body.name)}${block}`;
    }
    case "chain":
      return `chain ${path(body)}${isNew ? chainBlock(body) : ""}`;
    case "rule":
      return ruleText(body, verb);
    case "set":
    case "map":
      return `${kind} ${path(body)}${isNew ? setBlock(body) : ""}`;
    case "element":
      return `element ${path(body)} { ${asList(body.elem).map(elementText).join(", ")} }`;
    case "flowtable":
      return `flowtable ${path(body)}${isNew ? flowtableBlock(body) : ""}`;
    default:
      return namedObject(kind, body, isNew);
  }
}

function chainBlock({ type, hook, prio = 0, policy, dev }: JsonObject): string {
  if (type === undefined || hook === undefined) return "";
  const names = asList(dev).map((name) => quoted(String(name)));
  const [only = ""] = names;
  const devices =
    names.length === 0
      ? ""
      : names.length === 1
        ? ` device ${only}`
        : ` devices = { ${names.join(", ")} }`;
  const rest = policy === undefined ? "" : ` policy ${word(policy)};`;
  return ` { type ${word(type)} hook ${word(hook)}${devices} priority ${word(prio)};${rest} }`;
}

function ruleText(body: JsonObject, verb: string): string {
  const { family = "ip", table, chain, handle, index, expr, comment } = body;
  const place = [word(family), word(table), word(chain)];
  const isListed = verb === "add" && index === undefined;
  if (index !== undefined) place.push(`index ${word(index)}`);
  else if (handle !== undefined && !isListed) place.push(`handle ${word(handle)}`);
  const statements = asList(expr).map(statementText);
  const note = comment === undefined ? [] : [`comment ${quoted(String(comment))}`];
  return `rule ${[...place, ...statements, ...note].join(" ")}`;
}

function typeText(value: Json | undefined): string {
  const inner = asObject(value)?.typeof;
  if (inner !== undefined) return expressionText(inner);
  /* nft 1.0.6 prints the parts of data as one string. */
  return asList(value)
    .map((part) => String(part))
    .join(" . ");
}

function setBlock(body: JsonObject): string {
  const { type, map, flags, timeout, size, elem, stmt } = body;
  const isTypeof = asObject(type)?.typeof !== undefined;
  const data = map === undefined ? "" : ` : ${typeText(map)}`;
  const parts = [`${isTypeof ? "typeof" : "type"} ${typeText(type)}${data}`];
  if (flags !== undefined) parts.push(`flags ${asList(flags).map(word).join(",")}`);
  if (timeout !== undefined) parts.push(`timeout ${word(timeout)}s`);
  if (size !== undefined) parts.push(`size ${word(size)}`);
  if (body["auto-merge"] === true) parts.push("auto-merge");
  for (const statement of asList(stmt)) parts.push(statementText(statement));
  const members = asList(elem).map(elementText);
  if (members.length > 0) parts.push(`elements = { ${members.join(", ")} }`);
  return ` { ${parts.map((part) => `${part};`).join(" ")} }`;
}

function flowtableBlock({ hook = "ingress", prio = 0, dev }: JsonObject): string {
  const devices = asList(dev).map((name) => quoted(String(name)));
  return ` { hook ${word(hook)} priority ${word(prio)}; devices = { ${devices.join(", ")} }; }`;
}

/** `counter`, `quota`, `limit`, `ct helper` and their like. */
function namedObject(kind: string, body: JsonObject, isNew: boolean): string {
  const place = path(body);
  switch (kind) {
    case "counter":
    case "secmark":
    case "synproxy":
      return `${kind} ${place}${isNew ? " { }" : ""}`;
    case "quota":
      return `quota ${place}${isNew ? ` { ${quotaText(body)} }` : ""}`;
    case "limit":
      return `limit ${place}${isNew ? ` { ${rateText(body)} }` : ""}`;
    case "ct helper":
    case "ct timeout":
    case "ct expectation": {
      const type = body.type === undefined ? "" : `type ${quoted(String(body.type))} `;
      return `${kind} ${place}${isNew ? ` { ${type}protocol ${word(body.protocol ?? "tcp")}; }` : ""}`;
    }
    default:
      throw unknownItem("item", { [kind]: body });
  }
}
