import type { Driver, Filter, Trouble } from "./events.ts";

type Rule = readonly [pattern: RegExp, troubleFor: (match: RegExpExecArray) => Trouble | null];

/** Where nothing is said of a database. */
const NOTHING_SAID = {
  kind: "database",
  program: "postfix",
  table: null,
  drivers: [],
  hosts: [],
} as const;

const DRIVERS: readonly Driver[] = ["pgsql", "mysql", "ldap", "memcache", "mongodb"];

function driversOf(word: string | undefined): readonly Driver[] {
  return DRIVERS.filter((driver) => driver === word);
}

const server = ([, driver, host = ""]: RegExpExecArray): Trouble => ({
  ...NOTHING_SAID,
  drivers: driversOf(driver),
  hosts: [host],
});

/** A service on a socket of the host is none of the network's. */
const filter = (kind: Filter, at: string): Trouble | null =>
  /^(?:unix|local):|^\/|^private\//.test(at) ? null : { kind: "filter", filter: kind, at };

/**
 * Warnings, and answers to those who come, in the order in which they are tried. Each begins where the line does:
 * anything further on may be somebody's words.
 */
const RULES: readonly Rule[] = [
  /* dict_pgsql.c, dict_mysql.c */
  [/^warning: connect to (pgsql|mysql) server (\S+): /, server],
  [/^warning: (pgsql|mysql) query failed: fatal error from host (\S+): /, server],
  /* dict_ldap.c names all servers of the table */
  [
    /^warning: dict_ldap_\w+: Unable to (?:bind|connect) to server (\S+(?: \w+:\/\/\S+)*)/,
    ([, hosts = ""]) => ({ ...NOTHING_SAID, drivers: ["ldap"], hosts: hosts.split(" ") }),
  ],
  [
    /^warning: connect to TCP map tcp:(\S+): /,
    ([, host = ""]) => ({ ...NOTHING_SAID, hosts: [host] }),
  ],
  /* maps.c, match_list.c: parameters or ids of mails, then the table, as far as a space */
  [
    /^(?:warning|error|fatal): (?:[\w.-]+:? )*(?:table )?(?:proxy:)?(pgsql|mysql|ldap|memcache|mongodb):(\{|[^\s,:]+)\S*:? (?:lookup error|table lookup)/,
    ([, driver, path = ""]) => ({
      ...NOTHING_SAID,
      drivers: driversOf(driver),
      table: `${driver}:${path}`,
    }),
  ],
  [/^(?:warning|error|fatal): (?:[\w.-]+:? )*(?:map|table) lookup problem/, () => NOTHING_SAID],
  [
    /^(?:NOQUEUE|\w+): reject: [\w-]+ from \S+: 4\d\d (?:4\.\d\.\d )?(?:<…>: )?(?:[\w ]+ rejected: )?Temporary lookup (?:failure|error)$/,
    () => NOTHING_SAID,
  ],
  /* xsasl_dovecot_server.c */
  [
    /^warning: \S+: SASL \S+ authentication failed: (?:Connection lost to authentication server|Temporary)/,
    () => ({ kind: "login", at: null }),
  ],
  [
    /^\w+: SASL: Connect to (?:Dovecot auth socket )?'?(\S+?)'? failed/,
    ([, at = ""]) => ({ kind: "login", at: at.startsWith("inet:") ? at : null }),
  ],
  /* milter8.c, auto_clnt.c, attr_clnt.c, smtpd_proxy.c */
  [/^warning: connect to Milter service (\S+): /, ([, at = ""]) => filter("milter", at)],
  [
    /^warning: milter (\S+): (?:can't read|error writing|EOF while|read error|write error)/,
    ([, at = ""]) => filter("milter", at),
  ],
  [/^warning: connect to proxy filter (\S+): /, ([, at = ""]) => filter("filter", at)],
  [
    /^warning: (?:problem talking to server|connect to) ((?:inet:)?(?:\[[^\]]+\]|[\w.-]+):\d+): /,
    ([, at = ""]) => filter("policy", at),
  ],
  [
    /^(?:NOQUEUE|\w+): (?:milter-)?reject: [\w-]+ from \S+: (?:451 )?4\.7\.1 (?:<…>: )?Service unavailable - try again later$/,
    () => ({ kind: "filter", filter: "milter", at: null }),
  ],
  [
    /^NOQUEUE: reject: [\w-]+ from \S+: 451 4\.3\.5 (?:<…>: )?(?:[\w ]+ rejected: )?Server configuration problem$/,
    () => ({ kind: "filter", filter: "policy", at: null }),
  ],
];

/** What a warning of Postfix, without anybody's words, speaks of; null: nothing that we know. */
export function troubleOfWarning(text: string): Trouble | null {
  for (const [pattern, troubleFor] of RULES) {
    const match = pattern.exec(text);
    if (match !== null) return troubleFor(match);
  }
  return null;
}
