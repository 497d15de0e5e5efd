import type { Expression } from "../device/expression.ts";
import type { Statement } from "../device/statement.ts";

/*
 * Clamping the segment size to the route writes a value that has only a name. No verdict hangs on
 * it, and two devices that clamp write the same name: it is modelled, unless a rule reads the field.
 */

const OPTION = "tcp option maxseg";
/** TCP options begin behind 20 bytes; behind IPv4 the shortest header adds 20 more. */
const OPTIONS_IN_TRANSPORT = 160;
const OPTIONS_IN_NETWORK = 320;

/** `tcp option maxseg size set rt mtu`, `TCPMSS --clamp-mss-to-pmtu`. */
export function clampsToRoute(statement: Statement): boolean {
  return (
    statement.kind === "write" &&
    statement.target === `${OPTION} size` &&
    statement.value.kind === "selector" &&
    statement.value.id === "rt mtu"
  );
}

/** Whether a rule asks for the segment size, or for raw bytes where it may stand. */
export function readsSegmentSize(statement: Statement): boolean {
  switch (statement.kind) {
    case "match":
      return isSegmentSize(statement.left);
    case "verdictMap":
      return isSegmentSize(statement.key);
    case "write":
      return isSegmentSize(statement.value);
    case "dynamicSet":
      return [statement.key, statement.data].some((part) => part !== null && isSegmentSize(part));
    case "objectReference":
      return statement.lookup !== null && isSegmentSize(statement.lookup.key);
    case "nat":
      return [statement.address, statement.port].some(
        (part) => part?.kind === "expression" && isSegmentSize(part.expression),
      );
    default:
      return false;
  }
}

function isSegmentSize(expression: Expression): boolean {
  switch (expression.kind) {
    case "selector":
      return expression.id.startsWith(OPTION);
    case "payload": {
      const end = expression.offset + expression.width;
      if (expression.base === "transport") return end > OPTIONS_IN_TRANSPORT;
      return expression.base === "network" && end > OPTIONS_IN_NETWORK;
    }
    case "binary":
      return isSegmentSize(expression.left) || isSegmentSize(expression.right);
    case "concatenation":
      return expression.parts.some(isSegmentSize);
    case "lookup":
      return isSegmentSize(expression.key);
    case "generator":
      return expression.key !== null && isSegmentSize(expression.key);
    default:
      return false;
  }
}
