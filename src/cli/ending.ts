import type { ExitCode } from "./exit.ts";

/** Ended by a defect of premortem itself (EX_SOFTWARE of sysexits). */
const DEFECT = 70;

/** Ended because nobody reads any more, as SIGPIPE ends others: 128 and its number. */
const NO_READER = 141;

/** Runs what the process is for, and ends it with its exit code. */
export function endWith(work: () => Promise<ExitCode>): void {
  /* A reader that closes early, such as `head`, is no error; but what was not decided yet is no success. */
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(process.exitCode ?? NO_READER);
    });
  work().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`premortem has a defect: please report this with your input\n${text}\n`);
      process.exitCode = DEFECT;
    },
  );
}
