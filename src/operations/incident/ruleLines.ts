/** `table inet host`, `chain inet host out`: that it came or went. */
const MADE = /^(?:table|chain|set|map|flowtable|counter|quota|limit) \S+ \S+(?: \S+)?$/;
/** What it is, and not what it does: `inet host out: type filter hook output …`. */
const DECLARED = /^\S+ \S+ (?:\S+ )?\S+: (?:type |flags |comment ")/;

/**
 * Lines of a difference that decide over packets: rules, and elements of sets; where there are none, what chains and
 * sets are now, such as a policy.
 */
export function ruleLines(lines: readonly string[]): readonly string[] {
  const told = lines.filter((line) => !MADE.test(line));
  const rules = told.filter((line) => !DECLARED.test(line));
  return rules.length > 0 ? rules : told;
}
