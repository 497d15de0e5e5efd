import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { baseline, pulled } from "../../../src/server/contract/device.ts";
import { status } from "../../../src/server/contract/service.ts";
import { down } from "../down.ts";
import { filesOf, labOf, type MailLab, openLab, readRecord } from "../folder.ts";
import { programOf } from "../internet.ts";
import { DEVICE_ROLES, type LabPlan } from "../plan.ts";
import { up } from "../up.ts";
import { type LabServer, startServer } from "./server.ts";

/** Milliseconds until all devices are watched and all probes are green. */
const GREEN_MS = 90_000;
const LOOK_MS = 250;

/** A lab with premortem in it, which has seen everything in order. */
export interface Rig {
  readonly lab: MailLab;
  readonly server: LabServer;
}

export interface RigOptions {
  /** Names its data folder. */
  readonly name: string;
  /** What premortem is told of the network; default: the lab's own network file. */
  readonly edit?: (networkFile: string) => string;
}

/** Brings a lab up where none is, starts premortem in it, and takes away what it has brought. */
export async function withRig<Result>(
  plan: LabPlan,
  { name, edit }: RigOptions,
  use: (rig: Rig) => Promise<Result>,
): Promise<Result> {
  return withLab(plan, async (lab) => {
    const server = await startServer(lab, name, networkFileOf(lab, name, edit));
    try {
      await adoptAll(server, lab);
      await awaitGreen(server);
      return await use({ lab, server });
    } finally {
      await server.stop();
    }
  });
}

async function withLab<Result>(
  plan: LabPlan,
  use: (lab: MailLab) => Promise<Result>,
): Promise<Result> {
  if (readRecord(labOf(plan)) !== null) return use(openLab(plan.prefix));
  const guard = startGuard(plan);
  try {
    return await use(await up(plan));
  } finally {
    await down(labOf(plan));
    guard.release();
  }
}

/** Takes the lab away where this process is killed. */
function startGuard({ prefix }: LabPlan) {
  const [program = "", ...words] = programOf("report/guardMain.ts", prefix);
  const child = spawn(program, words, { stdio: ["pipe", "ignore", "inherit"], detached: true });
  child.unref();
  return { release: () => child.stdin.end("over") };
}

function networkFileOf(lab: MailLab, name: string, edit: RigOptions["edit"]): string {
  const file = filesOf.networkFile(lab);
  if (edit === undefined) return file;
  const edited = join(lab.folder, `${name}.yaml`);
  writeFileSync(edited, edit(readFileSync(file, "utf8")));
  return edited;
}

/** A person looks at what runs on each device, and says that it may. */
async function adoptAll(server: LabServer, { plan }: MailLab): Promise<void> {
  for (const role of DEVICE_ROLES) {
    const device = `/v1/devices/${plan.hosts[role]}`;
    const { hash } = await server.ask("ana", "POST", `${device}/pull`, pulled);
    await server.ask("ana", "POST", `${device}/baseline`, baseline, { hash });
  }
}

/** Milliseconds after which slow answers do as well: the machine is busy, and will be. */
const PATIENT_MS = 30_000;

/** Waits until nothing is unseen, and nothing fails. */
export async function awaitGreen(server: LabServer, waitMs = GREEN_MS): Promise<void> {
  const beganMs = Date.now();
  for (const end = beganMs + waitMs; ; await pause(LOOK_MS)) {
    const isPatient = Date.now() - beganMs > PATIENT_MS;
    const { devices, probes } = await server.ask("eva", "GET", "/v1/status", status);
    const unseen = devices.filter(({ watch }) => watch.kind !== "watching");
    const notGreen = probes.filter(
      ({ outcome }) => outcome !== "ok" && !(isPatient && outcome === "degraded"),
    );
    if (unseen.length + notGreen.length === 0) return;
    if (Date.now() > end)
      throw new Error(
        `not in order: ${[...unseen, ...notGreen].map((one) => JSON.stringify(one)).join("; ")}`,
      );
    await Promise.all(
      notGreen.map(({ name }) =>
        server.ask("ana", "POST", `/v1/probes/${name}/run`, z.object({})).catch(() => undefined),
      ),
    );
  }
}
