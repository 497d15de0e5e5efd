import type { Expression } from "./expression.ts";
import type { Statement } from "./statement.ts";

/** Whether an expression is worked out of the packet alone: nothing that is looked up, drawn or only named. */
export function isOfPacket(expression: Expression): boolean {
  switch (expression.kind) {
    case "selector":
    case "constant":
    case "payload":
      return true;
    case "binary":
      return isOfPacket(expression.left) && isOfPacket(expression.right);
    case "concatenation":
      return expression.parts.every(isOfPacket);
    default:
      return false;
  }
}

/**
 * Whether a statement decides by the packet alone: it names no set and no object of its table, remembers nothing and
 * writes nothing. It may name a chain.
 */
export function decidesByPacket(statement: Statement): boolean {
  switch (statement.kind) {
    case "match":
      return (
        isOfPacket(statement.left) &&
        (statement.test.kind === "ranges" || statement.test.set.kind === "anonymous")
      );
    case "harmless":
      return !(statement.what === "counter" && statement.text.startsWith("counter name"));
    case "verdict":
    case "reject":
    case "noEffect":
      return true;
    default:
      return false;
  }
}
