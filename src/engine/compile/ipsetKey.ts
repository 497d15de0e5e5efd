import type { Expression } from "../device/expression.ts";
import type { NamedSet } from "../device/set.ts";

/**
 * What an ipset compares, from its type and the directions of the match; null where the match gives
 * fewer directions than the type has parts (such a match loads and never matches, measured).
 */
export function ipsetKey(
  set: NamedSet,
  directions: readonly ("source" | "destination")[],
): Expression | null {
  const types = (set.ipset?.type.split(":")[1] ?? "").split(",");
  if (directions.length < types.length) return null;
  const family = set.ipset?.family === "ip6" ? "ip6" : "ip";
  const parts: Expression[] = [];
  for (const [i, type] of types.entries()) {
    const source = directions[i] === "source";
    switch (type) {
      case "ip":
      case "net":
        parts.push({ kind: "selector", id: `${family} ${source ? "saddr" : "daddr"}` });
        break;
      case "port":
        if (set.keyWidths.length > types.length)
          parts.push({ kind: "selector", id: "meta l4proto" });
        parts.push({ kind: "selector", id: `th ${source ? "sport" : "dport"}` });
        break;
      case "mac":
        parts.push({ kind: "selector", id: `ether ${source ? "saddr" : "daddr"}` });
        break;
      case "iface":
        parts.push({ kind: "selector", id: source ? "iifname" : "oifname" });
        break;
      case "mark":
        parts.push(markExpression(set));
        break;
      default:
        return null;
    }
  }
  return { kind: "concatenation", parts };
}

function markExpression(set: NamedSet): Expression {
  const left: Expression = { kind: "selector", id: "meta mark" };
  const mask = set.ipset?.markMask;
  if (mask === undefined) return left;
  const right: Expression = { kind: "constant", value: mask, width: 32 };
  return { kind: "binary", operator: "and", left, right, width: 32 };
}
