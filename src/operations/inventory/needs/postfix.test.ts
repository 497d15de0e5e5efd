import { describe, expect, test } from "vitest";
import { readNeeds } from "../needs.ts";

const MAIN = "/etc/postfix/main.cf";
const MASTER = "/etc/postfix/master.cf";
const USERS = "/etc/postfix/users.cf";

/** `kind host:port file:line`; `unknown kind name` where nobody knows where it leads. */
function needs(files: Readonly<Record<string, string>>): readonly string[] {
  const found = readNeeds(
    { postfix: "/etc/postfix", dovecot: null },
    new Map([["/etc/resolv.conf", "nameserver ::2"], ...Object.entries(files)]),
  );
  return [
    ...found.needs
      .filter(({ program }) => program !== "system")
      .map(({ kind, host, port, file, line }) => `${kind} ${host}:${port} ${file}:${line}`),
    ...found.unknown.map(({ kind, name }) => `unknown ${kind} ${name}`),
  ];
}

type Case = readonly [string, Readonly<Record<string, string>>, readonly string[]];

describe("tables of Postfix:", () => {
  const table = (type: string, text: string) => ({ [MAIN]: `a = ${type}:${USERS}`, [USERS]: text });
  const cases: readonly Case[] = [
    [
      "a host of a connection string loses to Postfix's own, and that is localhost",
      table("pgsql", "dbname = postgresql://u:p@10.10.4.10:5432/mail"),
      [],
    ],
    [
      "the port of a connection string holds",
      table("pgsql", "dbname = postgresql://u:p@10.10.4.10:5439/mail\nhosts = 10.10.4.20"),
      [`database 10.10.4.20:5439 ${USERS}:2`],
    ],
    [
      "a URI says its host behind the question mark",
      table("pgsql", "hosts = postgresql:///mail?host=db1&port=5433"),
      [`database db1:5433 ${USERS}:1`],
    ],
    [
      "a URI has an address of IPv6, another a password with a sign",
      table("pgsql", "hosts = postgresql://u@[2001:db8::1]:5433/mail postgresql://u:p@ss@db1/mail"),
      [`database 2001:db8::1:5433 ${USERS}:1`, `database db1:5432 ${USERS}:1`],
    ],
    [
      "a host that another parameter names is unknown",
      table("pgsql", "hosts = $dbhost"),
      [`unknown database pgsql:${USERS}`],
    ],
    [
      "a file that cannot be read is unknown",
      { [MAIN]: `a = proxy:mysql:${USERS}` },
      [`unknown database mysql:${USERS}`],
    ],
    [
      "a path with a sign is read whole",
      { [MAIN]: "a = pgsql:/etc/postfix/sql@x.cf", "/etc/postfix/sql@x.cf": "hosts = db" },
      ["database db:5432 /etc/postfix/sql@x.cf:1"],
    ],
    [
      "a table stands within braces",
      { [MAIN]: "a = hash:/x, proxy:mysql:{ { hosts = 10.0.0.1 } { password = y } }" },
      [`database 10.0.0.1:3306 ${MAIN}:1`],
    ],
    [
      "keys of an older table stand in main.cf",
      { [MAIN]: "a = ldap:one\none_server_host = ldap.example\none_server_port = 1389" },
      [`database ldap.example:1389 ${MAIN}:2`],
    ],
    [
      "MongoDB by its URI, and by a name of DNS",
      {
        [MAIN]: `a = mongodb:${USERS}\nb = mongodb:/b`,
        [USERS]: "uri = mongodb://u:p@m1,m2:27018/x",
        "/b": "uri = mongodb+srv://cluster.example/x",
      },
      [
        `database m1:27017 ${USERS}:1`,
        `database m2:27018 ${USERS}:1`,
        "unknown database mongodb:/b",
      ],
    ],
  ];
  test.each(cases)("%s", (_name, files, expected) => {
    expect(needs(files)).toEqual(expected);
  });
});

describe("next hops of Postfix:", () => {
  const cases: readonly Case[] = [
    [
      "several relays",
      { [MAIN]: "relayhost = [r1.example]:587, [r2.example]:submission 10.0.0.1" },
      [
        `relay r1.example:587 ${MAIN}:1`,
        `relay r2.example:587 ${MAIN}:1`,
        `relay 10.0.0.1:25 ${MAIN}:1`,
      ],
    ],
    [
      "a relay of IPv6",
      { [MAIN]: "relayhost = [IPv6:2001:db8::1]:smtps" },
      [`relay 2001:db8::1:465 ${MAIN}:1`],
    ],
    ["a relay by its domain", { [MAIN]: "relayhost = relay.example:587" }, []],
    [
      "a relay for when nothing else works",
      { [MAIN]: "smtp_fallback_relay = [fb.example]" },
      [`relay fb.example:25 ${MAIN}:1`],
    ],
    [
      "a content filter by a transport of its own",
      {
        [MAIN]: "content_filter = smtp-amavis:[10.0.0.7]:10024",
        [MASTER]: "smtp-amavis unix - - y - 2 smtp\n  -o smtp_data_done_timeout=1200",
      },
      [`filter 10.0.0.7:10024 ${MAIN}:1`],
    ],
    [
      "a transport that is a pipe",
      {
        [MAIN]: "content_filter = spam:[10.0.0.7]:10024",
        [MASTER]: "spam unix - n n - - pipe flags=R user=x argv=/y",
      },
      [],
    ],
    [
      "a filter before the queue",
      { [MASTER]: "smtp inet n - n - 20 smtpd\n  -o smtpd_proxy_filter=filter.example:10025" },
      [`filter filter.example:10025 ${MASTER}:1`],
    ],
    [
      "LMTP in all its forms",
      {
        [MAIN]:
          "virtual_transport = lmtp:inet:mail1\nmailbox_transport = lmtp:[10.0.0.6]\nlocal_transport = lmtp:mail2:2424\nrelay_transport = lmtp:unix:private/x",
      },
      [
        `delivery mail1:24 ${MAIN}:1`,
        `delivery 10.0.0.6:24 ${MAIN}:2`,
        `delivery mail2:2424 ${MAIN}:3`,
      ],
    ],
    [
      "tables of transports, as far as they are text",
      {
        [MAIN]:
          "transport_maps = hash:/etc/postfix/t, inline:{ a.example=smtp:[10.0.0.7] }, pgsql:{{hosts=db}}",
        "/etc/postfix/t":
          "# x\nexample.com smtp:[10.0.0.8]:2525\nexample.net :\n.org smtp:domain.example\n",
      },
      [
        `database db:5432 ${MAIN}:1`,
        `relay 10.0.0.7:25 ${MAIN}:1`,
        "relay 10.0.0.8:2525 /etc/postfix/t:2",
      ],
    ],
    [
      "relays by sender",
      {
        [MAIN]: "sender_dependent_relayhost_maps = texthash:/etc/postfix/s",
        "/etc/postfix/s": "@x.example [10.0.0.7]:2525",
      },
      ["relay 10.0.0.7:2525 /etc/postfix/s:1"],
    ],
  ];
  test.each(cases)("%s", (_name, files, expected) => {
    expect(needs(files)).toEqual(expected);
  });
});

describe("who decides on mail before Postfix takes it:", () => {
  const cases: readonly Case[] = [
    [
      "milters, one by the name of its port",
      {
        [MAIN]: "smtpd_milters = { inet:10.0.0.9:8891, connect_timeout=10s }, inet:f.example:smtp",
      },
      [`milter 10.0.0.9:8891 ${MAIN}:1`, `milter f.example:25 ${MAIN}:1`],
    ],
    [
      "a milter by a port that nobody knows",
      { [MAIN]: "smtpd_milters = inet:f.example:nonsense" },
      ["unknown milter inet:f.example:nonsense"],
    ],
    [
      "a milter through another parameter is no policy service",
      { [MAIN]: "antispam = inet:10.0.0.9:11332\nsmtpd_milters = $antispam" },
      [`milter 10.0.0.9:11332 ${MAIN}:2`],
    ],
    [
      "policy services with options, and of one service",
      {
        [MASTER]:
          "submission inet n - n - - smtpd\n  -o { smtpd_recipient_restrictions = check_policy_service { inet:[2001:db8::1]:10031, timeout=1 }, permit }",
      },
      [`policy 2001:db8::1:10031 ${MASTER}:1`],
    ],
  ];
  test.each(cases)("%s", (_name, files, expected) => {
    expect(needs(files)).toEqual(expected);
  });
});
