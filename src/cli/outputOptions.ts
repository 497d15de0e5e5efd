/** The options of all commands whose answer has formats; apart from showing it, which a plain diff does without options. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { FORMATS, isFormat } from "../report/formats/index.ts";
import type { WrittenFile } from "./output.ts";

/** Adds them to a command. */
export function addOutputOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--format <format>", "how to print it, as text by default").choices(FORMATS),
    )
    .addOption(new Option("--json", "print JSON: --format json").conflicts("format"))
    .addOption(
      new Option("--write <format=file>", "write it to a file as well (repeatable)").argParser(
        gatherWritten,
      ),
    )
    .option("--quiet", "print no answer: the exit code alone tells it");
}

function gatherWritten(value: string, before: readonly WrittenFile[] = []): readonly WrittenFile[] {
  const at = value.indexOf("=");
  const format = value.slice(0, Math.max(0, at));
  const path = value.slice(at + 1);
  if (!isFormat(format) || path === "")
    throw new InvalidArgumentError(`Write FORMAT=FILE; formats are ${FORMATS.join(", ")}.`);
  return [...before, { format, path }];
}
