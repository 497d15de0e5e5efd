import { closeSync, openSync } from "node:fs";
import {
  type FileProblem,
  type FileText,
  MAXIMUM_FILE_BYTES,
  problemOf,
  textOf,
} from "../platform/files.ts";

/** Templates are rendered in far less; a command that waits for something is ended. */
const MAXIMUM_RENDER_MS = 60_000;

/**
 * What a shell command prints for a file. The file is its standard input, and its path is `$1`; it runs
 * in the current folder, and what it says on standard error is passed on.
 */
export function readRendered(command: string, path: string): FileText | FileProblem {
  let input: number | "inherit" = "inherit";
  try {
    if (path !== "-") input = openSync(path, "r");
  } catch (error) {
    return problemOf(path, error);
  }
  /* Most commands render nothing, and loading this took 3 ms of each start. */
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { status, signal, stdout, error } = spawnSync("/bin/sh", ["-c", command, "sh", path], {
    stdio: [input, "pipe", "inherit"],
    maxBuffer: MAXIMUM_FILE_BYTES,
    timeout: MAXIMUM_RENDER_MS,
  });
  if (input !== "inherit") closeSync(input);
  if (error === undefined && status === 0) return textOf(path, stdout);
  const code = error !== undefined && "code" in error ? String(error.code) : "";
  return {
    kind: "problem",
    path,
    message: `was not rendered: \`${command}\` ${ENDS.get(code) ?? endText(status, signal)}`,
    help: "try the command by hand: the file is its standard input, and its path is `$1`",
  };
}

const ENDS: ReadonlyMap<string, string> = new Map([
  ["ETIMEDOUT", `did not end within ${MAXIMUM_RENDER_MS / 1000} seconds`],
  ["ENOBUFS", `printed more than ${MAXIMUM_FILE_BYTES} bytes`],
]);

function endText(status: number | null, signal: string | null): string {
  return status === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${status}`;
}
