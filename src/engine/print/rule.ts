import type { Rule, Table } from "../device/device.ts";
import type { NamedSet } from "../device/set.ts";
import type { ValueType } from "../packet/selectors/index.ts";
import { inListingOrder, protocolBefore } from "./context.ts";
import type { Page, PrintOptions, Unprintable } from "./options.ts";
import { type Place, statementText } from "./statement.ts";
import type { Form } from "./value.ts";

/** A rule in the words of nft's listing, without handle. */
export function ruleText(rule: Rule, place: Place, page: Page): string {
  const listed = inListingOrder(rule.statements, place.family);
  const words = listed
    .map(({ statement, isTold }, at) => {
      if (!isTold) return "";
      const protocol = protocolBefore(listed.slice(0, at + 1).map((one) => one.statement));
      return statementText(statement, place, { ...page, protocol });
    })
    .filter((text) => text !== "");
  const comment = rule.comment === null ? [] : [`comment "${rule.comment}"`];
  return [...words, ...comment].join(" ");
}

export function placeOf({ family, sets }: Pick<Table, "family" | "sets">): Place {
  return {
    family,
    dataForms: (name) => dataFormsOf(sets.find((set) => set.name === name) ?? null),
    meterSize: (name) => {
      const set = sets.find((one) => one.name === name);
      return set === undefined || !isMeter(set) ? null : set.size;
    },
  };
}

/** A set that a rule brings along (`meter`): it is listed in the rule. */
export function isMeter({ keyTypes, ipset }: NamedSet): boolean {
  return keyTypes.length === 0 && ipset === null;
}

/** Types of data by name; widths follow from them, or from an element. */
const WIDTHS: ReadonlyMap<string, number> = new Map([
  ["ipv4_addr", 32],
  ["ipv6_addr", 128],
  ["inet_service", 16],
  ["ether_addr", 48],
  ["ifname", 128],
  ["inet_proto", 8],
]);

export function dataFormsOf(set: NamedSet | null): readonly Form[] {
  if (set?.kind !== "map") return [];
  const held = set.elements.find(({ data }) => data?.kind === "value")?.data;
  return (set.dataType?.split(" . ") ?? []).map((type, i) => {
    const known = held?.kind === "value" ? held.widths[i] : undefined;
    return { type: type as ValueType, width: known ?? WIDTHS.get(type) ?? 32 };
  });
}

export function pageOf(
  options: PrintOptions,
  unprintable: Unprintable[],
  rule: Rule | null = null,
): Page {
  return {
    options,
    written: rule?.text ?? "",
    protocol: null,
    cannot(what) {
      unprintable.push({ what, span: rule?.span ?? null });
      return `# ${what}`;
    },
  };
}

/** A rule alone, as `nft monitor` repeats it. */
export function printRule(
  table: Pick<Table, "family" | "sets">,
  rule: Rule,
  options: PrintOptions,
): { readonly text: string; readonly unprintable: readonly Unprintable[] } {
  const unprintable: Unprintable[] = [];
  return { text: ruleText(rule, placeOf(table), pageOf(options, unprintable, rule)), unprintable };
}
