import type { Range } from "../base/range.ts";
import { normalizeRanges } from "../base/range.ts";
import type { Table } from "../device/device.ts";
import type { NamedSet, SetElement } from "../device/set.ts";
import type { ValueType } from "../packet/selectors/index.ts";
import { elementText, inOrder } from "./elements.ts";
import type { Page } from "./options.ts";
import { dataFormsOf } from "./rule.ts";
import { statefulText } from "./stateful.ts";
import { durationText, type Form } from "./value.ts";

/** A named set or map as a block of its table. */
export function setLines(table: Table, set: NamedSet, page: Page): readonly string[] {
  const { handles, terse } = page.options;
  const handle = handles === null ? "" : ` # handle ${handles.item(table, "set", set.name)}`;
  const elements = terse || set.elements.length === 0 ? [] : [elementsText(set, page)];
  return [
    `\t${set.kind === "set" ? "set" : "map"} ${set.name} {${handle}`,
    ...definition(set, page).map((line) => `\t\t${line}`),
    ...elements.map((text) => `\t\telements = ${text}`),
    "\t}",
  ];
}

function definition(set: NamedSet, page: Page): readonly string[] {
  const flags = flagsOf(set);
  return [
    typeText(set, page),
    ...(set.isSmall === true ? ["policy memory"] : []),
    ...(set.size === null || set.constant === true ? [] : [`size ${set.size}`]),
    ...(flags === "" ? [] : [`flags ${flags}`]),
    ...(set.autoMerge === true ? ["auto-merge"] : []),
    ...(set.defaultTimeoutMs === null ? [] : [`timeout ${durationText(set.defaultTimeoutMs)}`]),
    ...(set.clearedEveryMs === undefined
      ? []
      : [`gc-interval ${durationText(set.clearedEveryMs)}`]),
    ...set.elementStatements.map((statement) => statefulText(statement, page)),
    ...(set.comment === undefined ? [] : [`comment "${set.comment}"`]),
  ];
}

function typeText(set: NamedSet, page: Page): string {
  if (set.typeof !== undefined) return `typeof ${set.typeof}`;
  if (set.keyTypes.length === 0 || set.ipset !== null)
    return page.cannot(`the type of \`${set.name}\``);
  const key = set.keyTypes.join(" . ");
  if (set.dataType === null) return `type ${key}`;
  const isWide = set.elements.some(
    ({ data }) => data?.kind === "value" && data.parts.some(({ from, to }) => from !== to),
  );
  return `type ${key} : ${isWide ? "interval " : ""}${set.dataType}`;
}

/** A timeout of its own says already that elements have times. */
function flagsOf(set: NamedSet): string {
  const named = [
    set.constant === true ? "constant" : "",
    set.dynamic ? "dynamic" : "",
    set.interval ? "interval" : "",
    set.timeout === true ? "timeout" : "",
  ].filter((flag) => flag !== "");
  const isTimeAlone = named.length === 1 && named[0] === "timeout";
  return isTimeAlone && set.defaultTimeoutMs !== null ? "" : named.join(",");
}

export function keyForms({ keyTypes, keyWidths }: NamedSet): readonly Form[] {
  return keyTypes.map((type, i) => ({ type: type as ValueType, width: keyWidths[i] ?? 32 }));
}

/** nft breaks lines so that columns stand below each other. */
const LINE_BREAK = ",\n\t\t\t     ";
/** Elements in a line, by the type of the key; others stand in a line each. */
const ADDRESSES_IN_LINE = 2;
const OTHERS_IN_LINE = 5;

function elementsText(set: NamedSet, page: Page): string {
  const forms = keyForms(set);
  const data = dataFormsOf(set);
  const texts = listed(set, forms).map((element) => {
    const counted = element.statements.length > 0 ? element.statements : set.elementStatements;
    return elementText({ ...element, statements: counted }, forms, data, page);
  });
  const inLine = elementsInLine(set);
  const lines: string[] = [];
  for (let at = 0; at < texts.length; at += inLine)
    lines.push(texts.slice(at, at + inLine).join(", "));
  return `{ ${lines.join(LINE_BREAK)} }`;
}

/** Types whose elements nft puts into a line of their own. */
const LONE_TYPES: ReadonlySet<string> = new Set(["ipv6_addr", "ifname", "string", "ether_addr"]);

function elementsInLine({ keyTypes }: NamedSet): number {
  const [type = ""] = keyTypes;
  if (keyTypes.length !== 1 || LONE_TYPES.has(type)) return 1;
  return type === "ipv4_addr" ? ADDRESSES_IN_LINE : OTHERS_IN_LINE;
}

/** Elements as the kernel holds them: in order, and with auto-merge those that meet as one. */
function listed(set: NamedSet, forms: readonly Form[]): readonly SetElement[] {
  const [form] = forms;
  if (forms.length !== 1 || form === undefined || set.autoMerge !== true)
    return inOrder(set.elements, forms, set.interval);
  const merged = normalizeRanges(set.elements.flatMap(({ key }) => key));
  return merged.map((range) => heldAs(set, range));
}

function heldAs({ elements }: NamedSet, range: Range): SetElement {
  const same = elements.find(({ key: [own] }) => own?.from === range.from && own.to === range.to);
  const [first] = elements;
  if (same !== undefined) return same;
  if (first === undefined) throw new Error("a set without elements has no intervals");
  return { ...first, key: [range], statements: [] };
}
