import type { CommandWords } from "../commandTable.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

/** Shells whose completion can be printed, each with the file that writes it. */
export const COMPLETIONS: ReadonlyMap<string, (table: CommandWords) => string> = new Map([
  ["bash", bashCompletion],
  ["zsh", zshCompletion],
  ["fish", fishCompletion],
]);
