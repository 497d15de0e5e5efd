import { describe, expect, test } from "vitest";
import { readNeeds } from "../../inventory/needs.ts";
import { openLogReader } from "./read.ts";
import { sightingOf } from "./sighting.ts";
import type { LogHost } from "./tie.ts";

const USERS = "/etc/postfix/users.cf";
const FILES = new Map([
  ["/etc/resolv.conf", "nameserver 10.0.0.53"],
  [
    "/etc/postfix/main.cf",
    `virtual_mailbox_maps = proxy:pgsql:${USERS}\nalias_maps = ldap:/etc/postfix/dir.cf`,
  ],
  [USERS, "hosts = db.internal"],
  ["/etc/postfix/dir.cf", "server_host = 10.10.4.20"],
  ["/etc/dovecot/dovecot.conf", "passdb {\n args = /etc/dovecot/sql.conf\n}"],
  ["/etc/dovecot/sql.conf", "driver = pgsql\nconnect = host=10.10.4.30 port=5433"],
]);
const HOST = hostOf(FILES);

function hostOf(files: ReadonlyMap<string, string>): LogHost {
  const { needs, unknown } = readNeeds({ postfix: "/etc/postfix", dovecot: "/etc/dovecot" }, files);
  return {
    device: "mail1",
    addresses: ["10.10.2.11"],
    needs,
    unknown,
    resolved: new Map([["db.internal", ["10.10.4.10"]]]),
    sourceOf: () => null,
  };
}

const HEAD = "Nov 25 04:00:00 mail1";

/** The key and the connections of what a line says; null: nothing is wrong. */
function told(line: string, host = HOST): string | null {
  const event = openLogReader().read(line);
  const found = event === null ? null : sightingOf(event, host, "log", 0);
  if (found === null) return null;
  const flows = found.flows.map(({ from, to, service }) => `${from}>${to}:${service}`);
  return [found.key, ...flows].join(" ");
}

const POSTFIX_DATABASES = ["log/database/postfix", "10.10.2.11>10.10.4.10:tcp/5432"].join(" ");
const DIRECTORY = "10.10.2.11>10.10.4.20:tcp/389";
const DOVECOT_DATABASE = "10.10.2.11>10.10.4.30:tcp/5433";
const NAMES = "log/names 10.10.2.11>10.0.0.53:udp/53 10.10.2.11>10.0.0.53:tcp/53";

describe("a line speaks of what the configuration ties to it:", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    [
      `postfix/proxymap[9]: warning: connect to pgsql server db.internal: could not connect to server: Connection timed out`,
      POSTFIX_DATABASES,
    ],
    [
      `postfix/proxymap[9]: warning: connect to pgsql server 10.10.4.10: timeout expired`,
      POSTFIX_DATABASES,
    ],
    [
      `postfix/smtpd[9]: warning: proxy:pgsql:${USERS} lookup error for "a@b.example"`,
      POSTFIX_DATABASES,
    ],
    [`postfix/smtpd[9]: warning: pgsql:${USERS}: table lookup problem`, POSTFIX_DATABASES],
    [
      `postfix/cleanup[9]: warning: dict_ldap_connect: Unable to bind to server ldap://10.10.4.20 with dn x: -1`,
      `log/database/postfix ${DIRECTORY}`,
    ],
    [
      `postfix/smtpd[9]: NOQUEUE: reject: RCPT from x[192.0.2.9]: 451 4.3.0 <a@b.example>: Temporary lookup failure; from=<c@d.example>`,
      `${POSTFIX_DATABASES} ${DIRECTORY}`,
    ],
    [
      `postfix/trivial-rewrite[9]: warning: virtual_mailbox_domains: map lookup problem`,
      `${POSTFIX_DATABASES} ${DIRECTORY}`,
    ],
    [
      `postfix/smtp[9]: 4XkF3Q1Z2z: to=<a@r.example>, relay=none, delay=5, delays=0/0/5/0, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=r.example type=MX: Host not found, try again)`,
      NAMES,
    ],
    [
      `postfix/smtp[9]: connect to mx.r.example[203.0.113.10]:25: Connection timed out`,
      "log/peer/203.0.113.10/25 10.10.2.11>203.0.113.10:tcp/25",
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.r.example[203.0.113.10]:25: Connection timed out)`,
      "log/peer/203.0.113.10/25 10.10.2.11>203.0.113.10:tcp/25",
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.r.example[203.0.113.10]:25, delay=30, dsn=4.4.2, status=deferred (lost connection with mx.r.example[203.0.113.10] while receiving the initial server greeting)`,
      "log/peer/203.0.113.10/25 10.10.2.11>203.0.113.10:tcp/25",
    ],
    [
      `postfix/lmtp[9]: ABCDE1: to=<u@l.example>, relay=mail1[private/dovecot-lmtp], delay=3, dsn=4.3.0, status=deferred (host mail1[private/dovecot-lmtp] said: 451 4.3.0 <u@l.example> Temporary internal error (in reply to RCPT TO command))`,
      `log/delivery ${DOVECOT_DATABASE}`,
    ],
    [
      `postfix/submission/smtpd[9]: warning: unknown[10.10.1.10]: SASL PLAIN authentication failed: Connection lost to authentication server`,
      `log/login ${DOVECOT_DATABASE}`,
    ],
    [
      `postfix/submission/smtpd[9]: warning: unknown[10.10.1.10]: SASL LOGIN authentication failed: UGFzc3dvcmQ6`,
      null,
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.r.example[203.0.113.10]:25, delay=3, dsn=4.7.1, status=deferred (host mx.r.example[203.0.113.10] said: 450 4.7.1 greylisted (in reply to RCPT TO command))`,
      null,
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.r.example[203.0.113.10]:25, delay=3, dsn=2.0.0, status=sent (250 2.0.0 Ok: connection timed out is my name)`,
      null,
    ],
    [`postfix/qmgr[9]: ABCDE1: removed`, null],
    [`kernel: drop IN=eth0`, null],
    [
      `dovecot: auth: Error: pgsql(10.10.4.30): Connect failed: Timeout after 5 seconds`,
      `log/database/dovecot ${DOVECOT_DATABASE}`,
    ],
    [
      `dovecot: auth-worker(77): Error: conn unix:auth-worker (pid=1,uid=2): auth-worker<1>: sql(u@l.example,10.10.1.10): Password query failed: Not connected to database`,
      `log/database/dovecot ${DOVECOT_DATABASE}`,
    ],
    [`dovecot: imap-login: Info: Disconnected: Too many invalid commands`, null],
  ];
  test.each(cases)("%s", (line, expected) => {
    expect(told(`${HEAD} ${line}`)).toBe(expected);
  });
});

test.each([
  "Nov 25 04:00:00 auth: Error: pgsql(10.10.4.30): Connect failed: Timeout after 5 seconds",
  "2026-11-25 04:00:00 auth-worker(7): Error: sql(u@l.example): Password query failed: Not connected to database",
  "2026-11-25T04:00:00.123456+00:00 mail1 dovecot: auth: Error: pgsql(10.10.4.30): Connect failed: x",
])("Dovecot's own file and other dates are read alike: %s", (line) => {
  expect(told(line)).toBe(`log/database/dovecot ${DOVECOT_DATABASE}`);
});

describe("a server that a line names is the one that is asked,", () => {
  const MAPS = {
    "/etc/postfix/main.cf":
      "virtual_mailbox_maps = pgsql:/etc/postfix/a.cf\nvirtual_alias_maps = pgsql:/etc/postfix/b.cf",
    "/etc/postfix/a.cf": "dbname = postgresql://u:p@10.10.4.10:5432/mail",
    "/etc/postfix/b.cf": "hosts = 10.10.4.20",
  };
  const ODD_PORT = { ...MAPS, "/etc/postfix/b.cf": "hosts = 10.10.4.20:5433" };
  const SQL = {
    "/etc/dovecot/dovecot.conf": `passdb {\n driver = sql\n args = /etc/dovecot/s\n}\ndict {\n quota = mysql:/etc/dovecot/q\n}`,
    "/etc/dovecot/s": "driver = pgsql\nconnect = host=10.10.4.10 \\\n  port=5433 dbname=mail\n",
    "/etc/dovecot/q": "connect = host=10.10.4.20 dbname=q",
  };
  const postfix = (flows: string) => `log/database/postfix${flows}`;
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
    [
      "where no line of the configuration leads there",
      MAPS,
      "postfix/smtpd[9]: warning: connect to pgsql server 10.10.4.10: timeout expired",
      postfix(" 10.10.2.11>10.10.4.10:tcp/5432"),
    ],
    [
      "on the port of others of its kind",
      ODD_PORT,
      "postfix/smtpd[9]: warning: connect to pgsql server 10.10.4.10: timeout expired",
      postfix(" 10.10.2.11>10.10.4.10:tcp/5433"),
    ],
    [
      "on the port that the line says",
      ODD_PORT,
      "postfix/smtpd[9]: warning: connect to pgsql server 10.10.4.10:5439: timeout expired",
      postfix(" 10.10.2.11>10.10.4.10:tcp/5439"),
    ],
    [
      "on the port of the URI that it is named by",
      MAPS,
      "postfix/smtpd[9]: warning: connect to pgsql server postgresql://u:hunter2@10.10.4.30:5434/mail: refused",
      postfix(" 10.10.2.11>10.10.4.30:tcp/5434"),
    ],
    [
      "and nobody where it is a name that the configuration does not have",
      MAPS,
      "postfix/smtpd[9]: warning: connect to pgsql server db9.example: timeout expired",
      postfix(""),
    ],
    [
      "and nobody where it is the host itself",
      MAPS,
      "postfix/smtpd[9]: warning: connect to pgsql server localhost: timeout expired",
      postfix(""),
    ],
    [
      "and nobody where its table leads to no host",
      MAPS,
      "postfix/smtpd[9]: warning: pgsql:/etc/postfix/a.cf: table lookup problem",
      postfix(""),
    ],
    [
      "and nobody where its table is not among those that were read",
      MAPS,
      'postfix/smtpd[9]: warning: proxy:pgsql:/etc/postfix/z.cf lookup error for "x"',
      postfix(""),
    ],
    [
      "and nobody where it may be a table that was not understood",
      { ...MAPS, "/etc/postfix/a.cf": "hosts = $unknown" },
      "postfix/smtpd[9]: warning: virtual_mailbox_domains: map lookup problem",
      postfix(""),
    ],
    [
      "all of a directory",
      { "/etc/postfix/main.cf": "a = ldap:/l", "/l": "server_host = ldap://l1:1389 ldaps://l2" },
      "postfix/smtpd[9]: warning: dict_ldap_connect: Unable to bind to server ldap://l1:1389 ldaps://l2 with dn x: -1",
      postfix(" 10.10.2.11>l1:tcp/1389 10.10.2.11>l2:tcp/636"),
    ],
    [
      "of Dovecot's users",
      SQL,
      "dovecot: auth: Error: pgsql(10.10.4.10): Connect failed: Timeout after 5 seconds",
      "log/database/dovecot 10.10.2.11>10.10.4.10:tcp/5433",
    ],
    [
      "of Dovecot's dictionary",
      SQL,
      "dovecot: dict(77): Error: mysql(10.10.4.20): Connect failed to database (q): Can't connect",
      "log/database/dovecot 10.10.2.11>10.10.4.20:tcp/3306",
    ],
    [
      "and the dictionary is not asked for a password",
      SQL,
      "dovecot: auth: Error: sql(u,10.10.1.1): Password query failed: Not connected to database",
      "log/database/dovecot 10.10.2.11>10.10.4.10:tcp/5433",
    ],
  ];
  test.each(cases)("%s", (_name, files, line, expected) => {
    const all = { "/etc/dovecot/dovecot.conf": "", ...files };
    expect(told(`${HEAD} ${line}`, hostOf(new Map(Object.entries(all))))).toBe(expected);
  });
});

test("no secret of a server's URI is told", () => {
  const line = `${HEAD} postfix/smtpd[9]: warning: connect to pgsql server postgresql://u:hunter2@10.10.4.30:5434/mail: refused`;
  expect(JSON.stringify(openLogReader().read(line))).not.toContain("hunter2");
});

describe("words of others say nothing of us:", () => {
  const rejected = (text: string) =>
    `postfix/smtpd[9]: NOQUEUE: reject: RCPT from x[192.0.2.9]: ${text}`;
  const answered = (words: string) =>
    `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx[203.0.113.10]:25, delay=3, delays=0/0/1/2, dsn=4.3.0, status=deferred (host mx[203.0.113.10] said: ${words} (in reply to RCPT TO command))`;
  const FROM = "from=<c@d.example> to=<a@b.example> proto=ESMTP helo=<x>";
  test.each([
    rejected(
      `554 5.7.1 <a@b.example>: Relay access denied; from=<"map lookup problem"@e.example> to=<a@b.example> proto=ESMTP helo=<x>`,
    ),
    rejected(
      `450 4.7.1 <x>: Helo command rejected: Host not found; from=<c@d> to=<a@b> proto=ESMTP helo=<pgsql:/x table lookup problem>`,
    ),
    rejected(
      `454 4.7.1 <a@b>: Relay access denied; from=<c@d> to=<a@b> proto=ESMTP helo=<Temporary lookup failure>`,
    ),
    rejected(
      `450 4.2.0 <"x>: Temporary lookup failure; from="@e.example>: Recipient address rejected: Greylisted; ${FROM}`,
    ),
    rejected(
      `450 4.2.0 <a@b>: Recipient address rejected: Greylisted, see Temporary lookup failure; ${FROM}`,
    ),
    answered("451 4.3.0 <a@r.example>: Temporary lookup failure"),
    answered("450 4.2.1 mailbox temporarily unreachable"),
    answered("451 4.4.1 upstream connection timed out"),
    answered("450 4.7.1 Connection refused by policy, try later"),
    answered(
      "450 4.1.2 <a@r>: Host or domain name not found. Name service error for name=r.example type=MX: try again",
    ),
    answered("450 status=deferred (connect to mx1[203.0.113.99]:25: Connection timed out)"),
    `postfix/smtp[9]: ABCDE1: to=<"x, relay=none, delay=1, dsn=4.4.1, status=deferred (table lookup problem)"@e.example>, relay=mx[203.0.113.10]:25, delay=1, dsn=4.7.1, status=deferred (host mx[203.0.113.10] refused to talk to me: 421 timed out)`,
    `postfix/lmtp[9]: ABCDE1: to=<u@l>, relay=mail1[private/dovecot-lmtp], delay=3, dsn=4.2.2, status=deferred (host mail1[private/dovecot-lmtp] said: 452 4.2.2 <u@l> Quota exceeded (in reply to end of DATA command))`,
    `postfix/lmtp[9]: ABCDE1: to=<u@l>, relay=far[10.0.0.6]:24, delay=3, dsn=4.3.0, status=deferred (host far[10.0.0.6] said: 451 4.3.0 <u@l> Temporary internal error (in reply to end of DATA command))`,
  ])("%s", (line) => {
    expect(told(`${HEAD} ${line}`)).toBeNull();
  });
});

describe("without a filter no mail is taken:", () => {
  const host = hostOf(
    new Map([
      [
        "/etc/postfix/main.cf",
        "smtpd_milters = inet:10.0.0.9:8891\nsmtpd_recipient_restrictions = check_policy_service inet:10.0.0.8:10031",
      ],
    ]),
  );
  const MILTER = "10.10.2.11>10.0.0.9:tcp/8891";
  const POLICY = "10.10.2.11>10.0.0.8:tcp/10031";
  const refused = (words: string) =>
    `postfix/smtpd[9]: NOQUEUE: ${words}; from=<c@d> to=<a@b> proto=ESMTP helo=<x>`;
  const cases: readonly (readonly [string, string | null])[] = [
    [
      "postfix/smtpd[9]: warning: connect to Milter service inet:10.0.0.9:8891: Connection timed out",
      `log/filter/inet:10.0.0.9:8891 ${MILTER}`,
    ],
    [
      "postfix/smtpd[9]: warning: milter inet:10.0.0.9:8891: can't read SMFIC_OPTNEG reply packet header: Connection timed out",
      `log/filter/inet:10.0.0.9:8891 ${MILTER}`,
    ],
    [
      "postfix/smtpd[9]: warning: problem talking to server 10.0.0.8:10031: Connection timed out",
      `log/filter/10.0.0.8:10031 ${POLICY}`,
    ],
    [
      "postfix/smtpd[9]: warning: connect to 10.0.0.8:10031: Connection refused",
      `log/filter/10.0.0.8:10031 ${POLICY}`,
    ],
    [
      "postfix/smtpd[9]: warning: connect to proxy filter 10.0.0.7:10025: Connection timed out",
      "log/filter/10.0.0.7:10025 10.10.2.11>10.0.0.7:tcp/10025",
    ],
    [
      "postfix/smtpd[9]: warning: connect to Milter service unix:/run/x: No such file or directory",
      null,
    ],
    ["postfix/smtpd[9]: warning: problem talking to server private/policy: Success", null],
    [
      refused(
        "milter-reject: CONNECT from x[192.0.2.9]: 451 4.7.1 Service unavailable - try again later",
      ),
      `log/filter/milter ${MILTER}`,
    ],
    [
      refused(
        "reject: RCPT from x[192.0.2.9]: 451 4.3.5 <a@b>: Recipient address rejected: Server configuration problem",
      ),
      `log/filter/policy ${POLICY}`,
    ],
  ];
  test.each(cases)("%s", (line, expected) => {
    expect(told(`${HEAD} ${line}`, host)).toBe(expected);
  });

  test("an answer of one that was reached is evidence, and none where nothing asks one", () => {
    const line = refused(
      "milter-reject: DATA from x[192.0.2.9]: 451 4.7.1 Service unavailable - try again later",
    );
    const event = openLogReader().read(`${HEAD} ${line}`);
    expect(event && sightingOf(event, host, "log", 0)?.weight).toBe("evidence");
    expect(told(`${HEAD} ${line}`)).toBeNull();
  });
});

test("where logins are checked elsewhere, that server is asked", () => {
  const host = hostOf(new Map([["/etc/postfix/main.cf", "smtpd_sasl_path = inet:10.0.0.5:12345"]]));
  const line =
    "postfix/smtpd[9]: fatal: SASL: Connect to Dovecot auth socket 'inet:10.0.0.5:12345' failed: Connection timed out";
  expect(told(`${HEAD} ${line}`, host)).toBe("log/login 10.10.2.11>10.0.0.5:tcp/12345");
});

test("names that are asked for by a resolver which was not understood lead nowhere", () => {
  const host = hostOf(new Map([["/etc/resolv.conf", "nameserver 127.0.0.1"]]));
  const line =
    "postfix/smtp[9]: ABCDE1: to=<a@r>, relay=none, delay=5, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=r.example type=MX: Host not found, try again)";
  expect(told(`${HEAD} ${line}`, host)).toBe("log/names");
});

test("a mail is accepted once it is in the queue, and it is known who brought it", () => {
  const reader = openLogReader();
  const read = (text: string) => reader.read(`${HEAD} ${text}`);
  expect(read("postfix/smtpd[9]: 4XkF3Q1Z2z: client=a.example[192.0.2.9]")).toBeNull();
  expect(read("postfix/cleanup[9]: 4XkF3Q1Z2z: message-id=<x@y>")).toEqual({
    kind: "accepted",
    queueId: "4XkF3Q1Z2z",
    client: "a.example[192.0.2.9]",
  });
  expect(read("postfix/cleanup[9]: 4XkF3Q1Z30: message-id=<x@y>")).toMatchObject({
    kind: "accepted",
    client: null,
  });
});

test("a bounce is told, and no address of a person is kept", () => {
  const line = `${HEAD} postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx[192.0.2.1] said: 550 5.1.1 <a@r.example>: unknown (in reply to RCPT TO command))`;
  const event = openLogReader().read(line);
  expect(event).toMatchObject({ kind: "bounced", queueId: "ABCDE1" });
  expect(JSON.stringify(event)).not.toContain("a@r.example");
});

test("what stays within the host is tied to nothing between hosts", () => {
  const host = { ...HOST, resolved: new Map([["db.internal", ["127.0.0.1"]]]) };
  const event = openLogReader().read(
    `${HEAD} postfix/smtpd[9]: warning: pgsql:${USERS}: table lookup problem`,
  );
  expect(event === null ? null : sightingOf(event, host, "log", 0)?.flows).toEqual([]);
});

test("a resolver of the host itself stands for the world's, asked from where the host goes there", () => {
  const line = `${HEAD} postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=none, delay=5, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=r.example type=MX: Host not found, try again)`;
  const own = { ...HOST, addresses: ["10.10.2.11", "172.30.9.3"] };
  const needs = readNeeds(
    { postfix: null, dovecot: null },
    new Map([
      ["/etc/resolv.conf", "nameserver 127.0.0.1"],
      ["/etc/unbound/unbound.conf", "server:\n  verbosity: 1"],
    ]),
  ).needs;
  const flowsAt = (host: LogHost) => {
    const event = openLogReader().read(line);
    const found = event === null ? null : sightingOf(event, host, "log", 0);
    return found?.flows.map(({ from, to, service }) => `${from}>${to}:${service}`);
  };
  const sourceOf = (to: string) => (to === "198.41.0.4" ? "10.10.2.11" : null);
  expect(flowsAt({ ...own, needs, sourceOf })).toEqual([
    "10.10.2.11>198.41.0.4:udp/53",
    "10.10.2.11>198.41.0.4:tcp/53",
  ]);
  expect(flowsAt({ ...own, addresses: ["10.10.2.11"], needs })).toHaveLength(2);
});

test("lines of any length and content are read to their end", () => {
  const reader = openLogReader();
  const parts = [
    HEAD,
    " postfix/smtpd[9]: ",
    "status=deferred (",
    "[",
    "(",
    "a".repeat(5_000),
    "]:25",
  ];
  for (const one of parts)
    for (const two of parts) for (const three of parts) reader.read(one + two + three);
  expect(reader.read("")).toBeNull();
});

test("who failed to log in is not kept either", () => {
  const line = `${HEAD} postfix/submission/smtpd[9]: warning: a.example[192.0.2.9]: SASL PLAIN authentication failed: Connection lost to authentication server, sasl_username=ana@r.example`;
  const event = openLogReader().read(line);
  expect(event).toMatchObject({ kind: "trouble", trouble: { kind: "login" } });
  expect(JSON.stringify(event)).not.toContain("ana@");
});
