import { expect, test } from "vitest";
import { parseNetwork } from "./networkFile.ts";

const read = (solo: string) => parseNetwork("premortem.yaml", `devices: {}\nzones: {}\n${solo}`);

test("without `solo` nobody approves alone; with it the pause is ten minutes, or as written", () => {
  expect(read("").network?.solo).toBeNull();
  expect(read("solo: {}").network?.solo).toEqual({ pauseMs: 600_000 });
  expect(read("solo: { pause: 1h }").network?.solo).toEqual({ pauseMs: 3_600_000 });
});

test.each([
  ["solo: { pause: 59s }", "PM5033", 3],
  ["solo:\n  pause: soon", "PM5011", 4],
  ["solo: { break: 10m }", "PM5002", 3],
])("`%s` is told at its line", (text, code, line) => {
  const [problem] = read(text).diagnostics;
  expect(problem).toMatchObject({ code, span: { line } });
  expect(problem?.help).not.toBe("");
});
