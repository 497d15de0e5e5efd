import type { Span } from "../../base/span.ts";
import type { NamedSet } from "../../device/set.ts";
import type { Statement } from "../../device/statement.ts";
import type { IptablesCode } from "./codes.ts";
import type { IpFamily } from "./values.ts";

/** An option of a match or target. */
export interface OptionSpec {
  /** The name that the parser hands on; others are aliases. */
  readonly canonical: string;
  readonly arguments: number;
  readonly negatable: boolean;
  readonly repeatable: boolean;
}

export type OptionTable = ReadonlyMap<string, OptionSpec>;

/** An option as it was given. */
export interface GivenOption {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
  readonly span: Span;
}

/** A match or target as it was given. */
export interface GivenModule {
  readonly name: string;
  readonly options: readonly GivenOption[];
  readonly span: Span;
}

/** What a module must know about the rule that it stands in. */
export interface RuleContext {
  readonly family: IpFamily;
  readonly backend: "nft" | "legacy";
  readonly table: string;
  readonly chain: string;
  readonly protocol: { readonly value: number; readonly negated: boolean } | null;
  readonly ipsets: ReadonlyMap<string, NamedSet>;
  /** iptables-restore stops here. */
  refuse(code: IptablesCode, message: string, span: Span, help: string): void;
  warn(code: IptablesCode, message: string, span: Span, help: string): void;
}

export type Lower = (given: GivenModule, rule: RuleContext) => readonly Statement[];

export interface ModuleSpec {
  readonly options: OptionTable;
  readonly lower: Lower;
  /** Null: both. */
  readonly family: IpFamily | null;
}

export function defineModule(
  options: string,
  lower: Lower,
  family: IpFamily | null = null,
): ModuleSpec {
  return { options: defineOptions(options), lower, family };
}

/**
 * Options in one line: `!sport|source-port=1 reap match-set=2 reqid=1*`. A leading `!` allows
 * negation, `=N` is the number of arguments, a closing `*` allows to repeat.
 */
export function defineOptions(text: string): OptionTable {
  const table = new Map<string, OptionSpec>();
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const parts = /^(!?)([^=*]+)(?:=(\d))?(\*?)$/.exec(word);
    if (parts === null) throw new Error(`malformed option \`${word}\``);
    const [, not = "", names = "", count = "0", star = ""] = parts;
    const [canonical = ""] = names.split("|");
    for (const name of names.split("|"))
      table.set(name, {
        canonical,
        arguments: Number(count),
        negatable: not !== "",
        repeatable: star !== "",
      });
  }
  return table;
}

export function optionOf(given: GivenModule, name: string): GivenOption | null {
  return given.options.find((option) => option.name === name) ?? null;
}

export function hasOption(given: GivenModule, name: string): boolean {
  return optionOf(given, name) !== null;
}

/** The first argument of an option, or null where it was not given. */
export function argumentOf(given: GivenModule, name: string): string | null {
  return optionOf(given, name)?.values[0] ?? null;
}

/** Reports an argument that cannot be read, and stands for the statement that is lost. */
export function unreadable(rule: RuleContext, option: GivenOption, form: string): Statement {
  const text = `--${option.name} ${option.values.join(" ")}`;
  rule.refuse("PM2011", `cannot read \`${text}\``, option.span, `write ${form}`);
  return { kind: "notUnderstood", text };
}

/** Reports a combination that iptables refuses though each part is understood. */
export function misplaced(rule: RuleContext, span: Span, message: string, help: string): void {
  rule.refuse("PM2014", message, span, help);
}

/** The canonical text of a module that stays a name: its options, without negation of a single one. */
export function describeModule(given: GivenModule): string {
  const words = given.options.map((option) => {
    const values = option.values.map((value) => (/[\s"]/.test(value) ? `"${value}"` : value));
    return [`${option.negated ? "! " : ""}--${option.name}`, ...values].join(" ");
  });
  return [given.name, ...words].join(" ");
}

/** A match that is only a name. */
export function opaque(
  given: GivenModule,
  unknown: "packet" | "moment" | "stateful",
  reads: readonly string[] = [],
): Statement {
  const [only] = given.options;
  const negated = given.options.length === 1 && only?.negated === true;
  const plain = negated && only !== undefined ? { ...only, negated: false } : only;
  const text = describeModule(
    negated && plain !== undefined ? { ...given, options: [plain] } : given,
  );
  return { kind: "opaqueMatch", unknown, text, negated, reads };
}
