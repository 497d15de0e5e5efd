import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type FileProblem, problemOf } from "../platform/files.ts";

/** Calls `each` for each line as it comes; `-` is standard input. */
export async function readLines(
  path: string,
  each: (line: string, number: number) => void,
): Promise<FileProblem | null> {
  const input = path === "-" ? process.stdin : createReadStream(path);
  const failed = new Promise<FileProblem>((resolve) =>
    input.once("error", (error: Error) => resolve(problemOf(path, error))),
  );
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const closed = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
  let number = 0;
  lines.on("line", (line) => each(line, ++number));
  return Promise.race([failed, closed]);
}
