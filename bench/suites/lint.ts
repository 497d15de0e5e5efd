import { lintDevice } from "../../src/engine/lint/index.ts";
import { timed } from "../measure.ts";
import { read } from "../read.ts";
import { type Row, row, type Target } from "../row.ts";
import { sizedRulesets } from "../sizedRulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** What is wrong in a ruleset: every rule against all that stand before it. */
export const LINT: Suite = {
  name: "lint",
  title: "a device to what is wrong in it",
  needs: null,
  run,
};

const RUNS = 3;

const TARGET: Target = {
  kind: "atMost",
  of: "value",
  limit: 3_000,
  why: "a person waits for it before a commit",
};

function run(scale: Scale): readonly Row[] {
  return sizedRulesets(scale).map(({ name, text }) => {
    const device = read(text);
    const plain = { files: new Map<string, string>(), today: null, asksForOwners: false };
    const { ms } = timed(scale === "tiny" ? 1 : RUNS, () =>
      lintDevice({ device, ...plain, boot: null }),
    );
    return row(name, ms, "ms", null, TARGET);
  });
}
