/** A word of a line, unquoted as iptables-restore does it. */
export interface Token {
  readonly text: string;
  /** Columns from 1; the end is exclusive. */
  readonly column: number;
  readonly endColumn: number;
  /** Some of it stood in double quotes, so it is no option. */
  readonly quoted: boolean;
}

const TAB = 9;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Splits a line into words. Only double quotes quote, a backslash escapes inside of them only, and a
 * closing quote ends the word (`add_param_to_argv` of iptables 1.8).
 */
export function tokenize(line: string, start = 0): readonly Token[] {
  const tokens: Token[] = [];
  const { length } = line;
  let at = start;
  while (at < length) {
    const code = line.charCodeAt(at);
    if (code === SPACE || code === TAB) {
      at++;
      continue;
    }
    const plainEnd = endOfPlain(line, at);
    if (plainEnd >= 0) {
      tokens.push({
        text: line.slice(at, plainEnd),
        column: at + 1,
        endColumn: plainEnd + 1,
        quoted: false,
      });
      at = plainEnd;
    } else at = readQuoted(line, at, tokens);
  }
  return tokens;
}

/** The end of a word without quotes, or -1 where it has some. */
function endOfPlain(line: string, start: number): number {
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === SPACE || code === TAB) return at;
    if (code === QUOTE) return -1;
  }
  return line.length;
}

function readQuoted(line: string, start: number, tokens: Token[]): number {
  const parts: string[] = [];
  let open = false;
  let from = start;
  let at = start;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (!open) {
      if (code !== QUOTE) continue;
      parts.push(line.slice(from, at));
      from = at + 1;
      open = true;
    } else if (code === BACKSLASH) {
      parts.push(line.slice(from, at));
      from = at + 1;
      at++;
    } else if (code === QUOTE) {
      parts.push(line.slice(from, at));
      from = at + 1;
      break;
    }
  }
  const end = Math.min(at + 1, line.length);
  if (at >= line.length) parts.push(line.slice(from));
  tokens.push({ text: parts.join(""), column: start + 1, endColumn: end + 1, quoted: true });
  return end;
}
