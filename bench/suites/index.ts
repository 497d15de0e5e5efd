import type { Suite } from "../suite.ts";
import { COMPILE } from "./compile.ts";
import { DIFF } from "./diff.ts";
import { DROP } from "./drop.ts";
import { PARSE } from "./parse.ts";
import { TRACE } from "./trace.ts";

/** All suites by name. */
export const SUITES: readonly Suite[] = [COMPILE, DIFF, DROP, PARSE, TRACE];
