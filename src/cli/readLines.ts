import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type FileProblem, problemOf } from "../platform/files.ts";

/** Calls `each` for each line as it comes; `-` is standard input. */
export async function readLines(
  path: string,
  each: (line: string, number: number) => void,
): Promise<FileProblem | null> {
  const input = path === "-" ? process.stdin : createReadStream(path);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  return new Promise((resolve) => {
    const fail = (error: Error) => resolve(problemOf(path, error));
    input.once("error", fail);
    /* The reader of lines passes on the error of its stream. */
    lines.once("error", fail);
    lines.on("line", (line) => each(line, ++number));
    lines.once("close", () => resolve(null));
  });
}
