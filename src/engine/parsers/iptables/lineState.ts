import type { LineState } from "../../device/device.ts";
import type { Expression, SetReference } from "../../device/expression.ts";
import type { Statement } from "../../device/statement.ts";
import { SELECTORS } from "../../packet/selectors/index.ts";
import { clampsToRoute } from "../segmentSize.ts";

/** The state of a line that holds these statements. */
export function stateOfStatements(statements: readonly Statement[]): LineState {
  if (statements.some(({ kind }) => kind === "notUnderstood")) return "notUnderstood";
  if (statements.every(decidesNothing)) return "harmless";
  return statements.some(isOpaque) ? "opaque" : "modelled";
}

/** Whether a statement is only a name, or asks for what the model does not know. */
export function isOpaque(statement: Statement): boolean {
  switch (statement.kind) {
    case "opaqueMatch":
      return statement.unknown !== "stateful";
    case "opaqueAction":
    case "payloadSearch":
    case "u32":
    case "synproxy":
    case "tproxy":
      return true;
    case "match":
      return (
        isOpaqueExpression(statement.left) ||
        (statement.test.kind === "set" && isOpaqueReference(statement.test.set))
      );
    case "verdictMap":
      return isOpaqueExpression(statement.key) || isOpaqueReference(statement.map);
    case "write":
      return !clampsToRoute(statement) && isOpaqueExpression(statement.value);
    default:
      return false;
  }
}

/** Questions and records without a memory that others read: a rule of only these changes nothing. */
function decidesNothing(statement: Statement): boolean {
  switch (statement.kind) {
    case "match":
      return statement.whenAbsent !== "drops";
    case "opaqueMatch":
    case "payloadSearch":
    case "u32":
    case "harmless":
    case "statistic":
      return true;
    case "limit":
    case "quota":
      return statement.object === null;
    default:
      return false;
  }
}

function isOpaqueExpression(expression: Expression): boolean {
  switch (expression.kind) {
    case "opaque":
      return expression.unknown !== "stateful";
    case "selector": {
      const unknown = SELECTORS.get(expression.id)?.unknown ?? null;
      return unknown === "packet" || unknown === "moment";
    }
    case "binary":
      return isOpaqueExpression(expression.left) || isOpaqueExpression(expression.right);
    case "concatenation":
      return expression.parts.some(isOpaqueExpression);
    case "lookup":
      return isOpaqueExpression(expression.key);
    case "generator":
      return expression.key !== null && isOpaqueExpression(expression.key);
    default:
      return false;
  }
}

function isOpaqueReference(reference: SetReference): boolean {
  return (
    reference.kind === "anonymous" &&
    reference.elements.some((element) => element.statements.some(isOpaque))
  );
}
