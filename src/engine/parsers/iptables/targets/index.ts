import { MARK_TARGETS } from "./marks.ts";
import { NAT_TARGETS } from "./nat.ts";
import { OTHER_TARGETS } from "./other.ts";
import { REWRITE_TARGETS } from "./rewrite.ts";
import type { TargetSpec } from "./spec.ts";
import { VERDICT_TARGETS } from "./verdicts.ts";

/** Targets with options, by the name behind `-j`. */
export const TARGETS: ReadonlyMap<string, TargetSpec> = new Map(
  Object.entries({
    ...VERDICT_TARGETS,
    ...NAT_TARGETS,
    ...MARK_TARGETS,
    ...REWRITE_TARGETS,
    ...OTHER_TARGETS,
  }),
);

/** Targets of other makers (xtables-addons, old patches): what they do is only a name. */
export const FOREIGN_TARGETS: ReadonlySet<string> = new Set([
  "BALANCE",
  "CHAOS",
  "COUNTER",
  "DELUDE",
  "DHCPMAC",
  "DNETMAP",
  "ECHO",
  "IMQ",
  "IPMARK",
  "IPV4OPTSSTRIP",
  "LOGMARK",
  "MIRROR",
  "PROTO",
  "RAWDNAT",
  "RAWSNAT",
  "ROUTE",
  "SAME",
  "SYSRQ",
  "TARPIT",
]);
