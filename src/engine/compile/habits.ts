import type { Device, Table } from "../device/device.ts";
import type { SetReference } from "../device/expression.ts";
import type { Statement } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";

/** What the rules of a device do anywhere, reached or not. */
export interface Habits {
  /** Whether some rule translates addresses or ports of the family. */
  translates(family: IpFamily): boolean;
  /** Whether some rule gives connections a helper; without one they have none (since Linux 6.0). */
  readonly givesHelpers: boolean;
  /** Whether packets take elements out of the set. */
  deletesFrom(table: Table, reference: SetReference): boolean;
}

export function deviceHabits(device: Device): Habits {
  const translating = new Set<IpFamily>();
  const deleted = new Set<string>();
  let givesHelpers = false;
  for (const table of device.tables)
    for (const statement of statementsOf(table)) {
      if (statement.kind === "nat") for (const family of FAMILIES) noteNat(table, family);
      if (statement.kind === "ctObject" && statement.what === "helper") givesHelpers = true;
      if (statement.kind === "ipsetUpdate" && statement.operation === "delete")
        deleted.add(`ipset ${statement.set.name}`);
      if (statement.kind === "dynamicSet" && statement.operation === "delete")
        deleted.add(`${table.family} ${table.name} ${statement.set}`);
    }
  return {
    translates: (family) => translating.has(family),
    givesHelpers,
    deletesFrom: (table, reference) => {
      if (reference.kind === "anonymous") return false;
      if (reference.kind === "ipset") return deleted.has(`ipset ${reference.name}`);
      return deleted.has(`${table.family} ${table.name} ${reference.name}`);
    },
  };

  function noteNat(table: Table, family: IpFamily): void {
    if (table.family === family || table.family === "inet") translating.add(family);
  }
}

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

function statementsOf(table: Table): readonly Statement[] {
  return table.chains.flatMap(({ rules }) => rules.flatMap(({ statements }) => statements));
}
