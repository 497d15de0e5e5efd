import { expect, test } from "vitest";
import type { Actor } from "../../platform/auth/actor.ts";
import { AUTH_MIGRATIONS } from "../../platform/auth/store.ts";
import { openTokens } from "../../platform/auth/tokens.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { Person } from "../inventory/model.ts";
import { openTrail } from "../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../trail/store.ts";
import { openAccess } from "./service.ts";

const ADMIN: Actor = { login: "admin", roles: ["admin"] };
const person = (login: string, ...roles: Person["roles"]): Person => ({
  login,
  name: login,
  email: null,
  keys: [],
  roles,
});

async function open() {
  const { database } = await testDatabase(AUTH_MIGRATIONS, TRAIL_MIGRATIONS);
  const file = { people: [person("ana", "operator", "approver"), person("vera", "viewer")] };
  const moment = { ms: 1_000 };
  const clock = () => moment.ms;
  const trail = openTrail({ database });
  const tokens = openTokens(database, clock);
  const access = openAccess({ tokens, trail, clock, network: () => file });
  const issue = async (login: string, roles?: Actor["roles"]) => {
    const wishes = { login, purpose: "", days: 1, ...(roles && { roles }) };
    const issued = await access.issue(wishes, ADMIN);
    if ("reason" in issued) throw new Error(issued.reason);
    return issued;
  };
  const entries = async () =>
    (await trail.page({ before: null, limit: 9, subject: null })).map(
      ({ actor, kind, subject }) => `${actor} ${kind} ${subject}`,
    );
  return { access, file, moment, issue, entries, trail };
}

test("a token is good for what it was made for, and for no more than the file says", async () => {
  const { access, issue } = await open();
  const all = await issue("ana");
  const some = await issue("ana", ["approver", "approver"]);
  expect(await access.authenticate(all.secret)).toMatchObject({
    login: "ana",
    roles: ["operator", "approver"],
  });
  expect(await access.authenticate(some.secret)).toMatchObject({
    login: "ana",
    roles: ["approver"],
  });
  const refused = { kind: "refusal" };
  const wishes = { purpose: "", days: 1 };
  expect(await access.issue({ ...wishes, login: "zoe" }, ADMIN)).toMatchObject(refused);
  expect(
    await access.issue({ ...wishes, login: "vera", roles: ["operator"] }, ADMIN),
  ).toMatchObject(refused);
  expect(await access.issue({ ...wishes, login: "ana", roles: ["admin"] }, ADMIN)).toMatchObject(
    refused,
  );
  expect(await access.issue({ ...wishes, login: "ana", roles: [] }, ADMIN)).toMatchObject(refused);
  for (const days of [0, -1, 1.5, 367, Number.NaN])
    expect(await access.issue({ purpose: "", login: "ana", days }, ADMIN)).toMatchObject(refused);
});

test("a role that the network file takes away is gone from tokens, and comes back with it", async () => {
  const { access, file, issue } = await open();
  const { secret } = await issue("ana");
  file.people = [person("ana", "approver")];
  expect((await access.authenticate(secret))?.roles).toEqual(["approver"]);
  file.people = [];
  expect((await access.authenticate(secret))?.roles).toEqual([]);
  file.people = [person("ana", "viewer", "operator", "approver")];
  expect((await access.authenticate(secret))?.roles).toEqual(["operator", "approver"]);
});

test("whoever starts the server gets a first token, and another once that is of no use", async () => {
  const { access, moment, entries } = await open();
  const kept: string[] = [];
  const first = () => access.issueFirst((secret) => kept.push(secret));
  expect(await first()).toBe(true);
  expect(await first()).toBe(false);
  expect((await access.authenticate(kept[0] ?? ""))?.roles).toEqual(["admin"]);
  moment.ms += 366 * 86_400_000;
  expect(await first()).toBe(true);
  const [newest] = await access.list();
  await access.revoke(newest?.id ?? 0, ADMIN);
  expect(await first()).toBe(true);
  expect(new Set(kept).size).toBe(3);
  expect(await entries()).toContain("premortem token.issued token/1");
});

test("a first token that is lost is taken back when another one takes its place", async () => {
  const { access, entries } = await open();
  const kept: string[] = [];
  const keep = (secret: string) => kept.push(secret);
  await access.issueFirst(keep);
  expect(await access.issueFirst(keep, true)).toBe(true);
  const [lost = "", next = ""] = kept;
  expect(await access.authenticate(lost)).toBeNull();
  expect((await access.authenticate(next))?.roles).toEqual(["admin"]);
  expect(await entries()).toContain("premortem token.revoked token/1");
});

test("a first token that nobody could be shown is not made", async () => {
  const { access, entries } = await open();
  const full = () => {
    throw new Error("the disk is full");
  };
  await expect(access.issueFirst(full)).rejects.toThrow("full");
  expect(await access.list()).toEqual([]);
  expect(await entries()).toEqual([]);
});

test("making and taking back stand in the trail, once", async () => {
  const { access, issue, entries, trail } = await open();
  const { id, secret } = await issue("vera");
  const revoked = await access.revoke(id, ADMIN);
  expect(await access.revoke(id, ADMIN)).toEqual(revoked);
  expect(await access.authenticate(secret)).toBeNull();
  expect(await access.revoke(99, ADMIN)).toMatchObject({ kind: "refusal", code: "unknown" });
  expect(await entries()).toEqual(["admin token.revoked token/1", "admin token.issued token/1"]);
  const written = await trail.page({ before: null, limit: 9, subject: null });
  expect(JSON.stringify(written)).not.toContain(secret);
});
