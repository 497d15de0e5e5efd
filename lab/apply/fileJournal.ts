import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { ApplyState } from "../../src/operations/apply/model.ts";
import type { Journal } from "../../src/operations/apply/run.ts";

/** A journal in a file, a state a line: what a crash cuts off in the middle was never written. */
export function fileJournal(path: string): Journal {
  return {
    read: async () => states(path).at(-1) ?? null,
    write: async (state) => {
      const file = openSync(path, "a");
      writeSync(file, `${JSON.stringify(state)}\n`);
      fsyncSync(file);
      closeSync(file);
    },
  };
}

/** All states that were written. */
export function states(path: string): readonly ApplyState[] {
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return whole.map((line): ApplyState => JSON.parse(line));
}
