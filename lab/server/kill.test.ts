import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { apply, change } from "../../src/server/contract/change.ts";
import { describeWith } from "../../test/requirements.ts";
import { type SmallNetwork, smallNetwork } from "../apply/smallNetwork.ts";
import { networkFileOf, rulesetOf } from "./networkFile.ts";
import { type Desk, openDesk, type ServerProcess, startServer } from "./server.ts";

/*
 * The shipped server is killed as soon as it says that an apply came to a state, its database stays behind,
 * and another one is started on the same folder: it takes up from there.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const STATES = ["arming", "armed", "loading", "loaded", "confirming"] as const;

describeWith(["root", "nft", "ip"], "a server that is killed in the middle of an apply", () => {
  let small: SmallNetwork;
  let server: ServerProcess;
  let desk: Desk;
  let place: Parameters<typeof startServer>[0];

  beforeAll(async () => {
    small = await smallNetwork(`k${process.pid}`, rulesetOf(1_000));
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
    desk.login("bob");
    expect(desk.as("ana", "init", "fw", "--yes").code).toBe(0);
  });
  afterAll(async () => {
    await server.end();
    await small.down();
  });

  async function approved(port: number): Promise<number> {
    const files = [{ path: small.source, text: rulesetOf(port) }];
    const proposed = change.parse(await desk.ask("ana", "/v1/changes", { device: "fw", files }));
    const { id } = proposed;
    await desk.ask("ana", `/v1/changes/${id}/prove`, {});
    const { shownHash } = change.parse(await desk.ask("bob", `/v1/changes/${id}`));
    await desk.ask("bob", `/v1/changes/${id}/approve`, { shownHash });
    return id;
  }

  async function killAt(state: string, changeId: number): Promise<number> {
    const news = await desk.news("ana");
    const begun = desk.ask("ana", `/v1/changes/${changeId}/apply`, { insist: null });
    for await (const { topic, text } of news)
      if (topic === "apply" && text.endsWith(`: ${state}`)) break;
    await server.kill();
    return apply.parse(await begun).id;
  }

  test.each(STATES.map((state, place) => [state, 2_001 + place] as const))(
    "at %s: the next one brings it to its end, and a ban of the meantime stays",
    async (state, port) => {
      const changeId = await approved(port);
      const applyId = await killAt(state, changeId);
      const ban = `192.0.2.${port % 250}`;
      small.inside(["nft", "-f", "-"], `add element inet edge bans { ${ban} timeout 1h }\n`);
      server = await startServer(place);
      desk = openDesk(server, small.folder, place.data);
      await vi.waitFor(
        async () => {
          const { isOver } = apply.parse(await desk.ask("ana", `/v1/applies/${applyId}`));
          expect(isOver).toBe(true);
        },
        { timeout: 60_000, interval: 100 },
      );
      const { status } = change.parse(await desk.ask("ana", `/v1/changes/${changeId}`));
      expect(["applied", "rolledBack"]).toContain(status);
      const running = small.inside(["nft", "list", "ruleset"]);
      expect(running.includes(`tcp dport { 25, ${port} }`)).toBe(status === "applied");
      expect(running).toContain(`${ban} timeout 1h`);
      expect(desk.as("ana", "trail", "--verify").code).toBe(0);
    },
  );
});
