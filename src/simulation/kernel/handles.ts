import type { Device, Rule, Table } from "../../engine/device/device.ts";
import { ruleHandle } from "../../engine/parsers/nft/ruleset.ts";
import type { Handles } from "../../engine/print/index.ts";

/**
 * Numbers of a ruleset. Those of rules are the kernel's, since scripts name rules by them; others only have to stay
 * the same, and are counted as they are asked for.
 */
export class KernelHandles implements Handles {
  private readonly numbers = new Map<string, number>();

  table({ family, name }: Table): number {
    return this.number(`${family} ${name}`);
  }

  item(
    { family, name }: Table,
    kind: "chain" | "set" | "object" | "flowtable",
    item: string,
  ): number {
    return this.number(`${family} ${name} ${kind} ${item}`);
  }

  /** For tables of which only a part is shown: its rules have the numbers of the whole. */
  within(whole: Device): Handles {
    const wholeOf = ({ family, name }: Table) =>
      whole.tables.find((one) => one.family === family && one.name === name);
    return {
      table: (table) => this.table(table),
      item: (table, kind, item) => this.item(table, kind, item),
      rule: (table, rule) => this.rule(wholeOf(table) ?? table, rule),
    };
  }

  rule(table: Table, rule: Rule): number {
    const handle = ruleHandle(table, rule);
    if (handle === null) throw new Error(`a rule of ${table.family} ${table.name} has no handle`);
    return handle;
  }

  private number(key: string): number {
    const known = this.numbers.get(key) ?? this.numbers.size + 1;
    this.numbers.set(key, known);
    return known;
  }
}
