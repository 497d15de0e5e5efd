import { EXIT } from "./exit.ts";
import { run } from "./program.ts";

/** Ended by a defect of premortem itself (EX_SOFTWARE of sysexits). */
const DEFECT = 70;

/* A reader that closes early, such as `head`, is no error. */
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(EXIT.clean);
  });

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`premortem has a defect: please report this with your input\n${text}\n`);
    process.exitCode = DEFECT;
  },
);
