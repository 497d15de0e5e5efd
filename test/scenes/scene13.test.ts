import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorBody } from "../../src/server/contract/common.ts";
import { escalationChannels } from "../../src/server/contract/escalation.ts";
import { testServer } from "../../src/server/testing/testServer.ts";

/*
 * Scene 13, the pager needs the patient: a channel whose path needs the watched mail is refused as the only one.
 * What makes a path need it, case by case: src/operations/inventory/channelCheck.test.ts.
 */

const MAIL = `
devices:
  edge: { reach: namespace:pm-nowhere, addresses: 10.10.2.1 }
zones:
  dmz: { device: edge, interfaces: dmz, addresses: 10.10.2.0/24 }
  internet: { device: edge, interfaces: wan, addresses: internet }
roles: { mail-servers: MAIL_SERVERS }
intents:
  mail-out: { from: mail-servers, to: internet, service: smtp }
people:
  ana: { name: Ana, email: ana@elsewhere.example, roles: [operator, approver] }
`;
const PATIENT = "10.10.2.12";
const EMAIL = `  email: { submit: "${PATIENT}", sender: premortem@example.org }\n`;
const HOOK = "  webhook: { url: https://198.51.100.7/hook, secret-file: /run/hook }\n";
const BY_MAIL_ALONE = `escalation:\n  all: { when: any, steps: [{ notify: ana, by: email }] }\n`;

const network = (servers: string, channels: string, policies = "") =>
  `${MAIL.replace("MAIL_SERVERS", servers)}notify:\n${channels}${policies}`;

/** A server that runs on a good file, and what it says when it is to read another one. */
async function running(text: string) {
  const server = await testServer({ network: text });
  const ana = await server.token("ana");
  const reload = async (next: string) => {
    writeFileSync(server.networkFile, next);
    return server.ask("POST", "/v1/network/reload", { token: ana });
  };
  const channels = async () => {
    const { body } = await server.ask("GET", "/v1/escalation-channels", { token: ana });
    return escalationChannels.parse(body).channels.map(({ channel, kind }) => [channel, kind]);
  };
  return { reload, channels };
}

test("a channel that needs the watched mail is refused as the only one, with its line and the remedy", async () => {
  const { reload, channels } = await running(network(`[10.10.2.11, ${PATIENT}]`, HOOK + EMAIL));
  expect(await channels()).toContainEqual(["email", "needs"]);
  const answer = await reload(network(`[10.10.2.11, ${PATIENT}]`, EMAIL));
  expect(answer.status).toBe(409);
  const { error } = errorBody.parse(answer.body);
  expect(error.code).toBe("badNetworkFile");
  expect(
    error.problems?.map(({ path, message }) => `${path.split("/").at(-1)} ${message}`),
  ).toEqual([
    expect.stringMatching(
      /^premortem.yaml:13:\d+ nobody would be told that mail is down: `email` needs it/,
    ),
  ]);
  /* What was in use stays so. */
  expect(await channels()).toContainEqual(["email", "needs"]);
  expect(await channels()).toHaveLength(2);
});

test("a channel becomes one that needs it when the file says later that its server is watched", async () => {
  const { reload, channels } = await running(network("10.10.2.11", EMAIL));
  expect(await channels()).toEqual([["email", "notProved"]]);
  expect((await reload(network(`[10.10.2.11, ${PATIENT}]`, EMAIL))).status).toBe(409);
  expect((await reload(network(`[10.10.2.11, ${PATIENT}]`, HOOK + EMAIL))).status).toBe(200);
});

test("a policy that calls by such a channel alone is refused as well, beside another channel", async () => {
  const servers = `[10.10.2.11, ${PATIENT}]`;
  const { reload } = await running(network(servers, HOOK + EMAIL));
  const answer = await reload(network(servers, HOOK + EMAIL, BY_MAIL_ALONE));
  expect(answer.status).toBe(409);
  expect(JSON.stringify(answer.body)).toContain("nobody would be told that mail is down");
});
