import { expect, test } from "vitest";
import { answerLint } from "../../engine/answer/lint.ts";
import { lintReport } from "../results/lint.ts";
import { sarif } from "./sarif.ts";

const COVERAGE = { lines: 1, modelled: 1, harmless: 0, opaque: 0, notUnderstood: 0 };
const SPAN = { file: "edge.nft", line: 4, column: 3, endLine: 4, endColumn: 21 };

function results(file: string) {
  const edit = { file, line: 4, column: 1, endLine: 5, endColumn: 1, text: "" };
  const answer = answerLint({ diagnostics: [], coverage: COVERAGE }, [
    {
      code: "PM6001",
      severity: "warning",
      message: "no packet comes to it",
      span: { ...SPAN, file },
      related: [{ message: "this rule takes them", span: { ...SPAN, file, line: 2 } }],
      help: "take it out",
      fix: { title: "take the rule out", edits: [edit] },
    },
  ]);
  const report = lintReport(answer, { files: new Map(), codes: [] });
  return JSON.parse(sarif(report, "1.0.0")).runs[0].results[0];
}

test("a fix is a replacement that an editor can make, and other places are told", () => {
  const { fixes, relatedLocations } = results("edge.nft");
  expect(fixes[0].artifactChanges[0].replacements).toEqual([
    {
      deletedRegion: { startLine: 4, startColumn: 1, endLine: 5, endColumn: 1 },
      insertedContent: { text: "" },
    },
  ]);
  expect(relatedLocations[0].physicalLocation.region.startLine).toBe(2);
});

test("what was rendered out of a template has no fix: its lines are not those of the file", () => {
  expect(results("edge.j2 (rendered)").fixes).toBeUndefined();
});
