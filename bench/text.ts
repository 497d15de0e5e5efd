import type { SuiteResult } from "./result.ts";
import type { Row } from "./row.ts";

/** One line for each figure. */
export function textOf({ suite, rows }: SuiteResult): string {
  return [suite, ...rows.map((figure) => `  ${lineOf(figure)}`)].join("\n");
}

function lineOf({ what, value, unit, peer, peerValue, ratio, met }: Row): string {
  const beside =
    peer === null ? "" : `; ${peer}: ${peerValue ?? "not here, or it refuses the file"}`;
  const times = ratio === null ? "" : `, ${ratio} times that`;
  const verdict = met === null ? "" : met ? " [met]" : " [MISSED]";
  return `${what}: ${value} ${unit}${beside}${times}${verdict}`;
}
