/** A line of a log without its head. */
export interface LogLine {
  /** `postfix/smtpd`, `dovecot/auth`. */
  readonly program: string;
  readonly text: string;
}

/** Characters of a line that are looked at: Postfix cuts its own at 2,000. */
const MAXIMUM_LINE = 4_000;

const POSTFIX = /(?:^|\s)(postfix[\w-]*(?:\/[\w-]+)*)\[\d+\]: (.*)$/;
/** `dovecot: auth: …` of syslog. */
const DOVECOT_SYSLOG = /\sdovecot(?:\[\d+\])?: ([\w-]+)(?:\([^)]*\))*(?:<[^>]*>)*: (.*)$/;
/** `Nov 25 04:00:00 auth: Error: …` of Dovecot's own file. */
const DOVECOT_FILE =
  /^(?:\w{3} +\d+ [\d:]+|\d{4}-\d\d-\d\d[T ][\d:.]+\S*) ([\w-]+)(?:\([^)]*\))*(?:<[^>]*>)*: ((?:Error|Warning|Fatal|Info|Panic): .*)$/;

/** Which program says what; null: none that we know. */
export function parseLine(raw: string): LogLine | null {
  const line = raw.slice(0, MAXIMUM_LINE);
  const [, program, text] = POSTFIX.exec(line) ?? [];
  if (program !== undefined && text !== undefined) return { program, text };
  const [, part, words] = DOVECOT_SYSLOG.exec(line) ?? DOVECOT_FILE.exec(line) ?? [];
  return part === undefined || words === undefined
    ? null
    : { program: `dovecot/${part}`, text: words };
}
