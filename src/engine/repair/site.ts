import type { Chain, Device, Rule, Table, TableFamily } from "../device/device.ts";
import type { ReadFiles } from "./model.ts";

/** Where a rule, or the end of a chain, stands in the texts. */
export interface Site {
  readonly file: string;
  readonly language: "nft" | "iptables";
  readonly table: Table;
  readonly chain: Chain;
  /** Null: the end of the chain. */
  readonly rule: Rule | null;
}

export function siteOfRule({ files, device, dialects }: ReadFiles, rule: Rule): Site | null {
  const { file, line, column } = rule.span;
  const isIt = ({ span }: Rule) =>
    span.file === file && span.line === line && span.column === column;
  const language = languageOf(dialects.get(file) ?? null);
  if (!files.has(file) || language === null) return null;
  for (const [table, chain] of chainsOf(device)) {
    const found = chain.rules.find(isIt);
    if (found !== undefined) return { file, language, table, chain, rule: found };
  }
  return null;
}

export function siteOfEnd(
  { files, device, dialects }: ReadFiles,
  table: { readonly family: TableFamily; readonly name: string },
  name: string,
): Site | null {
  for (const [own, chain] of chainsOf(device)) {
    if (own.family !== table.family || own.name !== table.name || chain.name !== name) continue;
    const { file } = chain.span;
    const language = languageOf(dialects.get(file) ?? null);
    if (!files.has(file) || language === null) return null;
    return { file, language, table: own, chain, rule: null };
  }
  return null;
}

function chainsOf(device: Device): readonly (readonly [Table, Chain])[] {
  return device.tables.flatMap((table) => table.chains.map((chain) => [table, chain] as const));
}

/** Files that are included have no dialect of their own: nft alone includes. */
function languageOf(dialect: string | null): Site["language"] | null {
  if (dialect === "nft" || dialect === null) return "nft";
  return dialect === "iptables" || dialect === "ip6tables" ? "iptables" : null;
}

/** The command in front of a rule that stands in a line of its own; empty in a block. */
const COMMAND = /^\s*(?:(?:(add|insert)\s+rule\s+.*)?)$/;
const XTABLES = /^(\s*(?:\[\d+:\d+\]\s*)?)(-A|-I|--append|--insert)(\s+)(\S+)(?:\s+\d+(?=\s))?\s*/;

/** What the rule says, without the command that loads it. */
export function bodyOf({ language }: Site, rule: Rule): string {
  return language === "nft" ? rule.text : rule.text.replace(XTABLES, "");
}

/** The text with bodies of rules as rules of their own in front of the site's. */
export function withRules(text: string, site: Site, bodies: readonly string[]): string {
  const lines = text.split("\n");
  const { rule } = site;
  if (rule === null) return atEnd(lines, site, bodies).join("\n");
  const first = lines[rule.span.line - 1] ?? "";
  const isInsert = /^\s*insert\s/.test(first) || XTABLES.exec(first)?.[2]?.includes("I") === true;
  /* What is inserted later comes first, so the last of several has to be written first. */
  const written = isInsert ? [...bodies].reverse() : bodies;
  const own = written.map((body) => inLine(site, rule, lines, body));
  const whole = own.filter((line) => line !== null);
  if (whole.length === own.length) {
    lines.splice(isInsert ? rule.span.endLine : rule.span.line - 1, 0, ...whole);
    return lines.join("\n");
  }
  const at = rule.span.column - 1;
  const inserted = bodies.map((body) => `${body}; `).join("");
  lines[rule.span.line - 1] = `${first.slice(0, at)}${inserted}${first.slice(at)}`;
  return lines.join("\n");
}

/** A line like the rule's, with another body; null: the rule shares its line. */
function inLine(site: Site, rule: Rule, lines: readonly string[], body: string): string | null {
  const first = lines[rule.span.line - 1] ?? "";
  if (site.language === "iptables") {
    const head = XTABLES.exec(first);
    return head === null ? null : `${head[2]} ${head[4]} ${body}`;
  }
  const before = first.slice(0, rule.span.column - 1);
  if (!COMMAND.test(before)) return null;
  return `${before.replace(/\s(?:index|position|handle)\s+\S+\s*$/, " ")}${body}`;
}

function atEnd(lines: readonly string[], site: Site, bodies: readonly string[]): readonly string[] {
  const { table, chain, language } = site;
  const changed = [...lines];
  const last = chain.rules.findLast(({ span }) => span.file === site.file) ?? null;
  if (language === "iptables") {
    const commit = lines.findIndex((line, i) => i >= table.span.line && /^COMMIT\b/.test(line));
    const place = commit === -1 ? lines.length : commit;
    changed.splice(place, 0, ...bodies.map((body) => `-A ${chain.name} ${body}`));
    return changed;
  }
  const indent = /^\s*/.exec(lines[(last?.span.line ?? 1) - 1] ?? "")?.[0] ?? "";
  const before = (lines[(last?.span.line ?? 1) - 1] ?? "").slice(0, (last?.span.column ?? 1) - 1);
  const behind = (lines[(last?.span.endLine ?? 1) - 1] ?? "").slice(
    (last?.span.endColumn ?? 1) - 1,
  );
  if (last !== null && before.trim() === "" && /^\s*;?\s*(?:#.*)?$/.test(behind)) {
    changed.splice(last.span.endLine, 0, ...bodies.map((body) => `${indent}${body}`));
    return changed;
  }
  const end = changed.at(-1) === "" ? changed.length - 1 : changed.length;
  const command = `add rule ${table.family} ${table.name} ${chain.name}`;
  changed.splice(end, 0, ...bodies.map((body) => `${command} ${body}`));
  return changed;
}

/** The text without the rule. */
export function withoutRule(text: string, { language }: Site, rule: Rule): string {
  const { line, endLine, column, endColumn } = rule.span;
  const lines = text.split("\n");
  const before = (lines[line - 1] ?? "").slice(0, column - 1);
  const behind = (lines[endLine - 1] ?? "").slice(endColumn - 1);
  const isAlone = COMMAND.test(before) && /^\s*;?\s*(?:#.*)?$/.test(behind);
  if (language === "iptables" || isAlone) lines.splice(line - 1, endLine - line + 1);
  else lines.splice(line - 1, endLine - line + 1, `${before}${behind.replace(/^\s*;\s*/, "")}`);
  return lines.join("\n");
}

/** The text with other bodies in the place of the rule's. */
export function withBodies(
  text: string,
  site: Site,
  rule: Rule,
  bodies: readonly string[],
): string | null {
  const lines = text.split("\n");
  const { line, endLine } = rule.span;
  const whole = bodies.map((body) => inLine(site, rule, lines, body)).filter((one) => one !== null);
  if (whole.length < bodies.length) return null;
  lines.splice(line - 1, endLine - line + 1, ...whole);
  return lines.join("\n");
}
