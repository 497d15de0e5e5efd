import { expect, test } from "vitest";
import { testServer } from "./testing/testServer.ts";

const NETWORK = `
devices:
  fw: { reach: namespace:pm-nowhere, sources: /etc/nftables.conf, managed-by: { inet edge: premortem } }
zones: {}
people:
  ana: { name: Ana, roles: [operator, approver] }
  bob: { name: Bob, roles: [approver] }
  paul: { name: Paul, roles: [operator] }
  vera: { name: Vera, roles: [viewer] }
`;

async function proposed() {
  const server = await testServer({ network: NETWORK });
  const ana = await server.token("ana");
  const bob = await server.token("bob");
  const vera = await server.token("vera");
  const files = [{ path: "/etc/nftables.conf", text: "table inet edge {\n}\n" }];
  const asked = { token: ana, body: { device: "fw", files } };
  const change = (await server.ask("POST", "/v1/changes", asked)).body as {
    id: number;
    contentHash: string;
  };
  return { server, ana, bob, vera, change, at: `/v1/changes/${change.id}` };
}

const HOSTILE = `<img src=x onerror=alert(1)> \u202Edlrow`;

test("a comment on a line is kept as it was typed, and resolved by name", async () => {
  const { server, bob, ana, change, at } = await proposed();
  const { contentHash } = change;
  const place = { path: "/etc/nftables.conf", line: 1 };
  const said = await server.ask("POST", `${at}/comments`, {
    token: bob,
    body: { text: HOSTILE, contentHash, place },
  });
  expect(said.status).toBe(200);
  const { id } = said.body as { id: number };
  await server.ask("POST", `${at}/comments/${id}/resolve`, { token: ana });
  const { body } = await server.ask("GET", `${at}/comments`, { token: bob });
  expect(body).toMatchObject({
    comments: [{ by: "bob", text: HOSTILE, place, resolved: { by: "ana" } }],
  });
});

test("a comment of another change is not there", async () => {
  const { server, vera, change, at } = await proposed();
  const { body } = await server.ask("POST", `${at}/comments`, {
    token: vera,
    body: { text: "why?", contentHash: change.contentHash },
  });
  const { id } = body as { id: number };
  const other = await server.ask("POST", `/v1/changes/999/comments/${id}/resolve`, { token: vera });
  expect(other.status).toBe(404);
});

test("of two who edit the same content the second is told, and loses nothing of the first", async () => {
  const { server, ana, bob, change, at } = await proposed();
  const paul = await server.token("paul");
  const edit = (token: string, text: string) =>
    server.ask("PUT", `${at}/files`, {
      token,
      body: { files: [{ path: "/etc/nftables.conf", text }], seenHash: change.contentHash },
    });
  expect((await edit(ana, "# hers\n")).status).toBe(200);
  const second = await edit(paul, "# his\n");
  expect(second.status).toBe(409);
  expect(JSON.stringify(second.body)).toContain("it was edited meanwhile by `ana`");
  const { body } = await server.ask("GET", `${at}/files`, { token: bob });
  expect(body).toMatchObject({ files: [{ text: "# hers\n" }] });
});
