import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take a minute or more, longest first; what begins last must not be what takes longest. */
const LONGEST = [
  "test/web/accessible.test.ts",
  "lab/mail/report/report.test.ts",
  "lab/corpusNftables.test.ts",
  "lab/corpusIptables.test.ts",
  "test/lowering/json.test.ts",
  "test/lowering/lowering.test.ts",
  "lab/apply/overSsh.test.ts",
  "test/scenes/scene03.test.ts",
  "test/readers/readers.test.ts",
  "test/web/visit.test.ts",
  "test/readers/difference.test.ts",
  "test/breadth/nft.test.ts",
  "src/operations/drill/drill.test.ts",
];

/**
 * Starts the longest files first. The order of a fresh clone is by size, and a file that judges the whole
 * corpus has three lines: it came last, and one core waited for it.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const gone = LONGEST.find((file) => !existsSync(join(root, file)));
    if (gone !== undefined)
      throw new Error(`test/longestFirst.ts names ${gone}, which is not there`);
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.indexOf(relative(root, moduleId));
      return place === -1 ? LONGEST.length : place;
    };
    const others = await super.sort(files);
    return [...others].sort((a, b) => rank(a) - rank(b));
  }
}
