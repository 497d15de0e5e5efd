import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { hostPath, type MailLab } from "../mail/folder.ts";
import { MAIL_ROLES } from "../mail/plan.ts";
import { inside } from "../mail/processes.ts";
import { breakByHand } from "./byHand.ts";
import { type Inside, startInside } from "./inside.ts";
import {
  alertmanagerFile,
  blackboxFile,
  EXPORTER_PORT,
  PEER_PORTS,
  type PeerSetting,
  prometheusFile,
  rulesFile,
} from "./peerFiles.ts";
import { type Notified, startReceiver } from "./receiver.ts";

export interface PeerRun {
  readonly setting: PeerSetting;
  /** Milliseconds from the rule to the first notification. */
  readonly firstMs: number;
  /** What it says. */
  readonly summaries: readonly string[];
}

const RECEIVER_PORT = 9_999;
/** Milliseconds until each target was scraped several times, and none is down. */
const GREEN_MS = 120_000;
/** Scrapes before the rule goes in. */
const SCRAPES = 3;
/** Milliseconds at most, at random, so that the rule does not keep step with scrapes. */
const APART_MS: Readonly<Record<PeerSetting, number>> = { aggressive: 5_000, typical: 15_000 };
/** Milliseconds until somebody is notified. */
const NOTIFIED_MS = 300_000;

const answerSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const bodySchema = z.object({
  alerts: z.array(z.object({ annotations: z.record(z.string(), z.string()) })),
});

/*
 * They stand where users are: from the host `ops`, whose link does not pass the firewall, they would reach
 * nothing that they probe.
 */
const ROLE = "client";

/** Time from a rule by hand to what Alertmanager says first. */
export async function measurePeers(
  lab: MailLab,
  setting: PeerSetting,
  log: (line: string) => void,
): Promise<PeerRun> {
  const receiver = await startReceiver(lab, ROLE, RECEIVER_PORT);
  const peers = startPeers(lab, setting, receiver.url);
  try {
    await untilGreen(lab);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * APART_MS[setting]));
    const [early] = receiver.all;
    if (early !== undefined) throw new Error(`notified before anything was wrong: ${early.body}`);
    const brokenMs = await breakByHand(lab);
    const first = await receiver.first(brokenMs, () => true, NOTIFIED_MS);
    if (first === null) throw new Error(`nobody was notified within ${NOTIFIED_MS} ms`);
    const firstMs = first.atMs - brokenMs;
    const summaries = summariesOf(first);
    log(`peers, ${setting}: ${Math.round(firstMs)} ms: ${summaries.join("; ")}`);
    return { setting, firstMs, summaries };
  } finally {
    await Promise.all([...peers, receiver].map((one) => one.end()));
  }
}

function summariesOf({ body }: Notified): readonly string[] {
  const { alerts } = bodySchema.parse(JSON.parse(body));
  return alerts.map(({ annotations }) => annotations["summary"] ?? "");
}

function startPeers(lab: MailLab, setting: PeerSetting, url: string): readonly Inside[] {
  const folder = join(lab.folder, "peers");
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const listen = (port: number) => `--web.listen-address=127.0.0.1:${port}`;
  const blackbox = write("blackbox.yml", blackboxFile());
  const alertmanager = write("alertmanager.yml", alertmanagerFile(setting, url));
  write("rules.yml", rulesFile(setting));
  const prometheus = write("prometheus.yml", prometheusFile(lab.plan, setting));
  const start = (name: string, ...words: readonly string[]) =>
    startInside(lab, ROLE, [name, ...words], name);
  return [
    start("prometheus-blackbox-exporter", `--config.file=${blackbox}`, listen(PEER_PORTS.blackbox)),
    start(
      "prometheus-alertmanager",
      `--config.file=${alertmanager}`,
      `--storage.path=${join(folder, "alertmanager")}`,
      "--cluster.listen-address=",
      listen(PEER_PORTS.alertmanager),
    ),
    ...MAIL_ROLES.map((role) =>
      startInside(
        lab,
        role,
        [
          "prometheus-postfix-exporter",
          `--web.listen-address=${lab.plan.addresses[role]}:${EXPORTER_PORT}`,
          `--postfix.showq_path=${hostPath(lab, role, "spool", "public", "showq")}`,
          `--postfix.logfile_path=${hostPath(lab, role, "log", "mail.log")}`,
        ],
        `exporter-${role}`,
      ),
    ),
    start(
      "prometheus",
      `--config.file=${prometheus}`,
      `--storage.tsdb.path=${join(folder, "prometheus")}`,
      listen(PEER_PORTS.prometheus),
      "--log.level=warn",
    ),
  ];
}

/** Waits until each target was scraped some times, all are up, and each probe succeeds. */
async function untilGreen(lab: MailLab): Promise<void> {
  const ask = async (query: string): Promise<readonly number[]> => {
    const url = `http://127.0.0.1:${PEER_PORTS.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
    const said = await inside(lab, ROLE, [process.execPath, "-e", FETCH, url]);
    return answerSchema.parse(JSON.parse(said)).data.result.map(({ value }) => Number(value[1]));
  };
  const end = Date.now() + GREEN_MS;
  for (;;) {
    const scrapes = await ask("min(count_over_time(up[5m]))");
    const bad = await ask("count(up == 0 or probe_success == 0)");
    if ((scrapes[0] ?? 0) >= SCRAPES && bad.length === 0) return;
    if (Date.now() > end) throw new Error(`not all is up: ${JSON.stringify({ scrapes, bad })}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** A server that is only starting says so in words. */
const FETCH = `const nothing = '{"data":{"result":[]}}';
fetch(process.argv[1]).then((answer) => (answer.ok ? answer.text() : nothing))
  .catch(() => nothing).then(console.log)`;
