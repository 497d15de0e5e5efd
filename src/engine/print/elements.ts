import { normalizeRanges, type Range } from "../base/range.ts";
import type { SetReference } from "../device/expression.ts";
import type { ElementData, SetElement } from "../device/set.ts";
import type { Verdict } from "../device/statement.ts";
import type { Page } from "./options.ts";
import { statefulText } from "./stateful.ts";
import { durationText, type Form, isFlags, rangeText } from "./value.ts";

/** `@name`, or a set that is written in place. */
export function setText(set: SetReference, forms: readonly Form[], page: Page): string {
  if (set.kind === "ipset") return page.cannot(`the ipset \`${set.name}\``);
  if (set.kind === "named") return `@${set.name}`;
  return `{ ${memberTexts(set.elements, forms, page).join(", ")} }`;
}

/** nft makes one interval of those that meet in a set in place, and asks for a lone member without braces. */
export function memberTexts(
  elements: readonly SetElement[],
  forms: readonly Form[],
  page: Page,
): readonly string[] {
  const [form] = forms;
  const isWide = elements.some(({ key }) => key.some(({ from, to }) => from !== to));
  if (
    forms.length !== 1 ||
    form === undefined ||
    !isWide ||
    elements.some(({ catchAll }) => catchAll)
  )
    return inOrder(elements, forms, isWide).map((element) => elementText(element, forms, [], page));
  return normalizeRanges(elements.flatMap(({ key }) => key)).map((range) => rangeText(range, form));
}

/** A map in place, or by name; `data`: how what it holds is written. */
export function mapText(
  map: SetReference,
  forms: readonly Form[],
  data: readonly Form[],
  page: Page,
): string {
  if (map.kind !== "anonymous") return setText(map, forms, page);
  const isWide = map.elements.some(({ key }) => key.some(({ from, to }) => from !== to));
  const members = inOrder(map.elements, forms, isWide).map((element) =>
    elementText(element, forms, data, page),
  );
  return `{ ${members.join(", ")} }`;
}

/** Names of interfaces with wildcards are sorted as people read them. Concatenations of intervals stay in the order in which they came (nft_set_pipapo). */
export function inOrder(
  elements: readonly SetElement[],
  forms: readonly Form[],
  isWide: boolean,
): readonly SetElement[] {
  if (!isWide) return sorted(elements, forms);
  return forms.length > 1 ? elements : sorted(elements, forms.map(asRead));
}

function asRead(form: Form): Form {
  return form.type === "ifname" ? { ...form, type: "ether_addr" } : form;
}

/** Types that a host keeps in its own order of bytes, the lowest first. */
const HOST_ORDER: ReadonlySet<string> = new Set(["ifname", "string"]);

/**
 * nft lists elements in the order of their values, where names of interfaces count from their last byte on, and so
 * does a concatenation as a whole.
 */
function sorted(elements: readonly SetElement[], forms: readonly Form[]): readonly SetElement[] {
  const keys = new Map(elements.map((element) => [element, rankOf(element, forms)]));
  return [...elements].sort((a, b) => {
    const [first, second] = [keys.get(a) ?? 0n, keys.get(b) ?? 0n];
    return first < second ? -1 : first > second ? 1 : 0;
  });
}

/** Stands behind all others. */
const CATCH_ALL = 1n << 1_024n;

function rankOf({ key, catchAll }: SetElement, forms: readonly Form[]): bigint {
  if (catchAll) return CATCH_ALL;
  const [only] = key;
  const [form] = forms;
  if (key.length === 1 && only !== undefined && form !== undefined && isFlags(form))
    return only.from & -only.from;
  if (key.length === 1 && only !== undefined && form !== undefined)
    return HOST_ORDER.has(form.type) ? reversed(only.from, form.width) : only.from;
  const bytes = key.flatMap((range, i) => bytesOf(range, forms[i]));
  return bytes.reduceRight((value, byte) => (value << 8n) | byte, 0n);
}

/** Types whose values the host keeps with the lowest byte first; a concatenation holds each part as it is kept. */
const LITTLE_ENDIAN: ReadonlySet<string> = new Set(["mark", "ct_state", "ct_status", "integer"]);

function bytesOf({ from }: Range, form: Form | undefined): readonly bigint[] {
  const length = Math.ceil((form?.width ?? 0) / 8);
  const bytes = Array.from({ length }, (_, i) => (from >> BigInt(8 * (length - 1 - i))) & 255n);
  return form !== undefined && LITTLE_ENDIAN.has(form.type) ? bytes.reverse() : bytes;
}

function reversed(value: bigint, width: number): bigint {
  let rest = value;
  let turned = 0n;
  for (let bit = 0; bit < width; bit += 8) {
    turned = (turned << 8n) | (rest & 255n);
    rest >>= 8n;
  }
  return turned;
}

export function elementText(
  element: SetElement,
  forms: readonly Form[],
  data: readonly Form[],
  page: Page,
): string {
  const key = element.catchAll ? "*" : keyText(element.key, forms);
  const held = element.data === null ? "" : ` : ${dataText(element.data, data, page)}`;
  return `${key}${optionsText(element, page)}${held}`;
}

function keyText(key: readonly Range[], forms: readonly Form[]): string {
  return key
    .map((range, i) => {
      const form = forms[i] ?? INTEGER;
      const text = rangeText(range, form);
      return isFlags(form) ? text.replaceAll(",", " | ") : text;
    })
    .join(" . ");
}

const INTEGER: Form = { type: "integer", width: 32 };

function optionsText(element: SetElement, page: Page): string {
  const { timeoutMs, expiresMs, statements, comment } = element;
  const counted = statements.map((statement) => ` ${statefulText(statement, page)}`).join("");
  const timeout =
    timeoutMs === null || timeoutMs === 0 ? "" : ` timeout ${durationText(timeoutMs)}`;
  const isListed = expiresMs !== null && page.options.counts !== null;
  const expires = isListed ? ` expires ${durationText(expiresMs)}` : "";
  const words = comment === undefined ? "" : ` comment "${comment}"`;
  return `${counted}${timeout}${expires}${words}`;
}

function dataText(data: ElementData, forms: readonly Form[], page: Page): string {
  switch (data.kind) {
    case "value":
      return data.parts
        .map((range, i) => rangeText(range, forms[i] ?? formOfWidth(data.widths[i] ?? 32)))
        .join(" . ");
    case "verdict":
      return verdictText(data.verdict, page);
    case "object":
      return `"${data.name}"`;
  }
}

/** What a map holds of which nobody says the type. */
function formOfWidth(width: number): Form {
  return { type: "integer", width };
}

export function verdictText(verdict: Verdict, page: Page): string {
  switch (verdict.kind) {
    case "accept":
    case "drop":
    case "continue":
    case "return":
      return verdict.kind;
    case "jump":
    case "goto":
      return verdict.chain.startsWith("__chain")
        ? page.cannot("a chain that has no name")
        : `${verdict.kind} ${verdict.chain}`;
    case "queue": {
      const flags = [verdict.bypass ? "bypass" : "", verdict.fanout === true ? "fanout" : ""];
      const words = flags.filter((flag) => flag !== "").join(",");
      const { from, to } = verdict.numbers;
      const numbers = verdict.chosenBy ?? (from === to ? String(from) : `${from}-${to}`);
      return `queue${words === "" ? "" : ` flags ${words}`} to ${numbers}`;
    }
  }
}
