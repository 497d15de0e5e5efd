import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { down } from "../down.ts";
import { labOf, type MailLab } from "../folder.ts";
import { planNamed } from "../plan.ts";
import { up } from "../up.ts";
import { complaintProblems } from "./complaints.ts";
import { control } from "./control.ts";
import { gate } from "./gate.ts";
import { net, withoutBrokenIntents } from "./net.ts";
import { type Rig, withRig } from "./rig.ts";
import { witness } from "./witness.ts";

/*
 * One scene of each kind, short; `npm run lab -- report` plays all. How long things take is the report's
 * matter: here it is what is said of them.
 */

/**
 * More than all waits of a scene together (server and probes 120 s, news 60 s, surge 60 s, recovery twice
 * 180 s, mails that were deferred 120 s): each ends by itself and says what did not come. A test that ends
 * first says nothing, and leaves its server to the next one.
 */
const LONG_MS = 900_000;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });

/** Long enough for probes to feel it, and for users to complain. */
const OUTAGE_MS = 15_000;

describeWith(["root", "nft", "ip", "sshd", "mailLab"], "the origin, played again", () => {
  const lab: MailLab = labOf(planNamed("renamed", `report-${process.pid}-`));
  beforeAll(async () => {
    await up(lab.plan);
  });
  afterAll(() => down(lab));
  const inRig = <Result>(name: string, use: (rig: Rig) => Promise<Result>) =>
    withRig(lab.plan, { name }, use);

  describe("with the intents written down", () => {
    test("a change with the fatal rule is refused, and a rule by hand is named and undone", async () => {
      await inRig("first", async (rig) => {
        expect(await gate(rig, "first")).toMatchObject({ problems: [] });
        const { rules, by, explains, contradicted, load, causeMs, complaints } = await witness(
          rig,
          {
            position: "first",
            outageMs: OUTAGE_MS,
            untilSurge: true,
          },
        );
        expect(rules).toEqual([
          'inet perimeter transit: ip saddr @relays counter drop comment "ticket 4711"',
        ]);
        expect(by).toMatch(
          /^login netops from \S+ \(likely: the ssh session was open; made by `nft`\)$/,
        );
        expect(explains.join("\n")).toMatch(/post-[ab]-database|postgresql/);
        expect(contradicted).toEqual([]);
        expect([...load.out.missing, ...load.in.missing]).toEqual([]);
        /* Users whose mail does not go call the help desk, and tell nobody anything new. */
        expect(complaints.sent).toBeGreaterThan(0);
        expect(complaintProblems(complaints, causeMs)).toEqual([]);
        expect(complaints.told).toMatch(/ complaints within .*; the last: “I cannot /);
      });
    });

    test("where the outside drops mail, no rule is blamed", async () => {
      await inRig("second", async (rig) => {
        expect(await control(rig, "provider")).toMatchObject({
          meaning: "harmless",
          answer: "notByRules",
          problems: [],
        });
      });
    });
  });

  test("without the intents probes alone take the fatal change back", async () => {
    await withRig(lab.plan, { name: "third", edit: withoutBrokenIntents }, async (rig) => {
      const { state, failed, delivered } = await net(rig, {
        position: "first",
        by: "probes",
        insist: null,
      });
      expect(state).toBe("rolledBack");
      expect(failed).not.toEqual([]);
      expect(delivered?.arrivedMs).not.toBeNull();
    });
  });
});
