import type { BaseChain, Chain, Flowtable, Table } from "../device/device.ts";
import type { NamedObject } from "../device/statement.ts";
import type { Page, PrintOptions, Unprintable } from "./options.ts";
import { priorityText } from "./priority.ts";
import { isMeter, pageOf, placeOf, ruleText } from "./rule.ts";
import { setLines } from "./set.ts";
import { amountText, rateText } from "./stateful.ts";

/** A table as a block, its items in nft's order: objects, sets, flowtables, chains. */
export function tableLines(
  table: Table,
  options: PrintOptions,
  unprintable: Unprintable[],
): readonly string[] {
  const page = pageOf(options, unprintable);
  const { handles } = options;
  const head = [
    ...(table.dormant ? ["\tflags dormant"] : []),
    ...(table.comment === undefined ? [] : [`\tcomment "${table.comment}"`]),
  ];
  const blocks = [
    ...table.objects.map((object) => objectLines(table, object, page)),
    ...table.sets.filter((set) => !isMeter(set)).map((set) => setLines(table, set, page)),
    ...table.flowtables.map((flowtable) => flowtableLines(table, flowtable, page)),
    ...table.chains.map((chain) => chainLines(table, chain, options, unprintable)),
  ];
  const isApart = (at: number) => at > 0 || table.dormant;
  return [
    `table ${table.family} ${table.name} {${handles === null ? "" : ` # handle ${handles.table(table)}`}`,
    ...head,
    ...blocks.flatMap((lines, at) => (isApart(at) ? ["", ...lines] : lines)),
    "}",
  ];
}

function chainLines(
  table: Table,
  chain: Chain,
  options: PrintOptions,
  unprintable: Unprintable[],
): readonly string[] {
  const { handles } = options;
  const handle = handles === null ? "" : ` # handle ${handles.item(table, "chain", chain.name)}`;
  const place = placeOf(table);
  const rules = chain.rules.map((rule) => {
    const text = ruleText(rule, place, pageOf(options, unprintable, rule));
    return handles === null ? text : `${text} # handle ${handles.rule(table, rule)}`;
  });
  return [
    `\tchain ${chain.name} {${handle}`,
    ...(chain.comment === undefined ? [] : [`\t\tcomment "${chain.comment}"`]),
    ...(chain.base === null ? [] : [`\t\t${hookText(table, chain.base)}`]),
    ...rules.map((text) => `\t\t${text}`),
    "\t}",
  ];
}

function hookText({ family }: Table, base: BaseChain): string {
  const { type, hook, devices, priority, policy } = base;
  const [only] = devices;
  const where =
    devices.length > 1
      ? ` devices = { ${devices.join(", ")} }`
      : only === undefined
        ? ""
        : ` device "${only}"`;
  return `type ${type} hook ${hook}${where} priority ${priorityText(priority, family, hook)}; policy ${policy};`;
}

function objectLines(table: Table, object: NamedObject, page: Page): readonly string[] {
  const { handles } = page.options;
  const handle = handles === null ? "" : ` # handle ${handles.item(table, "object", object.name)}`;
  return [
    `\t${OBJECT_WORDS[object.kind]} ${object.name} {${handle}`,
    ...objectBody(object, page).map((line) => `\t\t${line}`),
    "\t}",
  ];
}

const OBJECT_WORDS = {
  counter: "counter",
  quota: "quota",
  limit: "limit",
  ctHelper: "ct helper",
  ctTimeout: "ct timeout",
  ctExpectation: "ct expectation",
  secmark: "secmark",
  synproxy: "synproxy",
} as const;

function objectBody(object: NamedObject, page: Page): readonly string[] {
  const { statement, kind } = object;
  if (statement.kind === "limit") return [rateText(statement)];
  if (statement.kind === "quota") return [amountText(statement, page)];
  if (kind !== "counter") return [page.cannot(`the object \`${object.name}\``)];
  if (page.options.counts === null) return [];
  const { packets, bytes } = page.options.counts(object);
  return [`packets ${packets} bytes ${bytes}`];
}

function flowtableLines(table: Table, { name }: Flowtable, page: Page): readonly string[] {
  return [
    `\tflowtable ${name} {`,
    `\t\t${page.cannot(`the flowtable \`${table.name} ${name}\``)}`,
    "\t}",
  ];
}
