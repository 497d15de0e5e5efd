import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CORPUS, describeWith } from "../../../test/requirements.ts";
import { readNeeds } from "./needs.ts";

const ROOTS = { postfix: "/etc/postfix", dovecot: "/etc/dovecot" };

/** `program kind host:port file:line`. */
function needs(files: Readonly<Record<string, string>>): readonly string[] {
  return readNeeds(ROOTS, new Map(Object.entries(files))).needs.map(
    ({ program, kind, host, port, file, line }) =>
      `${program} ${kind} ${host}:${port} ${file}:${line}`,
  );
}

const MAIN = "/etc/postfix/main.cf";
const MASTER = "/etc/postfix/master.cf";
const USERS = "/etc/postfix/users.cf";
const DOVECOT = "/etc/dovecot/dovecot.conf";
const SQL = "/etc/dovecot/sql.conf";
const LOOKUP = `passdb {\n  driver = sql\n  args = ${SQL}\n}`;

describe("what a host needs, by the line that says so", () => {
  const mapped = (table: string, users: string) => ({
    [MAIN]: `virtual_mailbox_maps = ${table}`,
    [USERS]: users,
  });
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] =
    [
      [
        "resolvers",
        { "/etc/resolv.conf": "# x\nnameserver 10.0.0.53\nnameserver 2001:db8::53" },
        [
          "system resolver 10.0.0.53:53 /etc/resolv.conf:2",
          "system resolver 2001:db8::53:53 /etc/resolv.conf:3",
        ],
      ],
      [
        "a map of PostgreSQL",
        mapped(`proxy:pgsql:${USERS}`, "user = x\nhosts = 10.10.4.10"),
        [`postfix database 10.10.4.10:5432 ${USERS}:2`],
      ],
      [
        "a map whose name is no path, and whose keys stand in main.cf",
        { [MAIN]: "a = pgsql:users.cf\nusers.cf_hosts = db2", [USERS]: "hosts = db" },
        [`postfix database db2:5432 ${MAIN}:2`],
      ],
      [
        "several hosts, ports, a socket",
        mapped(`pgsql:${USERS}`, "hosts = inet:db1:5433, unix:/run/pg\n  db2 [2001:db8::7]:5434"),
        [
          `postfix database db1:5433 ${USERS}:1`,
          `postfix database db2:5432 ${USERS}:1`,
          `postfix database 2001:db8::7:5434 ${USERS}:1`,
        ],
      ],
      [
        "an address with a login",
        mapped(`pgsql:${USERS}`, "hosts = postgresql://ro:secret@db3:5435/mail"),
        [`postfix database db3:5435 ${USERS}:1`],
      ],
      [
        "a connection string for a name",
        mapped(`proxy:pgsql:${USERS}`, "dbname = hostaddr=10.10.4.10 port=5433 dbname=mail"),
        [`postfix database 10.10.4.10:5433 ${USERS}:1`],
      ],
      [
        "MySQL",
        mapped(`mysql:${USERS}`, "hosts = db.example"),
        [`postfix database db.example:3306 ${USERS}:1`],
      ],
      [
        "a directory",
        mapped(`ldap:${USERS}`, "server_host = ldaps://dir.example ldap://dir2.example:1389"),
        [
          `postfix database dir.example:636 ${USERS}:1`,
          `postfix database dir2.example:1389 ${USERS}:1`,
        ],
      ],
      [
        "a map on lines that go on",
        {
          [MAIN]: `virtual_alias_maps =\n  # hash first\n  hash:/etc/aliases,\n  proxy:pgsql:${USERS}`,
          [USERS]: "hosts = db",
        },
        [`postfix database db:5432 ${USERS}:1`],
      ],
      [
        "a map through other parameters",
        {
          [MAIN]: `sql = proxy:pgsql:${USERS}\nvirtual_mailbox_maps = \${sql}`,
          [USERS]: "hosts = db",
        },
        [`postfix database db:5432 ${USERS}:1`],
      ],
      [
        "a map that only one service has",
        {
          [MASTER]: `587 inet n - n - - smtpd\n  -o smtpd_sender_login_maps=pgsql:${USERS}`,
          [USERS]: "hosts = db",
        },
        [`postfix database db:5432 ${USERS}:1`],
      ],
      [
        "the same map twice",
        { [MAIN]: `a = pgsql:${USERS}\nb = proxy:pgsql:${USERS}`, [USERS]: "hosts = db" },
        [`postfix database db:5432 ${USERS}:1`],
      ],
      ["a file that is no map", mapped(`hash:${USERS}`, "hosts = db"), []],
      [
        "a parameter that is commented out",
        { [MAIN]: `# a = pgsql:${USERS}`, [USERS]: "hosts = db" },
        [],
      ],
      [
        "a relay host",
        { [MAIN]: "relayhost = [relay.example]:587" },
        [`postfix relay relay.example:587 ${MAIN}:1`],
      ],
      [
        "a relay host without a port",
        { [MAIN]: "relayhost = [192.0.2.25]" },
        [`postfix relay 192.0.2.25:25 ${MAIN}:1`],
      ],
      ["a relay by its domain", { [MAIN]: "relayhost = example.net" }, []],
      [
        "milters",
        { [MAIN]: "smtpd_milters = unix:/run/x, inet:127.0.0.1:11332 inet:10.0.0.9:8891" },
        [`postfix milter 127.0.0.1:11332 ${MAIN}:1`, `postfix milter 10.0.0.9:8891 ${MAIN}:1`],
      ],
      [
        "a policy service",
        {
          [MAIN]:
            "smtpd_recipient_restrictions = permit_mynetworks, check_policy_service inet:10.0.0.8:10031",
        },
        [`postfix policy 10.0.0.8:10031 ${MAIN}:1`],
      ],
      [
        "a content filter",
        { [MAIN]: "content_filter = smtp:[10.0.0.7]:10025" },
        [`postfix filter 10.0.0.7:10025 ${MAIN}:1`],
      ],
      [
        "delivery over the network",
        { [MAIN]: "virtual_transport = lmtp:inet:10.0.0.6:24" },
        [`postfix delivery 10.0.0.6:24 ${MAIN}:1`],
      ],
      [
        "delivery through a socket",
        { [MAIN]: "virtual_transport = lmtp:unix:private/dovecot-lmtp" },
        [],
      ],
      [
        "logins elsewhere",
        { [MAIN]: "smtpd_sasl_path = inet:10.0.0.5:12345" },
        [`postfix login 10.0.0.5:12345 ${MAIN}:1`],
      ],
      ["parameters in a circle", { [MAIN]: "a = $b\nb = $a\nrelayhost = $a" }, []],
      [
        "a conditional",
        {
          [MAIN]: `relayhost =\nsmtpd_milters = \${relayhost?{inet:10.0.0.1:1}:{inet:10.0.0.2:2}}`,
        },
        [`postfix milter 10.0.0.1:1 ${MAIN}:2`, `postfix milter 10.0.0.2:2 ${MAIN}:2`],
      ],
      [
        "Dovecot's users",
        {
          [DOVECOT]: LOOKUP,
          [SQL]: "driver = pgsql\nconnect = host=10.10.4.10 dbname=mail user=ro password=x",
        },
        [`dovecot database 10.10.4.10:5432 ${SQL}:2`],
      ],
      [
        "two hosts for Dovecot",
        { [DOVECOT]: LOOKUP, [SQL]: "driver = mysql\nconnect = host=db1 host=db2 port=3307" },
        [`dovecot database db1:3307 ${SQL}:2`, `dovecot database db2:3307 ${SQL}:2`],
      ],
      [
        "a socket for Dovecot",
        { [DOVECOT]: LOOKUP, [SQL]: "driver = pgsql\nconnect = host=/run/postgresql dbname=mail" },
        [],
      ],
      [
        "Dovecot's includes",
        {
          [DOVECOT]: "!include conf.d/*.conf",
          "/etc/dovecot/conf.d/*.conf": "",
          "/etc/dovecot/conf.d/auth.conf": "!include_try auth-sql.conf.ext",
          "/etc/dovecot/conf.d/auth-sql.conf.ext": LOOKUP,
          [SQL]: "driver = pgsql\nconnect = host=db",
        },
        [`dovecot database db:5432 ${SQL}:2`],
      ],
      [
        "Dovecot's directory",
        {
          [DOVECOT]: `userdb {\n driver = ldap\n args = ${SQL}\n}`,
          [SQL]: "hosts = dir1 dir2:390",
        },
        [`dovecot database dir1:389 ${SQL}:1`, `dovecot database dir2:390 ${SQL}:1`],
      ],
      [
        "Dovecot 2.4",
        {
          [DOVECOT]:
            "sql_driver = pgsql\npgsql db.example {\n  parameters {\n    dbname = mail\n  }\n}",
        },
        [`dovecot database db.example:5432 ${DOVECOT}:2`],
      ],
      [
        "Dovecot 2.4 with ports of its own",
        {
          [DOVECOT]:
            "pgsql db1 {\n  parameters {\n    port = 5433\n  }\n}\npgsql db2 {\n  pgsql_parameters/port = 5434\n}\nmysql db3 {\n  port = 3307\n}",
        },
        [
          `dovecot database db1:5433 ${DOVECOT}:1`,
          `dovecot database db2:5434 ${DOVECOT}:6`,
          `dovecot database db3:3307 ${DOVECOT}:9`,
        ],
      ],
      [
        "Dovecot 2.4 with hosts that are not called as their blocks are",
        {
          [DOVECOT]:
            "pgsql one {\n  host = 10.0.0.1\n}\npgsql two {\n  pgsql_host = 10.0.0.2\n  parameters {\n    hostaddr = 10.0.0.3\n  }\n}\npgsql /run/postgresql {\n}",
        },
        [
          `dovecot database 10.0.0.1:5432 ${DOVECOT}:1`,
          `dovecot database 10.0.0.3:5432 ${DOVECOT}:4`,
        ],
      ],
      [
        "Dovecot 2.4 with parameters for all hosts",
        { [DOVECOT]: "pgsql_parameters {\n  port = 5433\n}\npgsql db1 {\n}" },
        [`dovecot database db1:5433 ${DOVECOT}:4`],
      ],
      [
        "a map in a folder that has a name",
        {
          [MAIN]:
            "a = proxy:pgsql:$config_directory/users.cf\nb = pgsql:$(queue_directory)/etc/x.cf",
          [USERS]: "hosts = db",
          "/var/spool/postfix/etc/x.cf": "hosts = db2",
        },
        [
          `postfix database db:5432 ${USERS}:1`,
          "postfix database db2:5432 /var/spool/postfix/etc/x.cf:1",
        ],
      ],
      [
        "tables that name their server",
        { [MAIN]: "a = tcp:10.0.0.4:9999\nb = socketmap:inet:sts.example:8461:postfix" },
        [`postfix database 10.0.0.4:9999 ${MAIN}:1`, `postfix database sts.example:8461 ${MAIN}:2`],
      ],
      [
        "a cache and what is behind it",
        {
          [MAIN]: "a = memcache:/etc/postfix/cache.cf",
          "/etc/postfix/cache.cf": `memcache = inet:10.0.0.5:11212\nbackup = proxy:pgsql:${USERS}`,
          [USERS]: "hosts = db",
        },
        [
          `postfix database db:5432 ${USERS}:1`,
          "postfix database 10.0.0.5:11212 /etc/postfix/cache.cf:1",
        ],
      ],
      [
        "MySQL with a port and a socket",
        mapped(`mysql:${USERS}`, "hosts = inet:db1:3307 unix:/run/mysqld/mysqld.sock db2:3308"),
        [`postfix database db1:3307 ${USERS}:1`, `postfix database db2:3308 ${USERS}:1`],
      ],
    ];
  test.each(cases)("%s", (_name, files, expected) => {
    expect(needs(files)).toEqual(expected);
  });
});

test("files that are named and not there are asked for", () => {
  const files = new Map([
    [MAIN, `a = proxy:pgsql:${USERS}`],
    [DOVECOT, "!include conf.d/*.conf"],
  ]);
  expect(readNeeds(ROOTS, files).missing).toEqual([
    "/etc/resolv.conf",
    MASTER,
    USERS,
    "/etc/dovecot/conf.d/*.conf",
  ]);
});

test("what a resolver of the host itself is configured by need not be there", () => {
  const found = readNeeds(ROOTS, new Map([["/etc/resolv.conf", "nameserver 127.0.0.1"]]));
  expect(found.missing).not.toContain("/etc/unbound/unbound.conf");
  expect(found.optional).toContain("/etc/unbound/unbound.conf");
});

test("no secret is in what is needed", () => {
  const files = new Map([
    [MAIN, `a = pgsql:${USERS}`],
    [USERS, "hosts = postgresql://ro:hunter2@db/mail\npassword = hunter2"],
  ]);
  expect(JSON.stringify(readNeeds(ROOTS, files))).not.toContain("hunter2");
});

describeWith(["corpus"], "mail configurations in the wild", () => {
  const folders = (kind: string) =>
    readdirSync(join(CORPUS, "mail", kind), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(kind === "postfix" ? "main.cf" : "dovecot.conf"))
      .map((path) => join(CORPUS, "mail", kind, path, ".."));

  test.each([...folders("postfix"), ...folders("dovecot")])("%s is read to its end", (folder) => {
    const files = new Map(
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((path) => join(folder, path))
        .filter((path) => existsSync(path) && /\.(cf|conf|ext)$/.test(path))
        .map((path) => [path, readFileSync(path, "utf8")]),
    );
    const { needs: found } = readNeeds({ postfix: folder, dovecot: folder }, files);
    for (const { port, host } of found) expect(port > 0 && port < 65_536 && host !== "").toBe(true);
  });
});
