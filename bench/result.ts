import type { Machine } from "./machine.ts";
import type { Row } from "./row.ts";

/** What `--json` prints for one suite. */
export interface SuiteResult {
  readonly suite: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}
