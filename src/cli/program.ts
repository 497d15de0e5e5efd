import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { check } from "./commands/check.ts";
import { diff } from "./commands/diff.ts";
import { openPromises } from "./commands/diffPromises.ts";
import { explainCode } from "./commands/explain.ts";
import { lint } from "./commands/lint.ts";
import { trace } from "./commands/trace.ts";
import { commandTable } from "./commandTable.ts";
import { COMPLETIONS } from "./completion/index.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import { interruptible, type Work } from "./interruptible.ts";
import { manualPage } from "./manual.ts";
import { addMatrixCommand } from "./matrixCommand.ts";
import { addOutputOptions } from "./outputOptions.ts";
import { addServerCommands } from "./serverCommands.ts";
import { type ColourChoice, type Streams, standardStreams } from "./streams.ts";
import { VERSION } from "./version.ts";

/** Put in by the bundler. Empty: it was built outside of a repository. */
declare const PREMORTEM_COMMIT: string;

const OVERVIEW = `premortem proves what a change of firewall rules does before it ships.

  premortem diff rules.nft rules-new.nft
  premortem trace rules.nft 'tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0'
  premortem check rules-new.nft
  iptables-save | premortem lint -

Rulesets: diff, check, trace, matrix, lint, explain.
Networks: serve, then init, status, propose, approve, apply, incident, undo, postmortem.
All commands: premortem --help    All about one: premortem COMMAND --help
`;

const EXIT_CODES = `
Exit codes:
  0  nothing found, equal, everything decided
  1  findings, a difference, or a broken intent
  2  bad usage, or input that cannot be read
  3  something asked is undecided, or was not analysed (--allow-undecided makes it 0)
  130  interrupted`;

const FILES = `
Files are nft scripts, iptables-save, ip6tables-save or \`ipset save\`, told apart by their content.
Several make one device, in the order given; a folder is its files by name; \`-\` is standard input.`;

const TRACE_HELP = `
Examples:
  premortem trace edge.nft 'tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0'
  premortem trace edge.nft 'udp [2001:db8::1]:5353 > [2001:db8::2]:53 in=eth1 state=new' --json
  premortem trace edge.nft 'icmp 10.0.0.5 > 10.0.1.1 type=8 code=0 in=eth1 ttl=1'
  premortem trace edge.nft --packets packets.txt --sequence

A packet is PROTOCOL SOURCE > DESTINATION and key=value: in=, out=, path=forward|input|output,
hook=, state=, dir=reply, flags=syn,ack, mark=, type=, code=, and any selector of nft with dots for
its blanks (ip.ttl=5). What is left out stays open, and the answer says where it matters.
With in and out it is forwarded; with in alone it is for this device, with out alone from it.
Lines of --packets may be steps too: wait 5s, conntrack -F, nft …, iptables …, ip6tables …, ipset ….
${FILES}
${EXIT_CODES}`;

const DIFF_HELP = `
Examples:
  premortem diff edge.nft edge-new.nft
  sudo nft list ruleset | premortem diff - edge-new.nft
  premortem diff before.rules after.rules --json
  premortem diff base.nft bans.nft --to base-new.nft bans.nft
  premortem diff --onto running.nft candidate.nft
  premortem diff edge.nft edge-new.nft --network premortem.yaml
  premortem diff --render 'jinja2 "$1" vars.yaml' edge.nft.j2 edge-new.nft.j2

With --onto the files are scripts that run on a state: alone, they are compared with it; with --to,
both rulesets run on it. \`flush ruleset\` in them takes the tables of others too, as it does on a device.
The command of --render finds the path of each file in $1 and its text on standard input.

Each class of packets comes with an example that \`trace\` takes, and with the rule that decides it
on both sides. "Nothing else changes" is a proof; what it assumes is told with it.
${FILES}
${EXIT_CODES}`;

const CHECK_HELP = `
Examples:
  premortem check edge.nft
  sudo nft list ruleset | premortem check - --network premortem.yaml --device edge

The network file names devices, zones, roles and intents: flows that must be possible, or must not
(docs/reference/network-file.md). It is looked for here, then beside the first file.
${FILES}
${EXIT_CODES}`;

const RENDER = "read what this shell command prints for each file ($1), for templates";

const TIME_LIMIT = "say `not analysed` of what takes longer, and end with 3";

function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= MAXIMUM_SECONDS))
    throw new InvalidArgumentError(`Write a number of seconds up to ${MAXIMUM_SECONDS}.`);
  return number;
}

/** A day: timers of the system cannot wait for a month. */
const MAXIMUM_SECONDS = 86_400;

/** For options that can be given again. */
function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

const COMPLETION_HELP = `
Examples:
  source <(premortem completion bash)
  premortem completion zsh > ~/.zfunc/_premortem
  premortem completion fish > ~/.config/fish/completions/premortem.fish`;

const MAN_HELP = `
Examples:
  premortem man | man -l -
  premortem man > /usr/local/share/man/man1/premortem.1`;

const LINT_HELP = `
Examples:
  premortem lint edge.nft
  sudo nft list ruleset | premortem lint - --boot /etc/nftables.conf

Findings are errors (it does not load), warnings and notes; notes alone end with 0.
\`premortem explain PM6001\` tells what a code means, with an example.
${FILES}
${EXIT_CODES}`;

/** `0.1.0 (commit 0a1b2c3d4e5f, Node v20.19.2)`. */
function versionText(): string {
  const built = PREMORTEM_COMMIT === "" ? [] : [`commit ${PREMORTEM_COMMIT}`];
  return `${VERSION} (${[...built, `Node ${process.version}`].join(", ")})`;
}

/** Runs one command line to its exit code. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  if (args.length === 0) {
    process.stdout.write(OVERVIEW);
    return EXIT.clean;
  }
  let code: ExitCode = EXIT.clean;
  const program = new Command("premortem");
  const streams = (): Streams => standardStreams(program.opts<{ color: ColourChoice }>().color);
  const whole = (options: { readonly timeLimit?: number }, command: (work: Work) => ExitCode) =>
    interruptible(options.timeLimit ?? null, streams().error, command);
  program
    .description("Proves what a change of firewall rules does before it ships.")
    .version(versionText(), "--version", "print the version, its commit, and that of Node")
    .addOption(
      new Option("--color <when>", "when to use colours")
        .choices(["auto", "always", "never"])
        .default("auto"),
    )
    .addHelpText("after", EXIT_CODES)
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  addOutputOptions(
    program
      .command("diff")
      .description("which packets change their fate between two rulesets")
      .argument("[file...]", "the ruleset as it is, then the ruleset as it shall be")
      .option(
        "--to <file...>",
        "the ruleset as it shall be, where one of the two has several files",
      )
      .option(
        "--onto <file>",
        "run the files on this state, such as what runs (repeatable)",
        gather,
      )
      .option(
        "--network <file>",
        "judge the intents of this network file on both sides, and say how to mend them",
      )
      .option("--device <name>", "the device whose rulesets these are, where there are several")
      .option("--render <command>", RENDER)
      .option("--time-limit <seconds>", TIME_LIMIT, seconds)
      .option("--allow-undecided", "end with 0 where something is undecided"),
  )
    .addHelpText("after", DIFF_HELP)
    .action((files, options) => {
      code = whole(options, (work) => diff(files, options, streams(), work, openPromises));
    });
  addOutputOptions(
    program
      .command("check")
      .description("which intents of the network file a ruleset keeps")
      .argument("<file...>", "files of the ruleset")
      .option("--network <file>", "the network file (premortem.yaml)")
      .option("--device <name>", "the device whose ruleset this is, where there are several")
      .option("--render <command>", RENDER)
      .option("--time-limit <seconds>", TIME_LIMIT, seconds)
      .option("--allow-undecided", "end with 0 where something is undecided"),
  )
    .addHelpText("after", CHECK_HELP)
    .action((files, options) => {
      code = whole(options, (work) => check(files, options, streams(), work));
    });
  program
    .command("trace")
    .description("what happens to a packet, and which rule decides it")
    .argument("<file...>", "files of the ruleset, then the packet")
    .option("--json", "print JSON")
    .option("--packets <file>", "ask each line of a file (- is standard input), as lines of JSON")
    .option("--sequence", "play the packets in order, with connections and limits remembered")
    .option("--setup <file>", "interfaces, addresses, routes and sysctls of the device, as JSON")
    .option("--allow-undecided", "end with 0 where something is undecided")
    .addHelpText("after", TRACE_HELP)
    .action(async (files, options) => {
      code = await trace(files, options, streams());
    });
  const limit = new Option("--time-limit <seconds>", TIME_LIMIT).argParser(seconds);
  addMatrixCommand(program, FILES + EXIT_CODES, limit, (options, command) => {
    code = whole(options, (work) => command(streams(), work));
  });
  addOutputOptions(
    program
      .command("lint")
      .description("what is wrong in a ruleset, and how much of it is understood")
      .argument("<file...>", "files of the ruleset")
      .option("--owners", "ask for an owner in the comment of each rule that lets packets in")
      .option("--boot <file>", "what is loaded at boot: tell what runs and is not in it")
      .option("--interfaces <names>", "those that the device has: tell rules about others")
      .option("--today <date>", "the date that rules with an end are held against (default: today)")
      .option("--render <command>", RENDER)
      .option("--allow-undecided", "do not end with 3 where something was not analysed"),
  )
    .addHelpText("after", LINT_HELP)
    .action((files, options) => {
      code = whole(options, () => lint(files, options, streams()));
    });
  program
    .command("explain")
    .description("what the code of a finding means; without a code, all of them")
    .argument("[code]", "such as PM1010")
    .option("--json", "print JSON")
    .action((wanted, options) => {
      code = explainCode(wanted, options, streams());
    });
  program
    .command("completion")
    .description("a script that completes commands and options in your shell")
    .addArgument(new Argument("<shell>", "your shell").choices([...COMPLETIONS.keys()]))
    .addHelpText("after", COMPLETION_HELP)
    .action((shell) => {
      streams().out.write(COMPLETIONS.get(shell)?.(commandTable(program)) ?? "");
    });
  program
    .command("man")
    .description("the manual page, made of the help of all commands")
    .addHelpText("after", MAN_HELP)
    .action(() => {
      streams().out.write(manualPage(commandTable(program), VERSION));
    });
  addServerCommands(program, {
    version: VERSION,
    streams,
    end: (ended) => {
      code = ended;
    },
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.clean : EXIT.usage;
  }
}
