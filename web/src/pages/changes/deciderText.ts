import type { DiffFate } from "../../../../src/engine/answer/diff.ts";

/** What decided, with its place: `/etc/nftables.conf:24  ip saddr @mail drop`. */
export function deciderText(by: DiffFate["by"]): string {
  if (by === null) return "no chain that filters these packets";
  if ("rule" in by) return `${by.rule.file}:${by.rule.line}  ${by.rule.text.split("\n")[0] ?? ""}`;
  if ("policy" in by) return `policy of chain ${by.policy.chain} in table ${by.policy.table}`;
  return `the kernel: ${by.kernel}`;
}
