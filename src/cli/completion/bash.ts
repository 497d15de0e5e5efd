import { allCommands, type CommandWords, type OptionWords } from "../commandTable.ts";

/** A script for bash. Where it offers no word, bash offers files. */
export function bashCompletion(table: CommandWords): string {
  const commands = allCommands(table);
  const below = commands.filter(({ path }) => path.length > 0);
  return `# Completion of premortem for bash: source <(premortem completion bash)
_premortem() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}"
  local command="" words="" word i
  # bash takes \`--format=sarif\` for three words.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${command:+$command }$word" in
${cases(below.map(({ path }) => [path.join(" "), LONGER]))}
    esac
  done
  COMPREPLY=()
  case "$command $prev" in
${cases(valueCases(commands))}
  esac
  case "$command" in
${cases(commands.map((one) => [one.path.join(" "), `words="${wordsOf(one).join(" ")}"`]))}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o bashdefault -o default -F _premortem premortem
`;
}

/** The words so far are a command, or a group of some. */
const LONGER = `command="\${command:+$command }$word"`;

/** Patterns and what is done for each: words of the table hold nothing that a shell reads. */
function cases(pairs: readonly (readonly [pattern: string, does: string])[]): string {
  return pairs.map(([pattern, does]) => `      "${pattern}") ${does} ;;`).join("\n");
}

function valueCases(
  commands: readonly CommandWords[],
): readonly (readonly [pattern: string, does: string])[] {
  return commands.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map((option) => [`${path.join(" ")} ${option.long}`, valueWords(option)] as const),
  );
}

/** Without words bash offers files. */
function valueWords({ choices }: OptionWords): string {
  return choices.length === 0
    ? "return"
    : `mapfile -t COMPREPLY < <(compgen -W "${choices.join(" ")}" -- "$cur"); return`;
}

function wordsOf({ commands, options, arguments: given }: CommandWords): readonly string[] {
  return [
    ...commands.map(({ path }) => path.at(-1) ?? ""),
    ...given.flatMap(({ choices }) => choices),
    ...options.map(({ long }) => long),
  ];
}
