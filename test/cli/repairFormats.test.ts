import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

/* What mends an intent is told in every format, and SARIF has it as an edit that an editor makes. */

const FOLDER = "examples/recipes";

interface Region {
  readonly startLine: number;
  readonly endLine: number;
}

interface Replacement {
  readonly deletedRegion: Region;
  readonly insertedContent: { readonly text: string };
}

interface SarifResult {
  readonly ruleId: string;
  readonly fixes?: readonly {
    readonly artifactChanges: readonly { readonly replacements: readonly Replacement[] }[];
  }[];
}

function sarifOf(words: readonly string[]): readonly SarifResult[] {
  return JSON.parse(premortem([...words, "--format", "sarif"]).out).runs[0].results;
}

/** The text with the lines of one fix replaced: its regions begin and end with lines. */
function edited(text: string, result: SarifResult | undefined): string {
  const lines = text.split("\n");
  const replacements = result?.fixes?.[0]?.artifactChanges[0]?.replacements ?? [];
  for (const { deletedRegion, insertedContent } of [...replacements].reverse()) {
    const { startLine, endLine } = deletedRegion;
    const came = insertedContent.text === "" ? [] : insertedContent.text.slice(0, -1).split("\n");
    lines.splice(startLine - 1, endLine - startLine, ...came);
  }
  return lines.join("\n");
}

describe("the fix in SARIF mends what it stands at", () => {
  const recipes = ["R1", "R2", "R5"] as const;
  const network = (name: string) => ["--network", `${FOLDER}/${name}/premortem.yaml`];
  const fixed = (name: string) => {
    const after = `${FOLDER}/${name}/after.nft`;
    const words = ["diff", `${FOLDER}/${name}/before.nft`, after, ...network(name)];
    const broken = sarifOf(words).find(({ ruleId }) => ruleId === "diff/breaks");
    return edited(readFileSync(after, "utf8"), broken);
  };
  const files = temporaryFiles(
    Object.fromEntries(recipes.map((name) => [`${name}.nft`, fixed(name)])),
  );
  test.each(recipes)("%s", (name) => {
    const before = premortem(["check", `${FOLDER}/${name}/after.nft`, ...network(name)]);
    expect(before.code).toBe(1);
    const after = premortem(["check", files(`${name}.nft`), ...network(name)]);
    expect(after.code).toBe(0);
  });
});

test.each(["junit", "markdown", "github", "gitlab"])("%s tells what mends an intent", (format) => {
  const words = ["check", `${FOLDER}/R1/after.nft`, "--network", `${FOLDER}/R1/premortem.yaml`];
  const { out } = premortem([...words, "--format", format]);
  expect(out).toMatch(/to mend it/);
  expect(out).toMatch(/narrow, proved/);
});

test("text begins with what breaks", () => {
  const folder = `${FOLDER}/R1`;
  const words = ["diff", `${folder}/before.nft`, `${folder}/after.nft`];
  const { out } = premortem([...words, "--network", `${folder}/premortem.yaml`]);
  expect(out).toMatch(/^BREAKS {2}3 intents: smtp-out, dns-out, db\n/);
});
