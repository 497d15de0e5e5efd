import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect, isFault } from "./client.ts";

/** What comes of a token file that holds this text. */
function connected(text: string): ReturnType<typeof connect> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-token-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, text);
  return connect({ tokenFile });
}

test("a token is one line", () => {
  expect(isFault(connected("pm_abc-DEF_1\n"))).toBe(false);
});

test.each(["", "pm_one\npm_two\n", "token of bob: pm_secret\n", "Bearer pm_secret"])(
  "what is none is told without being repeated: %j",
  (text) => {
    const found = connected(text);
    expect(found).toMatchObject({
      code: "noToken",
      message: expect.stringMatching(/holds no token$/),
    });
    expect(JSON.stringify(found)).not.toContain("pm_");
  },
);
