import type { Device, Rule } from "../../engine/device/device.ts";
import type { NamedObject, Statement } from "../../engine/device/statement.ts";
import type { TableName } from "../../engine/interpret/outcome.ts";
import type { Counts } from "../../engine/print/index.ts";

/** A rule that a packet met, with the table that it stands in. */
export interface MetRule {
  readonly rule: Rule;
  readonly table: TableName;
}

/** What the counters of a ruleset have counted. A rule that is loaded anew counts from the beginning. */
export class Counters {
  private readonly counts = new WeakMap<object, Counts>();

  readonly of = (owner: Statement | NamedObject): Counts => this.counts.get(owner) ?? NOTHING;

  count(device: Device, met: readonly MetRule[], packets: number, bytes: number): void {
    for (const { rule, table } of met)
      for (const statement of rule.statements) {
        const owner = counterOf(device, table, statement);
        if (owner !== null) this.add(owner, packets, bytes);
      }
  }

  private add(owner: Statement | NamedObject, packets: number, bytes: number): void {
    const before = this.of(owner);
    this.counts.set(owner, {
      packets: before.packets + BigInt(packets),
      bytes: before.bytes + BigInt(bytes),
    });
  }
}

const NOTHING: Counts = { packets: 0n, bytes: 0n };

/** The counter that a statement raises: its own, or one of the table; null: it counts nothing. */
function counterOf(
  device: Device,
  { family, name }: TableName,
  statement: Statement,
): Statement | NamedObject | null {
  if (statement.kind !== "harmless" || statement.what !== "counter") return null;
  const [, object] = /^counter name (.+)$/.exec(statement.text) ?? [];
  if (object === undefined) return statement.text === "counter" ? statement : null;
  const table = device.tables.find((one) => one.family === family && one.name === name);
  return table?.objects.find((one) => one.kind === "counter" && one.name === object) ?? null;
}
