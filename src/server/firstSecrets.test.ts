import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFirstSecrets } from "./firstSecrets.ts";
import { testServer } from "./testing/testServer.ts";

test("whoever may read the data folder lets people in, as long as nobody else can", async () => {
  const { service, url, ask } = await testServer();
  const folder = mkdtempSync(join(tmpdir(), "premortem-first-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const place = { folder, url, isTokenLost: false };
  const first = await makeFirstSecrets(service.access, service.accounts, place);
  expect(first).toEqual({
    token: join(folder, "admin-token"),
    links: join(folder, "set-up-links"),
  });
  for (const file of ["admin-token", "set-up-links"])
    expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
  const links = readFileSync(join(folder, "set-up-links"), "utf8").trim().split("\n");
  expect(links.map((line) => line.split(" ")[0])).toEqual(["ana", "bob", "vera", "hana"]);
  const [, secret = ""] = links[0]?.split("#") ?? [];
  const looked = await ask("POST", "/v1/set-up/look", { body: { secret } });
  expect(looked.body).toEqual({ login: "ana", name: "Ana" });
  expect(await makeFirstSecrets(service.access, service.accounts, place)).toEqual({
    token: null,
    links: null,
  });
});
