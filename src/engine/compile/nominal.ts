import type { Rule } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import type { Nominal } from "../packet/header/layout.ts";

/*
 * In the nominal state tokens are there, counts are 0 and sets hold what they list. What a statement says then, and
 * in words what has to come about before it says something else.
 */

/** Null: even then it may say either, as a statement by chance does. */
export function nominalOf(statement: Statement, { span }: Rule): Nominal | null {
  const place = `${span.file}:${span.line}`;
  switch (statement.kind) {
    case "limit": {
      const { rate, unit, periodMs, burst, over } = statement;
      return {
        value: !over,
        beyond: `up to ${rateWords(rate, unit, periodMs)}, ${burst} at once (${place})`,
      };
    }
    case "hashLimit": {
      const { rate, unit, periodMs, burst, above, negated, keys } = statement;
      const each = keys.length === 0 ? "" : ` for each ${keys.map(keyWords).join(" and ")}`;
      return {
        value: above === negated,
        beyond: `up to ${rateWords(rate, unit, periodMs)}, ${burst} at once${each} (${place})`,
      };
    }
    case "quota": {
      const { bytes, used, over } = statement;
      return { value: over === used >= bytes, beyond: `up to ${bytes} bytes in all (${place})` };
    }
    case "connectionCount": {
      const { count, over, groupBy } = statement;
      const each = groupBy === null ? "" : ` for each ${groupBy.key}`;
      const value = over ? count === 0n : true;
      return { value, beyond: `until ${count} connections are open at once${each} (${place})` };
    }
    case "recent": {
      if (statement.operation === "set") return null;
      const { list, negated } = statement;
      return { value: negated, beyond: `but for who is in the list ${list} by then (${place})` };
    }
    default:
      return null;
  }
}

const PERIODS: readonly (readonly [ms: number, name: string])[] = [
  [1000, "second"],
  [60_000, "minute"],
  [3_600_000, "hour"],
  [86_400_000, "day"],
  [604_800_000, "week"],
];

function rateWords(rate: bigint, unit: string, periodMs: number): string {
  const name = PERIODS.find(([ms]) => ms === periodMs)?.[1] ?? `${periodMs} ms`;
  return `${rate} ${unit} a ${name}`;
}

function keyWords(key: "source" | "destination" | "sourcePort" | "destinationPort"): string {
  return key.replace("Port", " port");
}
