import { withoutWords } from "./cut.ts";
import type { Driver, LogEvent, Trouble } from "./events.ts";
import type { LogLine } from "./line.ts";

/** `pgsql(10.10.4.10): Connect failed: Timeout after 5 seconds` (lib-sql/driver-pgsql.c). */
const CONNECT =
  /(?:^|\s)(pgsql|mysql)\(([^)]+)\): (?:Connect failed|Lost connection|Connection lost|Query timed out)/;
/** `sql(user,…): Password query failed: Not connected to database` (auth/passdb-sql.c). */
const QUERY =
  /(?:Password|User) (?:query|lookup) failed|Not connected to database|userdb lookup.*(?:failed|timed out)/;
const DIRECTORY =
  /ldap\([^)]*\): .*(?:Can't (?:contact|connect)|Connection|timed out)|LDAP: .*(?:failed|Can't)/;

/** What a line of Dovecot says; only what keeps its users out. */
export function readDovecotLine({ program, text: raw }: LogLine): LogEvent | null {
  if (!/^dovecot\/[\w-]+$/.test(program)) return null;
  if (!/^(?:Error|Fatal|Warning): /.test(raw)) return null;
  /* Names of users stand in parentheses. */
  const text = withoutWords(raw).replace(/\b(sql|pam|ldap|passwd)\([^)]*\)/g, "$1(…)");
  const [, driver, host] = CONNECT.exec(text) ?? [];
  if (host !== undefined) return trouble(text, driver === "mysql" ? ["mysql"] : ["pgsql"], [host]);
  if (DIRECTORY.test(text)) return trouble(text, ["ldap"], directoriesIn(text));
  return QUERY.test(text) ? trouble(text, /\bsql\(…\)/.test(text) ? SQL : [], []) : null;
}

const SQL: readonly Driver[] = ["pgsql", "mysql"];

/** `Connection to ldaps://dir timed out`. */
function directoriesIn(text: string): readonly string[] {
  return text.match(/\bldaps?:\/\/[^\s/,]+/g) ?? [];
}

function trouble(reason: string, drivers: readonly Driver[], hosts: readonly string[]): LogEvent {
  const found: Trouble = { kind: "database", program: "dovecot", table: null, drivers, hosts };
  return { kind: "trouble", reason: reason.replace(/<…>/g, ""), trouble: found };
}
