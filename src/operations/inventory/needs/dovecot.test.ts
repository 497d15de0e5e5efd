import { describe, expect, test } from "vitest";
import { readNeeds } from "../needs.ts";

const MAIN = "/etc/dovecot/dovecot.conf";
const SQL = "/etc/dovecot/sql.conf";
const LOOKUP = `passdb {\n  driver = sql\n  args = ${SQL}\n}`;

/** `kind host:port file:line`; `unknown kind` where nobody knows where it leads. */
function needs(files: Readonly<Record<string, string>>): readonly string[] {
  const found = readNeeds(
    { postfix: null, dovecot: "/etc/dovecot" },
    new Map([["/etc/resolv.conf", "nameserver ::2"], ...Object.entries(files)]),
  );
  return [
    ...found.needs
      .filter(({ program }) => program !== "system")
      .map(({ kind, host, port, file, line }) => `${kind} ${host}:${port} ${file}:${line}`),
    ...found.unknown.map(({ kind, name }) => `unknown ${kind} ${name}`),
  ];
}

describe("Dovecot", () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] =
    [
      [
        "goes on behind a backslash",
        {
          [MAIN]: LOOKUP,
          [SQL]: "driver = pgsql\nconnect = host=10.10.4.10 \\ # x\n  port=5433 dbname=mail\n",
        },
        [`database 10.10.4.10:5433 ${SQL}:2`],
      ],
      [
        "goes on behind a backslash that stands alone",
        { [MAIN]: LOOKUP, [SQL]: "driver = mysql\nconnect = \\\n  host=10.10.4.10 dbname=mail\n" },
        [`database 10.10.4.10:3306 ${SQL}:2`],
      ],
      [
        "asks a dictionary, whose file has no driver",
        { [MAIN]: `dict {\n quota = mysql:${SQL}\n}`, [SQL]: "connect = host=10.10.4.20 dbname=q" },
        [`dictionary 10.10.4.20:3306 ${SQL}:1`],
      ],
      [
        "is asked by a URI",
        { [MAIN]: LOOKUP, [SQL]: "driver = pgsql\nconnect = postgresql://u:p@db1:5433,db2/mail" },
        [`database db1:5433 ${SQL}:2`, `database db2:5432 ${SQL}:2`],
      ],
      [
        "has ports for hosts in order",
        { [MAIN]: LOOKUP, [SQL]: "driver = pgsql\nconnect = host=db1,db2 port=5433,5434" },
        [`database db1:5433 ${SQL}:2`, `database db2:5434 ${SQL}:2`],
      ],
      [
        "has options before the file",
        {
          [MAIN]: `passdb {\n driver = ldap\n args = blocking=yes ${SQL}\n}`,
          [SQL]: "uris = ldaps://l.example ldapi://%2Frun%2Fx",
        },
        [`database l.example:636 ${SQL}:1`],
      ],
      ["has a file that cannot be read", { [MAIN]: LOOKUP }, ["unknown database "]],
      [
        "has a host from somewhere else",
        { [MAIN]: "pgsql $ENV:DB {\n}" },
        ["unknown database pgsql"],
      ],
      [
        "includes what cannot be read",
        { [MAIN]: "!include x.conf\n!include_try y.conf" },
        ["unknown database "],
      ],
      [
        "asks another server for passwords",
        { [MAIN]: "passdb {\n driver = imap\n args = host=10.0.0.4\n}" },
        ["unknown database imap"],
      ],
      [
        "reads no file of a driver of the host itself",
        { [MAIN]: "passdb {\n args = /etc/dovecot/users\n driver = passwd-file\n}" },
        [],
      ],
      [
        "of 2.4 with a driver and a block for its server",
        {
          [MAIN]:
            "sql_driver = pgsql\npassdb sql {\n  query = SELECT\n}\npgsql 10.0.0.1 {\n  parameters {\n    port = 5433\n  }\n}",
        },
        [`database 10.0.0.1:5433 ${MAIN}:5`],
      ],
      [
        "of 2.4 with a server of one lookup, on one line",
        { [MAIN]: "passdb sql {\n  sql_driver = mysql\n  mysql 10.0.0.1 { port = 3307 }\n}" },
        [`database 10.0.0.1:3307 ${MAIN}:3`],
      ],
      [
        "of 2.4 with a dictionary",
        { [MAIN]: "dict_server {\n dict quota {\n  mysql 10.0.0.7 {\n  }\n }\n}" },
        [`dictionary 10.0.0.7:3306 ${MAIN}:3`],
      ],
    ];
  test.each(cases)("%s", (_name, files, expected) => {
    expect(needs(files)).toEqual(expected);
  });

  test("skips a file within itself, however often it is named", () => {
    expect(needs({ [MAIN]: `${"!include dovecot.conf\n".repeat(6)}pgsql db {\n}` })).toEqual([
      `database db:5432 ${MAIN}:7`,
    ]);
  });

  test("skips itself in a folder that it includes", () => {
    const files = {
      [MAIN]: `${"!include *.conf\n".repeat(6)}pgsql db {\n}`,
      "/etc/dovecot/*.conf": "",
    };
    expect(needs(files)).toEqual([`database db:5432 ${MAIN}:7`]);
  });

  test("stops at files that lead to ever more files, and says that something is unknown", () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [
        index === 0 ? MAIN : `/etc/dovecot/${index}.conf`,
        `!include ${index + 1}.conf\n`.repeat(6),
      ]),
    );
    expect(needs(files)).toContain("unknown database ");
  });
});
