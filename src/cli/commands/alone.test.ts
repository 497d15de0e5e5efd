import { expect, test } from "vitest";
import { insertChange } from "../../operations/change/store.ts";
import { draft, propose, prove } from "../../operations/change/transition.ts";
import { testServer } from "../../server/testing/testServer.ts";
import { commandsOf } from "../testing/callCommand.ts";
import { approve, changes } from "./change.ts";
import { surge } from "./surge.ts";

const NETWORK = `
devices:
  fw: { reach: namespace:pm-nowhere, sources: /etc/nftables.conf, managed-by: { inet edge: premortem } }
zones: {}
people:
  ana: { name: Ana, roles: [operator, approver] }
  hana: { name: Hana, roles: [helpdesk] }
solo: { pause: 1h }
`;
const ANA = { login: "ana", roles: ["operator", "approver"] } as const;
const LOSS = "no mail leaves until somebody is at the console";
const HASHES = { runningHash: "1".repeat(64), networkHash: "2".repeat(64) };

/** A change of ana's that was proved to break nothing. */
async function proposed() {
  const server = await testServer({ network: NETWORK });
  const files = new Map([["/etc/nftables.conf", "table inet edge {\n}\n"]]);
  const made = draft(0, "fw", files, ANA);
  const open = "reason" in made ? made : propose(made, ANA);
  if ("reason" in open) throw new Error(open.reason);
  const intents = { brokenCritical: [], broken: [], brokenBefore: [] };
  const doubts = { undecidedCritical: [], undecided: [] };
  const whole = { loads: true, isComplete: true, reasons: [], ...intents, ...doubts };
  const proved = prove(open, { contentHash: open.contentHash, ...HASHES, ...whole });
  await insertChange(server.database.database, proved, server.service.clock());
  return { server, call: await commandsOf(server, "ana") };
}

test("who is alone says what would be lost, waits, and approves; each answer says what comes next", async () => {
  const { server, call } = await proposed();
  const show = () => call((asking, streams) => changes("1", asking, streams));
  const { out } = await show();
  expect(out).toContain(
    "missing: an approval; nobody else than ana may give it: `premortem approve 1 --alone 'what would be lost'`",
  );
  const shown = /^shown (\w{64})$/m.exec(out)?.[1] ?? "";
  const give = (more: { readonly alone?: string }) =>
    call((asking, streams) => approve("1", { ...asking, shown, ...more }, streams));

  expect(await give({})).toMatchObject({
    code: 1,
    error: expect.stringContaining("premortem approve 1 --alone TEXT"),
  });
  expect(await give({ alone: "aaaaaaaaaaaaaaaaaaaaaaaaa" })).toMatchObject({
    code: 1,
    error: expect.stringContaining("it is not said what would be lost"),
  });
  const asked = await give({ alone: LOSS });
  expect(asked.code).toBe(0);
  expect(asked.out).toMatch(
    new RegExp(`^ana said what would be lost: ${LOSS}; the pause ends `, "m"),
  );
  expect(asked.out).toMatch(
    /^missing: an approval by ana, alone, from .* UTC on: `premortem approve 1`$/m,
  );
  expect(await give({})).toMatchObject({
    code: 1,
    error: expect.stringMatching(/the pause goes on until .* UTC/),
  });
  server.pass(3_600_000);
  const approved = await give({});
  expect(approved.code).toBe(0);
  expect(approved.out).toContain(`approved by ana, alone: would be lost: ${LOSS}`);
  expect(approved.out).toContain("not four eyes: who wrote it approved it alone");
  expect(approved.out).toContain("ready: `premortem apply 1`");
});

test("the help desk says from the command line that many call", async () => {
  const server = await testServer({ network: NETWORK, isStarted: true });
  const call = await commandsOf(server, "hana");
  const said = await call((asking, streams) => surge("mail is gone", asking, streams));
  expect(said).toMatchObject({ code: 0, error: "" });
  expect(said.out).toContain("taken: an incident is open");
  expect(server.service.monitors.active().map(({ text }) => text)).toEqual([
    "the help desk says that many call; the last: “mail is gone”",
  ]);
});
