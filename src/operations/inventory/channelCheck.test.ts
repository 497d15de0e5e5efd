import { expect, test } from "vitest";
import { channelPaths } from "./channelPaths.ts";
import { parseNetwork } from "./networkFile.ts";

/*
 * Scene 13: a channel whose path needs the watched mail is refused as the only one.
 */

const NETWORK = `
devices:
  edge: { reach: ssh://edge, addresses: 10.10.2.1 }
  desk: { reach: local, addresses: 10.10.1.9 }
zones:
  lan: { device: edge, interfaces: lan, addresses: 10.10.1.0/24 }
  dmz: { device: edge, interfaces: dmz, addresses: 10.10.2.0/24 }
  internet: { device: edge, interfaces: wan, addresses: internet }
roles:
  mail-servers: [10.10.2.11, 10.10.2.12]
intents:
  mail-out: { from: mail-servers, to: internet, service: smtp }
monitors:
  mailboxes:
    kind: imap
    from: edge
    to: imap.example.org
    user: probe@example.org
    password-file: /run/probe
    flows: [{ from: lan, to: mail-servers, service: imap2 }]
people:
  ana: { name: Ana, email: ana@example.org, roles: [operator] }
  bob: { name: Bob, email: BOB, roles: [operator] }
notify:
`;
const HOOK = "{ url: 'https://URL', secret-file: /run/hook }";

function read(notify: string, { bob = "bob@example.org", policies = "" } = {}) {
  return parseNetwork("premortem.yaml", `${NETWORK.replace("BOB", bob)}${notify}\n${policies}`);
}

function said(notify: string, more?: { readonly bob?: string; readonly policies?: string }) {
  return read(notify, more).diagnostics.map(({ code, span, message }) => [
    code,
    span?.line,
    message,
  ]);
}

function kinds(notify: string, more?: { readonly bob?: string }) {
  const { network } = read(notify, more);
  return network === null ? [] : channelPaths(network).map(({ kind }) => kind);
}

const email = (submit: string) => `  email: { submit: "${submit}", sender: premortem@example.org }`;
const hook = (host: string) => `  webhook: ${HOOK.replace("URL", host)}`;

test("mail that is handed in at a watched server is refused as the only channel, at its line", () => {
  const [[code, line, message] = []] = said(email("10.10.2.11"));
  expect([code, line]).toEqual(["PM5032", 25]);
  expect(message).toContain("`10.10.2.11` is a server of mail that is watched");
});

test.each([
  ["a watched server that is known by name", email("imap.example.org:587")],
  ["another server, to mailboxes that lie on watched mail", email("198.51.100.7")],
  ["a webhook on a watched server", hook("10.10.2.12/x")],
  ["two channels that both need it", `${email("10.10.2.11")}\n${hook("10.10.2.12")}`],
])("%s is refused", (_, notify) => expect(said(notify).map(([code]) => code)).toEqual(["PM5032"]));

test("beside a channel that goes another way it may stand", () => {
  expect(said(`${email("10.10.2.11")}\n${hook("127.0.0.1:9000")}`)).toEqual([]);
});

test("mailboxes elsewhere are not proved to need it, and not refused", () => {
  expect(said(email("198.51.100.7"), { bob: "bob@example.net" })).toEqual([]);
  expect(kinds(email("198.51.100.7"), { bob: "bob@example.net" })).toEqual(["notProved"]);
});

test.each([
  ["premortem's own host", "127.0.0.1:9000", "apart"],
  ["a host of its own network", "10.10.1.20", "notProved"],
  ["a host behind a watched device", "8.8.8.8", "notProved"],
  ["a name", "hooks.example.net", "notProved"],
])("a webhook at %s", (_, host, kind) => expect(kinds(hook(host))).toEqual([kind]));

const POLICY = `
escalation:
  mail: { when: mail, steps: [{ notify: ana, by: email }] }
`;

test("a policy that calls by the channel that needs it alone is refused at its line", () => {
  const notify = `${email("10.10.2.11")}\n${hook("127.0.0.1:9000")}`;
  const found = said(notify, { policies: POLICY });
  expect(found.map(([code, line]) => [code, line])).toEqual([["PM5032", 29]]);
  expect(said(notify, { policies: POLICY.replace("by: email", "by: [email, webhook]") })).toEqual(
    [],
  );
});
