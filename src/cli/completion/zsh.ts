import { allCommands, type CommandWords, type OptionWords } from "../commandTable.ts";

/** A function for zsh: for a file `_premortem` in its `fpath`, or to be sourced. */
export function zshCompletion(table: CommandWords): string {
  const commands = allCommands(table);
  const below = commands.filter(({ path }) => path.length > 0);
  return `#compdef premortem
# Completion of premortem for zsh: source <(premortem completion zsh)
_premortem() {
  local command="" word
  local -i i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "\${command:+$command }$word" in
${cases(below.map(({ path }) => [path.join(" "), LONGER]))}
    esac
  done
  local -a found
  case "$command \${words[CURRENT - 1]}" in
${cases(valueCases(commands))}
  esac
  case "$command" in
${cases(commands.map((one) => [one.path.join(" "), `found=(${wordsOf(one).join(" ")})`]))}
  esac
  _describe -t words premortem found
  [[ $PREFIX == -* || -z "$command" ]] || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _premortem "$@"; else compdef _premortem premortem; fi
`;
}

/** The words so far are a command, or a group of some. */
const LONGER = `command="\${command:+$command }$word"`;

function cases(pairs: readonly (readonly [pattern: string, does: string])[]): string {
  return pairs.map(([pattern, does]) => `      (${quoted(pattern)}) ${does} ;;`).join("\n");
}

function valueCases(
  commands: readonly CommandWords[],
): readonly (readonly [pattern: string, does: string])[] {
  return commands.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map((option) => {
        const pattern = `${path.join(" ")} ${option.long}`;
        return [pattern, `${valueWords(option)}; return`] as const;
      }),
  );
}

function valueWords({ choices, takesFile, description }: OptionWords): string {
  if (choices.length > 0) return `compadd -- ${choices.map(quoted).join(" ")}`;
  return takesFile ? "_files" : `_message ${quoted(description)}`;
}

/** `word:what it is`, as `_describe` has it. */
function wordsOf({ commands, options, arguments: given }: CommandWords): readonly string[] {
  return [
    ...commands.map(({ path, description }) => described(path.at(-1) ?? "", description)),
    ...given.flatMap(({ choices }) => choices).map(quoted),
    ...options.map(({ long, description }) => described(long, description)),
  ];
}

function described(word: string, description: string): string {
  return quoted(`${word}:${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
