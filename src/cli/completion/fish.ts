import { allCommands, type CommandWords, type OptionWords } from "../commandTable.ts";

/** Lines for fish, for `~/.config/fish/completions/premortem.fish`, or to be sourced. */
export function fishCompletion(table: CommandWords): string {
  const commands = allCommands(table);
  const below = commands.filter(({ path }) => path.length > 0);
  const names = below.map(({ path }) => quoted(path.join(" "))).join(" ");
  return `# Completion of premortem for fish: premortem completion fish | source
function __premortem_at --description 'whether this command is being written'
    set -l command
    for word in (commandline -opc)[2..]
        set -l longer (string trim -- "$command $word")
        contains -- $longer ${names}
        and set command $longer
    end
    test "$command" = "$argv[1]"
end
${commands.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, commands, options, arguments: given }: CommandWords): readonly string[] {
  const at = `complete -c premortem -n ${quoted(`__premortem_at '${path.join(" ")}'`)}`;
  return [
    ...commands.map(
      (one) => `${at} -f -a ${quoted(one.path.at(-1) ?? "")} -d ${quoted(one.description)}`,
    ),
    ...given.flatMap(({ choices, description }) =>
      choices.map((choice) => `${at} -f -a ${quoted(choice)} -d ${quoted(description)}`),
    ),
    ...options.map((option) => `${at} ${optionLine(option)}`),
  ];
}

function optionLine({ long, choices, takesValue, takesFile, description }: OptionWords): string {
  const name = long.startsWith("--") ? `-l ${long.slice(2)}` : `-s ${long.slice(1)}`;
  /* `-r`: a value follows; `-x`: and it is no file. */
  const value = !takesValue ? "" : takesFile ? " -r" : " -x";
  const words = choices.length === 0 ? "" : ` -a ${quoted(choices.join(" "))}`;
  return `${name}${value}${words} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
