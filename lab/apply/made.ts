import type { Refusal } from "../../src/operations/change/model.ts";

/** What was asked for, where a refusal is a mistake of the test. */
export function made<T extends object>(found: T | Refusal): T {
  if ("reason" in found && "help" in found) throw new Error(found.reason);
  return found;
}
