import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NetResult } from "../../lab/mail/report/net.ts";
import type { Report } from "../../lab/mail/report/report.ts";
import { labRun } from "../labRun.ts";
import { median } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import type { Scale, Suite } from "../suite.ts";

/** Wall time, in the lab of the mail network. */
export const ROLLBACK: Suite = {
  name: "rollback",
  title: "a fatal change to mail that flows again (wall time, on the real mail network)",
  needs: "root and the packages of lab/packages.sh; it takes half an hour",
  run: (scale) => {
    const { results } = playNet(scale);
    return rollbackRows(results.filter((one) => one.kind === "net"));
  },
};

type Played = Pick<NetResult, "by" | "position" | "rolledBackMs" | "deliveredMs">;

const RUNS: Readonly<Record<Scale, number>> = { full: 10, tiny: 1 };

function playNet(scale: Scale): Report {
  const folder = mkdtempSync(join(tmpdir(), "premortem-bench-"));
  try {
    const file = join(folder, "report.json");
    const words = ["--scenes", "net", "--runs", String(RUNS[scale]), "--json", file];
    labRun("lab/mail/labMain.ts", ["report", ...words]);
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TARGET: Target = {
  kind: "atMost",
  of: "value",
  limit: 5_000,
  why: "whoever sends a mail just then does not notice",
};

/** For each way to the load and each position of the rule; a run in which no mail arrived has no time. */
export function rollbackRows(results: readonly Played[]): readonly Row[] {
  const nameOf = ({ by, position }: Played) => `${by}, ${position}`;
  const names = [...new Set(results.map(nameOf))];
  return names.flatMap((name) => {
    const runs = results.filter((one) => nameOf(one) === name);
    const rolledBack = runs.flatMap(({ rolledBackMs }) => rolledBackMs ?? []);
    const arrived = runs.flatMap(({ deliveredMs }) => deliveredMs ?? []);
    const all: Target = {
      kind: "atLeast",
      of: "value",
      limit: runs.length,
      why: "each is rolled back",
    };
    return [
      row(`${name}: mail flows again, of ${runs.length} runs`, arrived.length, "runs", null, all),
      ...(arrived.length === 0
        ? []
        : [
            row(`${name}: load to rolled back, median`, median(rolledBack), "ms", null, TARGET),
            row(`${name}: load to the mail, median`, median(arrived), "ms", null, TARGET),
            row(`${name}: load to the mail, worst`, Math.max(...arrived), "ms", null, TARGET),
          ]),
    ];
  });
}
