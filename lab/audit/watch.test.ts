import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sighting } from "../../src/operations/audit/sighting.ts";
import { watchDevice } from "../../src/operations/audit/watch.ts";
import type { NetworkDevice } from "../../src/operations/inventory/model.ts";
import { parseNetwork } from "../../src/operations/inventory/networkFile.ts";
import { pull } from "../../src/operations/inventory/pull.ts";
import { openChannel } from "../../src/platform/channel.ts";
import { systemWait } from "../../src/platform/clock.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import { describeWith } from "../../test/requirements.ts";

/* A device is watched on the real kernel: what somebody puts in by hand is seen, named, and judged. */

const NAMESPACE = `pm-watch-${process.pid}`;
const LONG_MS = 60_000;
const transport = namespaceTransport(NAMESPACE);
const nft = (script: string) =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, "nft", "-f", "-"], { input: script });

const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));

/** What is on the way, in words. */
function told(sighting: Sighting): string {
  if (sighting.kind === "blind") return "blind";
  const { meaning, transactions } = sighting.drift;
  const by = transactions.flatMap(({ by: who }) => who?.name ?? []).join();
  return [sighting.kind, meaning.kind, meaning.broken.map(({ id }) => id).join(), by]
    .filter((word) => word !== "")
    .join(" ");
}

describeWith(["root", "nft", "ip"], "a device that is watched", () => {
  beforeAll(() => {
    execFileSync("ip", ["netns", "add", NAMESPACE]);
    nft(readFileSync("examples/mail/edge.nft", "utf8"));
  });
  afterAll(() => execFileSync("ip", ["netns", "delete", NAMESPACE]));

  test(
    "tells what each change by hand means, and when it is blind",
    async () => {
      const device = network?.devices.get("edge");
      if (network === null || device === undefined) throw new Error("no network");
      const lab: NetworkDevice = { ...device, sources: [] };
      const pulled = await pull(transport, lab);
      if (pulled.kind !== "pulled") throw new Error(pulled.message);
      const baseline = pulled.snapshot;
      const watch = {
        network,
        device: lab,
        transport,
        baseline,
        clock: Date.now,
        wait: systemWait,
        decided: async () => undefined,
        asked: openChannel<null>(() => undefined),
      };
      const stop = new AbortController();
      const sightings = watchDevice(watch, stop.signal);
      const next = async () => {
        const { value } = await sightings.next();
        return value === undefined ? "over" : told(value);
      };
      expect(await next()).toBe("watching harmless");
      nft("add element inet edge mail_servers { 10.10.2.13 }\n");
      expect(await next()).toBe("changed moves nft");
      nft("delete element inet edge mail_servers { 10.10.2.13 }\n");
      /* What is taken out looks like what timed out: the kernel names nobody. */
      expect(await next()).toBe("changed harmless");
      nft("insert rule inet edge forward counter\n");
      expect(await next()).toBe("changed harmless nft");
      nft("insert rule inet edge forward ip saddr 10.10.2.8/29 drop\n");
      expect(await next()).toBe("changed breaks mail-out,mail-names,mail-users nft");
      nft(readFileSync("examples/mail/edge.nft", "utf8"));
      expect(await next()).toBe("changed harmless nft");
      const inside = execFileSync("ip", ["netns", "pids", NAMESPACE], { encoding: "utf8" });
      for (const id of inside.trim().split("\n")) process.kill(Number(id));
      expect(await next()).toBe("blind");
      expect(await next()).toBe("over");
    },
    LONG_MS,
  );
});
