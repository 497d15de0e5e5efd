import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { filesOf, hostPath, type MailLab } from "../mail/folder.ts";
import { fix } from "../mail/hand.ts";
import { inside } from "../mail/processes.ts";
import { breakByHand } from "./byHand.ts";
import { startInside } from "./inside.ts";
import { type NoticeReceiver, type Notified, startReceiver } from "./receiver.ts";

/** Of the namespace; nothing else listens there. */
const RECEIVER_PORT = 9_970;
const SERVER_PORT = 9_971;
const PROGRAM = join(import.meta.dirname, "../../bin/premortem");
/** Milliseconds until a rule has to be named, and until its end has to be told. */
const NAMED_MS = 60_000;
const OVER_MS = 180_000;
/** Milliseconds at most from one run to the next, at random: runs must not keep step with probes. */
const APART_MS = 5_000;
const SECRET_BYTES = 32;

/** One run. */
export interface NoticeRun {
  /** Milliseconds from the rule to the first notification, and to the first one that names it. */
  readonly firstMs: number;
  readonly namedMs: number;
  readonly title: string;
}

const statusSchema = z.object({
  devices: z.array(z.object({ watch: z.object({ kind: z.string() }) })),
  probes: z.array(z.object({ outcome: z.string().nullable() })),
  incidents: z.array(z.object({ id: z.number(), recoveredMs: z.number().nullable() })),
});

/** premortem in the lab, told where to notify. */
interface Premortem {
  ask(...words: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

/** Time from a rule by hand to the notification that names it, again and again. */
export async function measurePremortem(
  lab: MailLab,
  runs: number,
  log: (line: string) => void,
): Promise<readonly NoticeRun[]> {
  const receiver = await startReceiver(lab, "ops", RECEIVER_PORT);
  const premortem = await start(lab, receiver.url);
  try {
    const done: NoticeRun[] = [];
    while (done.length < runs) {
      await untilGreen(premortem);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * APART_MS));
      const run = await once(lab, receiver);
      log(`premortem: ${Math.round(run.namedMs)} ms: ${run.title}`);
      done.push(run);
      await backToPeace(lab, premortem);
    }
    return done;
  } finally {
    await premortem.end();
    await receiver.end();
  }
}

async function once(lab: MailLab, receiver: NoticeReceiver): Promise<NoticeRun> {
  const { handComment, filterTable, forwardChain } = lab.plan.firewall;
  const beganMs = Date.now();
  const brokenMs = await breakByHand(lab);
  const names = ({ body }: Notified) =>
    [handComment, filterTable, forwardChain, "drop"].every((word) => titleOf(body).includes(word));
  const named = await receiver.first(beganMs, names, NAMED_MS);
  const [first] = receiver.all.filter(({ atMs }) => atMs >= beganMs);
  if (named === null || first === undefined) {
    const titles = receiver.all.map(({ body }) => titleOf(body)).slice(-5);
    throw new Error(`nobody named the rule within ${NAMED_MS} ms: ${JSON.stringify(titles)}`);
  }
  return {
    firstMs: first.atMs - brokenMs,
    namedMs: named.atMs - brokenMs,
    title: titleOf(named.body),
  };
}

function titleOf(body: string): string {
  return z.object({ title: z.string() }).parse(JSON.parse(body)).title;
}

/** The rule goes, symptoms end, and the incident is closed: the next run begins with knowing nothing. */
async function backToPeace(lab: MailLab, premortem: Premortem): Promise<void> {
  await fix(lab);
  await untilGreen(premortem);
  const { incidents } = await statusOf(premortem);
  for (const { id } of incidents) await premortem.ask("close", String(id));
}

async function untilGreen(premortem: Premortem): Promise<void> {
  const end = Date.now() + OVER_MS;
  for (;;) {
    const status = await statusOf(premortem);
    const isSeen = status.devices.every(({ watch }) => watch.kind === "watching");
    const isGreen = status.probes.every(({ outcome }) => outcome === "ok");
    const isOver = status.incidents.every(({ recoveredMs }) => recoveredMs !== null);
    if (isSeen && isGreen && isOver) return;
    if (Date.now() > end) throw new Error(`not in order: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function statusOf(premortem: Premortem) {
  return statusSchema.parse(JSON.parse(await premortem.ask("status", "--json")));
}

async function start(lab: MailLab, url: string): Promise<Premortem> {
  const folder = hostPath(lab, "ops", "notice");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const secretFile = join(folder, "webhook-secret");
  writeFileSync(secretFile, randomBytes(SECRET_BYTES).toString("hex"), { mode: 0o600 });
  const networkFile = join(folder, "premortem.yaml");
  const notify = `notify:\n  webhook: { url: "${url}", secret-file: ${secretFile} }\n`;
  writeFileSync(networkFile, `${readFileSync(filesOf.networkFile(lab), "utf8")}${notify}`);
  const data = join(folder, "data");
  const server = await serve(lab, networkFile, data);
  const ask = (tokenFile: string, ...words: readonly string[]) =>
    inside(lab, "ops", [
      "sh",
      "-c",
      /* 1 and 3 are answers: something is wrong, or not seen. */
      '"$@"; code=$?; [ $code = 2 ] && exit 2; exit 0',
      "sh",
      process.execPath,
      PROGRAM,
      ...words,
      ...["--server", `http://127.0.0.1:${SERVER_PORT}`, "--token-file", tokenFile],
    ]);
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, await ask(join(data, "admin-token"), "token", "create", "ana"));
  await ask(tokenFile, "init", "--yes");
  return { ask: (...words) => ask(tokenFile, ...words), end: () => server.end() };
}

/** Starts the server, and waits until it says that it serves. */
function serve(lab: MailLab, networkFile: string, data: string) {
  const words = ["serve", "--network", networkFile, "--data", data, "--port", String(SERVER_PORT)];
  return new Promise<ReturnType<typeof startInside>>((resolve) => {
    const server = startInside(lab, "ops", [process.execPath, PROGRAM, ...words], "server", {
      onLine: (line) => {
        if (line.startsWith("premortem serves")) resolve(server);
      },
    });
  });
}
