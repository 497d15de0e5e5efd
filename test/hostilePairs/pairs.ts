import { BYTES } from "./bytes.ts";
import { FLOW } from "./flow.ts";
import { LIMITS_AND_MARKS } from "./limitsAndMarks.ts";
import { MATCHES } from "./matches.ts";
import { NAT } from "./nat.ts";
import type { HostilePair } from "./notation.ts";
import { TRACKING } from "./tracking.ts";
import { TRANSLATIONS } from "./translations.ts";
import { WRITES } from "./writes.ts";

/*
 * Pairs of rulesets that invite a wrong answer: alike in their text and not in what they do, or the other way round.
 * Each is compared by diff (hostilePairs.test.ts) and played on the kernel (lab/pairs/hostilePairs.test.ts).
 */

export const HOSTILE_PAIRS: readonly HostilePair[] = [
  ...TRANSLATIONS,
  ...NAT,
  ...TRACKING,
  ...LIMITS_AND_MARKS,
  ...BYTES,
  ...FLOW,
  ...MATCHES,
  ...WRITES,
];
