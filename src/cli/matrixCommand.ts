import { type Command, Option } from "commander";
import { type MatrixOptions, matrix } from "./commands/matrix.ts";
import type { ExitCode } from "./exit.ts";
import type { Work } from "./interruptible.ts";
import { addOutputOptions } from "./outputOptions.ts";
import type { Streams } from "./streams.ts";

const HELP = `
Examples:
  premortem matrix edge.nft --service ssh
  premortem matrix edge.nft --service tcp/25 --to 203.0.113.0/24 --json
  premortem matrix edge.nft --service udp/53 --path input --unknown deny
  premortem matrix edge.nft --service smtp --network premortem.yaml --from mail-servers

Hosts that fare alike are one class. "yes" is proved for all packets that clients send, "no" for all
that anybody can; "depends" says on what (a limiter, a time of day, a header field).
With a network file hosts are behind the interfaces of their zones, and are called by its names.
`;

/** `notes`: what is said below the help of each command. */
export function addMatrixCommand(
  program: Command,
  notes: string,
  timeLimit: Option,
  run: (options: MatrixOptions, command: (streams: Streams, work: Work) => ExitCode) => void,
): void {
  addOutputOptions(
    program
      .command("matrix")
      .description("who reaches whom, for a service")
      .argument("<file...>", "files of the ruleset")
      .requiredOption(
        "--service <service>",
        "such as tcp/22, ssh, ping, or a name of the network file",
      )
      .addOption(
        new Option("--path <path>", "through the device, to it, or from it")
          .choices(["forward", "input", "output"])
          .default("forward"),
      )
      .addOption(
        new Option("--state <state>", "connections that begin, or that go on")
          .choices(["new", "established"])
          .default("new"),
      )
      .addOption(
        new Option("--unknown <answer>", "what `depends` shall count as").choices([
          "allow",
          "deny",
        ]),
      )
      .option("--from <hosts>", "networks, or names of the network file, with commas between them")
      .option("--to <hosts>", "the same for the other end")
      .option("--network <file>", "a network file whose zones say where hosts are")
      .option("--device <name>", "the device whose ruleset this is, where there are several")
      .addOption(timeLimit),
  )
    .addHelpText("after", HELP + notes)
    .action((files, options) =>
      run(options, (streams, work) => matrix(files, options, streams, work)),
    );
}
