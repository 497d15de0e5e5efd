import { Command } from "commander";
import { expect, test } from "vitest";
import { addServerCommands } from "./serverCommands.ts";
import { standardStreams } from "./streams.ts";

const program = new Command("premortem");
addServerCommands(program, {
  version: "0",
  streams: () => standardStreams("never"),
  end: () => undefined,
});
const all = program.commands.flatMap((one) => (one.commands.length > 0 ? one.commands : [one]));

test.each(all.map((one) => [one.name(), one] as const))(
  "the help of %s names its exit codes",
  (_, command) => {
    let text = "";
    command.configureOutput({
      writeOut: (more) => {
        text += more;
      },
    });
    command.outputHelp();
    expect(text).toMatch(/^Exit codes: /m);
  },
);
