import type { Statement } from "./statement.ts";

/** Addresses, ports, protocols and interfaces. */
const PLAIN_SELECTORS: ReadonlySet<string> = new Set([
  ...["iifname", "oifname", "meta nfproto", "meta l4proto"],
  ...["ip", "ip6"].flatMap((family) => [`${family} saddr`, `${family} daddr`]),
  ...["tcp", "udp"].flatMap((protocol) => [`${protocol} sport`, `${protocol} dport`]),
]);

/** What `Rule.isPlain` says of these statements. */
export function isPlainRule(statements: readonly Statement[]): boolean {
  return statements.every(isPlainStatement) && statements.some(({ kind }) => kind === "verdict");
}

function isPlainStatement(statement: Statement): boolean {
  switch (statement.kind) {
    case "match": {
      const { left, test, whenAbsent } = statement;
      const isOne = test.kind === "ranges" && !test.negated && test.ranges.length === 1;
      return (
        isOne &&
        whenAbsent === undefined &&
        left.kind === "selector" &&
        PLAIN_SELECTORS.has(left.id)
      );
    }
    case "verdict":
      return /^(accept|drop|return)$/.test(statement.verdict.kind);
    case "harmless":
      return (
        statement.what === "comment" ||
        (statement.what === "counter" && !statement.text.startsWith("counter name"))
      );
    default:
      return false;
  }
}
