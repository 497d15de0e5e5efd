import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { startAlertmanager } from "../../platform/notify/testing/alertmanagerProcess.ts";
import { openReceiver, type Receiver } from "../../platform/notify/testing/receiver.ts";
import type { Alerts } from "./service.ts";
import { alertDatabase, openTold } from "./testing/openTold.ts";
import { raisedOf } from "./testing/raised.ts";

const GUIDE = "docs/guides/alertmanager.md";

/** The configuration that the guide shows, told to wait for nothing, and to tell this pager. */
function guideConfiguration(pager: string, office = pager): string {
  const [shown] = /(?<=```yaml\n)route:[^`]*/.exec(readFileSync(GUIDE, "utf8")) ?? [];
  if (shown === undefined) throw new Error(`${GUIDE} shows no configuration`);
  return shown
    .replace("http://pager.example.net/", pager)
    .replace("http://office.example.net/", office)
    .replace("group_interval: 1m", "group_interval: 200ms");
}

interface Told {
  readonly status: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly generatorURL: string;
  }[];
}

const toldBy = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body) as Told);

async function open(url: string): Promise<Alerts> {
  const alerts = openTold(await alertDatabase(), null, { alertmanager: url });
  alerts.start();
  return alerts;
}

describeWith(["alertmanager"], "a real Alertmanager", () => {
  test("takes the configuration of the guide", () => {
    const folder = mkdtempSync(join(tmpdir(), "premortem-guide-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "alertmanager.yml");
    writeFileSync(file, guideConfiguration("http://pager.example.net/"));
    expect(execFileSync("amtool", ["check-config", file], { encoding: "utf8" })).toContain(
      "SUCCESS",
    );
  });

  test("makes one notification of the alerts of one cause, and tells their end", async () => {
    const pager = await openReceiver();
    const alerts = await open(await startAlertmanager(guideConfiguration(pager.url)));
    const keys = Array.from({ length: 40 }, (_, index) => `probe/${index}`);
    await Promise.all(keys.map((key) => alerts.raise(raisedOf(key, "cause/fw1"))));
    await alerts.flushed();
    await Promise.all(keys.map((key) => alerts.end(key)));
    await alerts.flushed();
    await pager.came(2);
    const told = toldBy(pager);
    expect(told.map(({ status, alerts }) => [status, alerts.length])).toEqual([
      ["firing", 1],
      ["resolved", 1],
    ]);
    expect(told[0]?.alerts[0]?.labels).toEqual({
      alertname: "probe",
      source: "premortem",
      group: "cause/fw1",
      severity: "page",
      revision: "1",
    });
    expect(told[1]?.alerts[0]?.annotations["description"]).toContain("and 19 more");
  }, 20_000);

  test("keeps quiet about symptoms that others see while premortem pages", async () => {
    const pager = await openReceiver();
    const url = await startAlertmanager(guideConfiguration(pager.url));
    const alerts = await open(url);
    await alerts.raise(raisedOf("incident/1", "cause/fw1"));
    await alerts.flushed();
    const others = ["ProbeFailed", "DiskFull"].map((alertname) => ({ labels: { alertname } }));
    await fetch(`${url}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(others),
    });
    const answer = await fetch(`${url}/api/v2/alerts?inhibited=true`);
    const found = (await answer.json()) as readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly status: { readonly inhibitedBy: readonly string[] };
    }[];
    const quiet = found.filter(({ status }) => status.inhibitedBy.length > 0);
    expect(found).toHaveLength(3);
    expect(quiet.map(({ labels }) => labels["alertname"])).toEqual(["ProbeFailed"]);
  });

  test("pages at once when the cause is found", async () => {
    const pager = await openReceiver();
    const alerts = await open(await startAlertmanager(guideConfiguration(pager.url)));
    await alerts.raise(raisedOf("incident/1", "incident/1", { title: "mail cannot leave" }));
    await pager.came(1);
    await alerts.raise(raisedOf("incident/1", "incident/1", { title: "fw1 drops mail: rule 5" }));
    await pager.came(3);
    const told = toldBy(pager).map(
      ({ status, alerts: [first] }) => `${status} ${first?.annotations["summary"]}`,
    );
    expect(told[0]).toBe("firing mail cannot leave");
    expect(told.slice(1).sort()).toEqual([
      "firing fw1 drops mail: rule 5",
      "resolved mail cannot leave",
    ]);
  });

  test("is told another group when the cause is found, and that the one before is over", async () => {
    const pager = await openReceiver();
    const alerts = await open(await startAlertmanager(guideConfiguration(pager.url)));
    await alerts.raise(raisedOf("incident/1", "incident/1"));
    await pager.came(1);
    await alerts.raise(raisedOf("incident/1", "cause/fw1", { title: "rule 5 of fw1 drops it" }));
    await pager.came(3);
    const told = toldBy(pager).map(
      ({ status, groupLabels }) => `${groupLabels["group"]} ${status}`,
    );
    expect(told[0]).toBe("incident/1 firing");
    expect(told.slice(1).sort()).toEqual(["cause/fw1 firing", "incident/1 resolved"]);
  });

  test("takes whatever a label or a text holds", async () => {
    const pager = await openReceiver();
    const url = await startAlertmanager(guideConfiguration(pager.url));
    const alerts = await open(url);
    const title = "<script>alert(1)</script>\r\nX-Injected: yes \u0000\ud800";
    await alerts.raise(
      raisedOf("probe/<b>", "", {
        title,
        text: `${"é".repeat(100_000)}\n{{ .Labels }}`,
        labels: {
          "mail from": '"; drop table',
          "9": "\u0007",
          "": "",
          group: "mine",
          [title]: title,
        },
        link: "javascript:alert(1)",
      }),
    );
    await pager.came(1);
    const [first] = toldBy(pager)[0]?.alerts ?? [];
    expect(first?.annotations["summary"]).toBe("<script>alert(1)</script> X-Injected: yes");
    expect(first?.annotations["description"]).toHaveLength(4_000);
    expect(first?.labels).toMatchObject({ alertname: "probe", mail_from: '"; drop table' });
    expect(first?.labels["group"]).not.toBe("mine");
    expect(first?.generatorURL).not.toContain("javascript");
  });
});
