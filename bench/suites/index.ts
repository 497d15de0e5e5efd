import type { Suite } from "../suite.ts";
import { COLD } from "./cold.ts";
import { COMPILE } from "./compile.ts";
import { DIFF } from "./diff.ts";
import { DROP } from "./drop.ts";
import { LINT } from "./lint.ts";
import { MATRIX } from "./matrix.ts";
import { NOTICE } from "./notice.ts";
import { PARSE } from "./parse.ts";
import { ROLLBACK } from "./rollback.ts";
import { SIMULATION } from "./simulation.ts";
import { TRACE } from "./trace.ts";
import { TYPING } from "./typing.ts";
import { WARM } from "./warm.ts";
import { WEB } from "./web.ts";

/** All suites by name. */
export const SUITES: readonly Suite[] = [
  COMPILE,
  DIFF,
  COLD,
  WARM,
  DROP,
  PARSE,
  MATRIX,
  LINT,
  TYPING,
  TRACE,
  SIMULATION,
  WEB,
  NOTICE,
  ROLLBACK,
];
