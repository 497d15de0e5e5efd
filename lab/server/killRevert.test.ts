import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type device, devices, pulled } from "../../src/server/contract/device.ts";
import { trailPage } from "../../src/server/contract/service.ts";
import { describeWith } from "../../test/requirements.ts";
import { type SmallNetwork, smallNetwork } from "../apply/smallNetwork.ts";
import { networkFileOf, rulesetOf } from "./networkFile.ts";
import { type Desk, openDesk, type ServerProcess, startServer } from "./server.ts";

/*
 * The shipped server is killed in the middle of a revert of drift: the next one says how it ended, what runs is
 * what it says, and the device is free again.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const RULESET = rulesetOf(1_000);
const BY_HAND = "insert rule inet edge forward ip saddr 10.9.2.11 drop\n";
const BAN = "192.0.2.66";

type LastRevert = NonNullable<(typeof device)["_output"]["lastRevert"]>;

describeWith(["root", "nft", "ip"], "a server that is killed in the middle of a revert", () => {
  let small: SmallNetwork;
  let server: ServerProcess;
  let desk: Desk;
  let place: Parameters<typeof startServer>[0];
  const nft = (script: string) => small.inside(["nft", "-f", "-"], script);
  const running = () => small.inside(["nft", "list", "ruleset"]);

  beforeAll(async () => {
    small = await smallNetwork(`r${process.pid}`, RULESET);
    /* As root the database runs as a user of its own, who has to come through. */
    chmodSync(small.folder, 0o711);
    place = {
      networkFile: join(small.folder, "premortem.yaml"),
      data: join(small.folder, "data"),
    };
    writeFileSync(place.networkFile, networkFileOf(small));
    server = await startServer(place);
    desk = openDesk(server, small.folder, place.data);
    desk.login("ana");
    expect(desk.as("ana", "init", "fw", "--yes").code).toBe(0);
  });
  afterAll(async () => {
    await server.end();
    await small.down();
  });
  beforeEach(() => nft(`${RULESET}${BY_HAND}`));

  /** What `fetch` makes of a connection that ends is a TypeError. */
  const CUT = "the connection is cut";

  async function killAt(state: string): Promise<void> {
    const { hash } = pulled.parse(await desk.ask("ana", "/v1/devices/fw/pull", {}));
    const news = await desk.news("ana");
    const asked = desk.ask("ana", "/v1/devices/fw/revert", { hash });
    const cut = asked.then(
      (answer) => `it was answered: ${JSON.stringify(answer)}`,
      (fault: unknown) => (fault instanceof TypeError ? CUT : `it was refused: ${fault}`),
    );
    const seen = (async () => {
      for await (const { topic, kind } of news) if (topic === "revert" && kind === state) break;
      return state;
    })();
    expect(await Promise.race([seen, cut])).toBe(state);
    await server.kill();
    expect(await cut).toBe(CUT);
  }

  async function takenUp(): Promise<LastRevert> {
    server = await startServer(place);
    desk = openDesk(server, small.folder, place.data);
    return vi.waitFor(
      async () => {
        const [fw] = devices.parse(await desk.ask("ana", "/v1/devices")).devices;
        const last = fw?.lastRevert ?? null;
        if (last?.isOver !== true) throw new Error("it is not over");
        return last;
      },
      { timeout: 60_000, interval: 100 },
    );
  }

  /** What the trail says of the last revert, newest first. */
  async function told(): Promise<readonly string[]> {
    const page = trailPage.parse(await desk.ask("ana", "/v1/trail?subject=device/fw"));
    const kinds = page.entries.map(({ kind }) => kind).filter((kind) => kind.startsWith("drift."));
    return kinds.slice(0, kinds.indexOf("drift.reverting") + 1);
  }

  test.each(["arming", "armed", "loading", "loaded", "confirming"])(
    "at %s: the next one brings it to its end, and a ban of the meantime stays",
    async (state) => {
      await killAt(state);
      nft(`add element inet edge bans { ${BAN} timeout 1h }\n`);
      const last = await takenUp();
      expect(last).toMatchObject({ login: "ana", state: "confirmed", text: null });
      expect(running()).not.toContain("10.9.2.11 drop");
      expect(running()).toContain(`${BAN} timeout 1h`);
      expect(await told()).toEqual(["drift.reverted", "drift.reverting"]);
      expect(desk.as("ana", "trail", "--verify").code).toBe(0);
    },
  );

  test("where the device restored by itself meanwhile, that is told, and it may be tried again", async () => {
    await killAt("loaded");
    const newest =
      readdirSync(small.state)
        .filter((name) => /^\d+$/.test(name))
        .sort()
        .at(-1) ?? "";
    /* What the dead-man does when its time is over. */
    small.inside(["sh", join(small.state, newest, "part"), small.state, "fire", newest]);
    const last = await takenUp();
    expect(last).toMatchObject({ state: "rolledBack" });
    /* Whichever check sees first that something else runs: all of them would. */
    expect(last.text).toMatch(
      /taken back: (the device restored by itself|read-back: |intents: broken)/,
    );
    expect(running()).toContain("10.9.2.11 drop");
    expect(await told()).toEqual(["drift.notReverted", "drift.reverting"]);
    expect(desk.as("ana", "revert", "fw", "--yes").code).toBe(0);
    expect(running()).not.toContain("10.9.2.11 drop");
  });
});
