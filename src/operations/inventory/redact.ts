/** What stands where a secret stood. */
export const REDACTED = "‹redacted›";

/** A word that names a secret: `smtp_sasl_password`, `insecure-password`, `api_key`. */
const NAME =
  "[\\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|psk|private[_-]?key)[\\w.-]*";
/** `NAME = VALUE`, `NAME: VALUE`, `NAME VALUE` as the whole line; also one that is commented out. */
const LINE = new RegExp(`^(\\s*(?:[#;]+\\s*)?${NAME}\\s*[:=]\\s*)(\\S.*?)(\\s*)$`, "i");
const WORDS = new RegExp(`^(\\s*${NAME}\\s+)([^\\s:=].*?)(\\s*)$`, "i");
/** `NAME=VALUE` inside of a line, with or without quotes; in HAProxy `user admin insecure-password VALUE`. */
const IN_LINE = new RegExp(`(\\b${NAME}=)("[^"]*"|'[^']*'|[^\\s;,"']+)`, "gi");
const BEHIND_WORD = /(\suser\s+\S+\s+(?:insecure-)?password\s+)\S+/gi;
/** `postgres://user:secret@host`. */
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]+:)[^\s@/]+(@)/gi;
const BEGIN = /^-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const END = /^-----END [A-Z ]*PRIVATE KEY-----/;

/**
 * A text without its secrets, line for line: a snapshot is for ever, and its hash must not let anybody
 * guess one. What is a secret is told by its key, so that a harmless value may be lost as well.
 */
export function redact(text: string): string {
  let isInKey = false;
  return text
    .split("\n")
    .map((line) => {
      if (BEGIN.test(line)) isInKey = true;
      else if (END.test(line)) isInKey = false;
      else if (isInKey) return REDACTED;
      return redactLine(line);
    })
    .join("\n");
}

function redactLine(line: string): string {
  const inner = line
    .replace(IN_URL, `$1${REDACTED}$2`)
    .replace(BEHIND_WORD, `$1${REDACTED}`)
    .replace(IN_LINE, `$1${REDACTED}`)
    .replace(LINE, `$1${REDACTED}$3`);
  /* In a sentence of a comment the words behind "password" are no secret. */
  return /^\s*[#;]/.test(line) ? inner : inner.replace(WORDS, `$1${REDACTED}$3`);
}
