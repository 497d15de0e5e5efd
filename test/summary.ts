import type { Reporter, TestCase, TestModule } from "vitest/node";
import { NOT_RUN } from "./notRun.ts";

/** Ends a run with what was not run and why, and with one line of numbers. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const notRun = new Map<string, number>();
    for (const test of tests.filter((one) => one.result().state === "skipped")) {
      const reason = reasonOf(test);
      notRun.set(reason, (notRun.get(reason) ?? 0) + 1);
    }
    const lines = [...notRun].map(([reason, tests]) => `  ${tests} tests: ${reason}`);
    if (lines.length > 0) console.log(`Not run:\n${lines.join("\n")}\n`);
    const failed = count("failed") + broken + errors.length;
    const skipped = count("skipped");
    const rest = skipped > 0 ? `, ${skipped} skipped` : "";
    console.log(`${count("passed")} passed, ${failed} failed${rest}`);
  }
}

function reasonOf({ fullName }: TestCase): string {
  const at = fullName.indexOf(NOT_RUN);
  if (at < 0) return `no reason given (${fullName})`;
  return fullName.slice(at + NOT_RUN.length, fullName.indexOf("]", at));
}
