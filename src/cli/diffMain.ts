/** `premortem diff BEFORE AFTER [--json]` without the other commands: what is not loaded takes no time. */
import { diff } from "./commands/diff.ts";
import { endWith } from "./ending.ts";
import { interruptible } from "./interruptible.ts";
import { standardStreams } from "./streams.ts";

const args = process.argv.slice(3);
const [before = "", after = ""] = args.filter((arg) => arg !== "--json");
const options = args.includes("--json") ? { json: true } : {};

const streams = standardStreams("auto");

endWith(async () =>
  interruptible(null, streams.error, (work) => diff([before, after], options, streams, work)),
);
