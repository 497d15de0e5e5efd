import type { Command, Option } from "commander";

/** A command as the table of commands tells it: what completion and the manual are made of. */
export interface CommandWords {
  /** Words behind `premortem`; empty: itself. */
  readonly path: readonly string[];
  readonly description: string;
  /** As in `[options] <file...>`. */
  readonly usage: string;
  readonly arguments: readonly ArgumentWords[];
  readonly options: readonly OptionWords[];
  /** What its help says behind the options: examples, exit codes. */
  readonly more: string;
  readonly commands: readonly CommandWords[];
}

export interface ArgumentWords {
  readonly name: string;
  readonly description: string;
  /** Empty: anything. */
  readonly choices: readonly string[];
}

export interface OptionWords {
  /** As in `--format <format>`. */
  readonly flags: string;
  readonly long: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty: anything. */
  readonly choices: readonly string[];
  readonly takesFile: boolean;
}

/** The table of commands, as it was built. */
export function commandTable(command: Command, path: readonly string[] = []): CommandWords {
  const help = command.createHelp();
  return {
    path,
    description: command.description(),
    usage: command.usage(),
    arguments: command.registeredArguments.map((one) => ({
      name: one.name(),
      description: one.description,
      choices: one.argChoices ?? [],
    })),
    options: help.visibleOptions(command).map(optionWords),
    more: helpBehind(command),
    commands: command.commands.map((one) => commandTable(one, [...path, one.name()])),
  };
}

/** The command and all below it, first to last. */
export function allCommands(table: CommandWords): readonly CommandWords[] {
  return [table, ...table.commands.flatMap(allCommands)];
}

function optionWords(option: Option): OptionWords {
  const { flags, long, short, description, argChoices = [] } = option;
  return {
    flags,
    long: long ?? short ?? "",
    description,
    takesValue: option.required || option.optional,
    choices: argChoices,
    takesFile: /[<[](?:file|folder)/.test(flags),
  };
}

function helpBehind(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  command.configureOutput({ writeOut: (more) => process.stdout.write(more) });
  const own = command.helpInformation();
  return text.startsWith(own) ? text.slice(own.length).trim() : "";
}
