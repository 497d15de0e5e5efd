import { describe, expect, test } from "vitest";
import type { Monitor } from "./monitors.ts";
import { parseNetwork } from "./networkFile.ts";

const NETWORK = `devices:
  mail1: { reach: local, addresses: [10.10.2.11, "2001:db8::11"] }
  bare: { reach: local }
zones: { lan: { device: mail1, interfaces: lan, addresses: 10.0.0.0/24 } }
services: { mail: [smtp, tcp/465] }
monitors:
`;

function read(monitor: string) {
  const { network, diagnostics } = parseNetwork("n", `${NETWORK}  m: ${monitor}`);
  return { monitor: network?.monitors[0] ?? null, diagnostics };
}

function readOne(text: string): Monitor {
  const { monitor, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  if (monitor === null) throw new Error("no monitor");
  return monitor;
}

const LOGIN = "user: probe@local.example, password-file: /etc/p";

describe("the connections that a probe speaks of follow from its target", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      "{ kind: smtp, from: mail1, to: 203.0.113.9, recipient: a@b }",
      ["10.10.2.11 203.0.113.9 tcp/25"],
    ],
    [
      "{ kind: smtp, from: mail1, to: '[2001:db8::9]:26', recipient: a@b }",
      ["2001:db8::11 2001:db8::9 tcp/26"],
    ],
    [`{ kind: submission, from: mail1, to: 10.0.0.5, ${LOGIN} }`, ["10.10.2.11 10.0.0.5 tcp/587"]],
    [
      `{ kind: submission, from: mail1, to: 10.0.0.5, encryption: tls, ${LOGIN} }`,
      ["10.10.2.11 10.0.0.5 tcp/465"],
    ],
    [
      `{ kind: imap, from: mail1, to: 10.0.0.5, encryption: tls, ${LOGIN} }`,
      ["10.10.2.11 10.0.0.5 tcp/993"],
    ],
    [
      `{ kind: round-trip, from: mail1, submit: 10.0.0.5, imap: 10.0.0.6, ${LOGIN} }`,
      ["10.10.2.11 10.0.0.5 tcp/587", "10.10.2.11 10.0.0.6 tcp/143"],
    ],
    [
      `{ kind: round-trip, from: mail1, submit: 10.0.0.5, submit-login: false, imap: 10.0.0.6, ${LOGIN} }`,
      ["10.10.2.11 10.0.0.5 tcp/25", "10.10.2.11 10.0.0.6 tcp/143"],
    ],
    [
      "{ kind: dns, from: mail1, to: 10.0.0.53, name: a.example }",
      ["10.10.2.11 10.0.0.53 udp/53", "10.10.2.11 10.0.0.53 tcp/53"],
    ],
    [
      "{ kind: dns, from: mail1, to: 10.0.0.53, name: a.example, transport: tcp }",
      ["10.10.2.11 10.0.0.53 tcp/53"],
    ],
    [
      "{ kind: database, from: mail1, to: 10.0.0.7, database: mail, user: ro }",
      ["10.10.2.11 10.0.0.7 tcp/5432"],
    ],
    [
      "{ kind: smtp, from: bare, to: mx.example, recipient: a@b, flows: [{ from: lan, to: 192.0.2.1, service: mail }] }",
      ["lan 192.0.2.1 smtp", "lan 192.0.2.1 tcp/465"],
    ],
  ];
  test.each(cases)("%s", (text, flows) => {
    expect(readOne(text).flows.map(({ from, to, service }) => `${from} ${to} ${service}`)).toEqual(
      flows,
    );
  });
});

describe("a mistake is told at its line", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "{ kind: pop, from: mail1 }",
      "PM5002 `monitors.m.kind`: has to be one of `smtp`, `submission`",
    ],
    ["{ kind: smtp, from: mail1, to: 10.0.0.5 }", "PM5002 `monitors.m.recipient`: is missing"],
    [
      "{ kind: imap, from: mail1, to: 10.0.0.5, user: u, password: s }",
      "PM5002 `monitors.m.password-file`: is missing",
    ],
    [
      "{ kind: smtp, from: mail9, to: 10.0.0.5, recipient: a@b }",
      "PM5004 there is no device `mail9`",
    ],
    ["{ kind: postfix, on: mail9 }", "PM5004 there is no device `mail9`"],
    [
      "{ kind: smtp, from: mail1, to: 10.0.0.5, recipient: a@b, every: 10 s }",
      "PM5011 `10 s` is no duration",
    ],
    [
      "{ kind: smtp, from: mail1, to: 10.0.0.5, recipient: a@b, every: 10ms }",
      "PM5011 `10ms` is no duration",
    ],
    [
      "{ kind: smtp, from: mail1, to: 10.0.0.5, recipient: a@b, timeout: 2d }",
      "PM5011 `2d` is no duration",
    ],
    [
      "{ kind: smtp, from: mail1, to: '10.0.0.5:70000', recipient: a@b }",
      "PM5012 `10.0.0.5:70000` is no target",
    ],
    [
      "{ kind: smtp, from: mail1, to: 10.0.0.0/24, recipient: a@b }",
      "PM5012 `10.0.0.0/24` is no target",
    ],
    ["{ kind: smtp, from: mail1, to: '-oX=y', recipient: a@b }", "PM5012 `-oX=y` is no target"],
    [
      "{ kind: smtp, from: mail1, to: mx.example, recipient: a@b }",
      "PM5013 nothing tells which connections `m` speaks of",
    ],
    [
      "{ kind: smtp, from: bare, to: 10.0.0.5, recipient: a@b }",
      "PM5013 nothing tells which connections `m` speaks of",
    ],
    [
      "{ kind: counters, on: mail1, flows: [{ from: x, to: lan, service: ssh }] }",
      "PM5004 there is no role, zone, device or address `x`",
    ],
    [
      "{ kind: counters, on: mail1, flows: [{ from: lan, to: lan, service: sssh }] }",
      "PM5005 `sssh` is no service",
    ],
    [
      "{ kind: complaints, secret-file: /x, expected-per-hour: 0 }",
      "PM5002 `monitors.m.expected-per-hour`",
    ],
  ];
  test.each(cases)("%s", (text, expected) => {
    const { diagnostics, monitor } = read(text);
    const told = diagnostics.map(({ code, message, span }) => `${span?.line} ${code} ${message}`);
    expect(
      told.some((one) => one.startsWith(`7 ${expected}`)),
      told.join("\n"),
    ).toBe(true);
    expect(monitor).toBeNull();
  });
});

test.each(["ftp://x", "http://user:secret@x", "nonsense"])("alerts cannot go to %s", (url) => {
  const { diagnostics } = parseNetwork("n", `${NETWORK}  {}\nnotify: { alertmanager: '${url}' }`);
  expect(diagnostics.map(({ code, span }) => `${span?.line} ${code}`)).toEqual(["8 PM5014"]);
});

test("a probe is slow from half of its timeout on, where nothing is said", () => {
  const monitor = readOne("{ kind: smtp, from: mail1, to: 10.0.0.5, recipient: a@b, timeout: 4s }");
  expect(monitor).toMatchObject({ everyMs: 10_000, timeoutMs: 4_000, slowMs: 2_000, sender: "" });
});
