import type { LogEvent, Trouble } from "./events.ts";
import type { LogLine } from "./line.ts";

/** `pgsql(10.10.4.10): Connect failed: Timeout after 5 seconds` (lib-sql/driver-pgsql.c). */
const CONNECT =
  /(?:^|\s)(?:pgsql|mysql)\(([^)]+)\): (?:Connect failed|Lost connection|Connection lost|Query timed out)/;
/** `sql(user,…): Password query failed: Not connected to database` (auth/passdb-sql.c). */
const QUERY =
  /(?:Password|User) (?:query|lookup) failed|Not connected to database|userdb lookup.*(?:failed|timed out)/;
const DIRECTORY =
  /ldap\([^)]*\): .*(?:Can't (?:contact|connect)|Connection|timed out)|LDAP: .*(?:failed|Can't)/;

/** What a line of Dovecot says; only what keeps its users out. */
export function readDovecotLine({ program, text }: LogLine): LogEvent | null {
  if (!/^dovecot\/(?:auth|auth-worker|lmtp|imap|imap-login)$/.test(program)) return null;
  if (!/\b(?:Error|Fatal|Warning): /.test(text)) return null;
  const [, host] = CONNECT.exec(text) ?? [];
  if (host !== undefined) return trouble(text, host);
  return QUERY.test(text) || DIRECTORY.test(text) ? trouble(text, null) : null;
}

function trouble(text: string, host: string | null): LogEvent {
  const found: Trouble = { kind: "database", program: "dovecot", table: null, host };
  const reason = text.replace(/\b(sql|pam|ldap|passwd)\([^)]*\)/g, "$1(…)").replace(/<[^>]*>/g, "");
  return { kind: "trouble", reason, trouble: found };
}
