import { plainText, type Report, type Result } from "../result.ts";

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

/** Workflow commands of GitHub: a note at the line of each result. */
export function github({ command, results, headline }: Report): string {
  const lines = results.filter(({ outcome }) => outcome !== "pass").map(commandOf);
  return `${[...lines, `premortem ${command}: ${headline}`].join("\n")}\n`;
}

function commandOf(result: Result): string {
  const { rule, level, place } = result;
  const at =
    place === null || place.file === "-"
      ? {}
      : {
          file: place.file.replace(/^(?:\.\/+)+/, ""),
          line: place.line,
          endLine: place.endLine,
          ...(place.column === null ? {} : { col: place.column }),
          ...(place.column === null || place.endColumn === null
            ? {}
            : { endColumn: place.endColumn }),
        };
  const properties = Object.entries({ ...at, title: `premortem: ${rule.title}` })
    .map(([name, value]) => `${name}=${property(String(value))}`)
    .join(",");
  return `::${COMMANDS[level]} ${properties}::${data(plainText(result))}`;
}

/** A line end would begin another command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
