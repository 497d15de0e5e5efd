import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseNetwork } from "../../src/operations/inventory/networkFile.ts";
import { describeWith } from "../../test/requirements.ts";
import { dropMailOutside, passMailOutside, plugMail, unplugMail } from "./controls.ts";
import { startDatabase, stopDatabase } from "./database.ts";
import { down } from "./down.ts";
import { filesOf, labOf, type MailLab } from "./folder.ts";
import { fix, putHarmlessRule, putRule } from "./hand.ts";
import { programOf } from "./internet.ts";
import { runLoad, settleLoad } from "./load.ts";
import { DEVICE_ROLES, HOST_INTERFACE, type PlanName, planNamed } from "./plan.ts";
import { inside } from "./processes.ts";
import { loginLog } from "./ssh.ts";
import { TRY_NAMES, type TryName, tryAll } from "./tries.ts";
import { up } from "./up.ts";

/** Milliseconds: an answer takes tenths of a second, and far longer on a machine that is busy. */
const PATIENT_MS = 20_000;
/** Milliseconds after which nothing is awaited any more where nothing can come. */
const HOPELESS_MS = 1_500;

vi.setConfig({ testTimeout: 3 * PATIENT_MS, hookTimeout: 3 * PATIENT_MS });

/** What users and the outside try, and does not work. */
async function failing(lab: MailLab, waitMs = PATIENT_MS): Promise<readonly TryName[]> {
  const tried = await tryAll(lab, waitMs);
  return TRY_NAMES.filter((one) => tried.some(({ name, error }) => name === one && error !== null));
}

describeWith(["root", "nft", "ip", "sshd", "mailLab"], "the mail network", () => {
  describePlan("mail", (lab) => {
    test("a load goes through in both directions, and each mail of it is counted", async () => {
      await runLoad(lab, { seconds: 2, rate: 4 });
      const { out, in: into, logins } = await settleLoad(lab, PATIENT_MS);
      for (const { sent, arrived, refused, missing, bounced, twice } of [out, into]) {
        expect(sent).toBeGreaterThan(0);
        expect({ arrived, refused, missing, bounced, twice }).toEqual({
          arrived: sent,
          refused: 0,
          missing: [],
          bounced: [],
          twice: 0,
        });
      }
      expect(logins).toMatchObject({ failed: 0 });
    });

    test("where the outside drops mail, only what has to leave fails", async () => {
      await dropMailOutside(lab);
      await putHarmlessRule(lab);
      expect(await failing(lab, HOPELESS_MS)).toEqual(["roundTrip"]);
      await passMailOutside(lab);
      expect(await fix(lab)).toBe(1);
      expect(await failing(lab)).toEqual([]);
    });

    test("a mail host that is unplugged has no link, until it is plugged in again", async () => {
      const link = () => inside(lab, "mailOne", ["ip", "-o", "link", "show", HOST_INTERFACE]);
      await unplugMail(lab);
      expect(await link()).toContain("NO-CARRIER");
      await plugMail(lab);
      expect(await link()).not.toContain("NO-CARRIER");
    });

    /* The last one: Postfix asks a database that has refused again only a minute later. */
    test("without the database nobody logs in, until it is started again", async () => {
      const ready = () => inside(lab, "mailTwo", ["pg_isready", "-h", lab.plan.addresses.database]);
      await stopDatabase(lab);
      expect(await failing(lab, HOPELESS_MS)).toContain("login");
      await expect(ready()).rejects.toThrow("no response");
      await startDatabase(lab);
      expect(await ready()).toContain("accepting connections");
    });
  });
  describePlan("renamed", () => undefined);
});

/** What holds of every plan, and what is tried on this one besides. */
function describePlan(name: PlanName, besides: (lab: MailLab) => void): void {
  describe(`of the plan ${name}`, () => {
    const lab = labOf(planNamed(name, `${name}-${process.pid}-`));
    beforeAll(async () => {
      await up(lab.plan);
    });
    afterAll(() => down(lab));

    test("mail comes in, goes out and comes back, and users log in", async () => {
      expect(await failing(lab)).toEqual([]);
    });

    test("its network file has no mistake", () => {
      const file = filesOf.networkFile(lab);
      expect(parseNetwork(file, readFileSync(file, "utf8")).diagnostics).toEqual([]);
    });

    test("premortem reaches each device over ssh, and has no other way into the network", async () => {
      const said = await inside(lab, "ops", programOf("reachMain.ts", lab.plan.prefix));
      const names = DEVICE_ROLES.map((role) => `premortem@${lab.plan.hosts[role]}`);
      expect(JSON.parse(said)).toEqual(names);
      const ways = await inside(lab, "ops", ["ip", "route", "show"]);
      expect(ways).toMatch(/^\S+ dev \S+ proto kernel [^\n]*\n$/);
    });

    test("a rule put in by hand stops all, and taking it out brings all back", async () => {
      await putRule(lab, "first");
      expect(await failing(lab, HOPELESS_MS)).toEqual(TRY_NAMES);
      expect(await fix(lab)).toBe(1);
      expect(await failing(lab)).toEqual([]);
      const log = readFileSync(loginLog(lab, "firewall"), "utf8");
      expect(log).toMatch(/Accepted publickey for netops from /);
    });

    besides(lab);
  });
}
