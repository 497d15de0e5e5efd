import type { TableFamily } from "../device/device.ts";
import type { ObjectKind, RejectWith, Statement } from "../device/statement.ts";
import { selectorRow } from "../packet/selectors/index.ts";
import { mapText, verdictText } from "./elements.ts";
import { expressionText, formsOf } from "./expression.ts";
import { matchText } from "./match.ts";
import { nameOf } from "./names.ts";
import { natText } from "./nat.ts";
import type { Page } from "./options.ts";
import { counterText, statefulText } from "./stateful.ts";
import { durationText, type Form, valueText } from "./value.ts";

/** The family of the table, and how the sets of it are written by name. */
export interface Place {
  readonly family: TableFamily;
  /** How the data of a map of the table is written; empty where it is not known. */
  dataForms(set: string): readonly Form[];
  /** Elements that a meter may hold; null: it is a set of the table. */
  meterSize(set: string): number | null;
}

/** One statement as nft lists it; empty: nft lists nothing for it. */
export function statementText(statement: Statement, place: Place, page: Page): string {
  switch (statement.kind) {
    case "match":
      return matchText(statement, page);
    case "verdict":
      return verdictText(statement.verdict, page);
    case "verdictMap": {
      const forms = formsOf(statement.key);
      return `${expressionText(statement.key, page)} vmap ${mapText(statement.map, forms, [], page)}`;
    }
    case "reject":
      return `reject${rejectText(statement.with, place.family)}`;
    case "write":
      return writeText(statement, page);
    case "nat":
      return natText(statement, place.family, page);
    case "notrack":
      return "notrack";
    case "ctObject":
      return `ct ${statement.what} set "${statement.name}"`;
    case "limit":
    case "quota":
    case "connectionCount":
      return statefulText(statement, page);
    case "dynamicSet":
      return dynamicSetText(statement, place, page);
    case "objectReference":
      return referenceText(statement, page);
    case "harmless":
      return harmlessText(statement, page);
    case "tproxy":
      return tproxyText(statement, place.family, page);
    case "flowOffload":
      return `flow add @${statement.flowtable}`;
    case "duplicate":
    case "forwardTo":
    case "synproxy":
    case "noEffect":
      return statement.text;
    default:
      return page.cannot(`\`${"text" in statement ? statement.text : statement.kind}\``);
  }
}

const DEFAULT_REJECT = { ip: 3, ip6: 4, both: 1 } as const;
const REJECT_WORDS = {
  ip: ["icmp", "icmp_code"],
  ip6: ["icmpv6", "icmpv6_code"],
  both: ["icmpx", "icmpx_code"],
} as const;

/** Of a table of one family a reject as usual says nothing; where there are several, all but icmpx does. */
function rejectText(how: RejectWith, family: TableFamily): string {
  if (how.kind === "tcpReset") return " with tcp reset";
  const [word, names] = REJECT_WORDS[how.family];
  const isUsual = how.code === DEFAULT_REJECT[how.family];
  if (isUsual && (how.family === "both" || family === "ip" || family === "ip6")) return "";
  return ` with ${word} ${nameOf(names, BigInt(how.code)) ?? how.code}`;
}

function writeText({ target, value }: Extract<Statement, { kind: "write" }>, page: Page): string {
  const { type, width, source } = selectorRow(target);
  if (source.kind === "tcpOption" && source.offset === null) return `reset ${target}`;
  return `${target} set ${expressionText(value, page, [{ type, width }])}`;
}

function dynamicSetText(
  { operation, set, key, data, timeoutMs, statements }: Extract<Statement, { kind: "dynamicSet" }>,
  place: Place,
  page: Page,
): string {
  const timeout = timeoutMs === null ? "" : ` timeout ${durationText(timeoutMs)}`;
  const counted = statements.map((statement) => ` ${statefulText(statement, page)}`).join("");
  const held =
    data === null ? "" : ` : ${expressionText(data, page, dataFormsOf(data, set, place))}`;
  const size = place.meterSize(set);
  const words = size === null ? `${operation} @${set}` : `meter ${set} size ${size}`;
  return `${words} { ${expressionText(key, page)}${timeout}${counted}${held} }`;
}

function dataFormsOf(
  data: Parameters<typeof formsOf>[0],
  set: string,
  place: Place,
): readonly Form[] {
  const known = place.dataForms(set);
  return data.kind === "constant" && known.length > 0 ? known : formsOf(data);
}

const REFERENCE_WORDS: Readonly<Record<ObjectKind, string>> = {
  counter: "counter name",
  quota: "quota name",
  limit: "limit name",
  ctHelper: "ct helper set",
  ctTimeout: "ct timeout set",
  ctExpectation: "ct expectation set",
  secmark: "meta secmark set",
  synproxy: "synproxy name",
};

function referenceText(
  { object, name, lookup }: Extract<Statement, { kind: "objectReference" }>,
  page: Page,
): string {
  const words = REFERENCE_WORDS[object];
  if (lookup === null) return `${words} "${name ?? ""}"`;
  const map = mapText(lookup.map, formsOf(lookup.key), [], page);
  return `${words} ${expressionText(lookup.key, page)} map ${map}`;
}

function harmlessText(statement: Extract<Statement, { kind: "harmless" }>, page: Page): string {
  switch (statement.what) {
    case "counter":
      return counterText(statement, page);
    case "log":
      return statement.text;
    /* It stands at the end of the rule. */
    case "comment":
      return "";
    case "nftrace":
      return statement.text.includes("set") ? statement.text : `${statement.text} set 1`;
    case "account":
      return page.cannot(`\`${statement.text}\``);
  }
}

function tproxyText(
  { family, address, port }: Extract<Statement, { kind: "tproxy" }>,
  table: TableFamily,
  page: Page,
): string {
  const stated = family !== null && table === "inet" ? ` ${family}` : "";
  const form: Form =
    family === "ip6" ? { type: "ipv6_addr", width: 128 } : { type: "ipv4_addr", width: 32 };
  const host = address?.kind === "constant" ? valueText(address.value, form) : "";
  const whole = family === "ip6" && host !== "" && port !== null ? `[${host}]` : host;
  const service =
    port === null ? "" : `:${expressionText(port, page, [{ type: "inet_service", width: 16 }])}`;
  return `tproxy${stated} to ${whole}${service}`;
}
