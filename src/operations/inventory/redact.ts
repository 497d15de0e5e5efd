/** What stands where a secret stood. */
export const REDACTED = "‹redacted›";

/** Keys whose values are secrets, in Postfix's and Dovecot's SQL files, HAProxy, WireGuard and the like. */
const KEY =
  /^(\s*(?:[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|psk|private[_-]?key)[\w.-]*)\s*[:= ]\s*)(\S.*?)(\s*)$/i;
/** `postgres://user:secret@host`, `password=secret` inside of a longer value. */
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]+:)[^\s@/]+(@)/gi;
const IN_WORDS = /(\b(?:password|passwd|secret|token|psk)=)[^\s;,"']+/gi;
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
  if (/^\s*[#;]/.test(line)) return line.replace(IN_URL, `$1${REDACTED}$2`);
  return line
    .replace(KEY, `$1${REDACTED}$3`)
    .replace(IN_URL, `$1${REDACTED}$2`)
    .replace(IN_WORDS, `$1${REDACTED}`);
}
