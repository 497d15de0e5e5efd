import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reach } from "../../operations/inventory/model.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import { closedTransport } from "../../platform/transport/closed.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { openFolder } from "../../simulation/folder.ts";
import type { SimulatedLogin } from "../../simulation/model.ts";
import { type MailNetwork, openMailNetwork } from "../../simulation/network.ts";
import { openTime, runInRealTime } from "../../simulation/time.ts";
import type { WorldComplaint } from "../../simulation/world/complaints.ts";
import { DEMO_PEOPLE, HELP_DESK } from "../../simulation/world/plan.ts";
import type { Service } from "../wire.ts";

/** A simulated network that a server runs on, in real time. */
export interface Simulation {
  readonly network: MailNetwork;
  /** Path of `premortem.yaml`. */
  readonly networkFile: string;
  readonly openTransport: (reach: Reach) => Transport;
  /** Makes tokens for the persons of the demonstration, at the first start. */
  issue(service: Pick<Service, "access">): Promise<void>;
  /** Adopts what runs where nothing was adopted yet, before anything is watched. */
  adopt(service: Service): Promise<void>;
  /** Lets time pass, and complaints come in. */
  start(service: Pick<Service, "monitors">): void;
  /** Lets no more complaints come in, since who takes them is about to end; those on their way are awaited. */
  hush(): Promise<void>;
  /** Keeps what the firewall runs, for the next start. */
  close(): void;
}

const FOLDER = "simulation";
const SECRET_BYTES = 24;
/** The same traffic at each start: what a visitor sees is what somebody else sees. */
const SEED = 25_465;
/** Mails a second in each direction. */
const RATE = 2;
const MS_IN_SECOND = 1_000;
/** Milliseconds between two steps: an answer of a simulated host is late by that much at most. */
const STEP_MS = 40;
/** Who adopts what a simulation boots with. */
const ADOPTER = { login: "premortem", roles: [] };
const ADMIN: Actor = { login: "premortem", roles: ["admin"] };
const TOKENS = "tokens";
const TOKEN_DAYS = 366;
const PRIVATE_FOLDER = 0o700;
const PRIVATE = 0o600;

/** Person at the keyboard of a device: known by a key that premortem does not use. */
export function handLogin(login: string): SimulatedLogin {
  return { login, address: HAND_ADDRESS, key: null };
}

/** Where people who go to devices by hand come from. */
const HAND_ADDRESS = "172.30.9.101";

export function openSimulation(data: string, onFault: (fault: unknown) => void): Simulation {
  const folder = openFolder(join(data, FOLDER), () =>
    randomBytes(SECRET_BYTES).toString("base64url"),
  );
  const time = openTime(Date.now());
  const network = openMailNetwork({ time, seed: SEED, rate: RATE, saved: folder.saved });
  const keep = () => folder.keep(network.save());
  const ends: (() => void)[] = [];
  let stopComplaints: () => void = () => undefined;
  const onTheirWay = new Set<Promise<unknown>>();
  return {
    network,
    networkFile: folder.networkFile,
    openTransport: (reach) => transportOf(network, reach),
    async adopt({ inventory, adoptions }) {
      for (const name of inventory.network().devices.keys()) {
        if ((await inventory.baselineSnapshot(name)) !== null) continue;
        const pulled = await inventory.pull(name);
        if (pulled.kind !== "pulled") throw new Error(`read ${name}`, { cause: pulled });
        const adopted = await adoptions.adopt(name, pulled.snapshot.hash, ADOPTER);
        if ("reason" in adopted) throw new Error(adopted.reason);
      }
    },
    issue: ({ access }) => issueTokens(access, join(data, TOKENS)),
    start({ monitors }) {
      const complain = (complaint: WorldComplaint) => {
        const { body, headers } = signed(complaint, folder.complaintSecret);
        const taken = monitors.complain(HELP_DESK, body, headers).catch(onFault);
        onTheirWay.add(taken);
        void taken.finally(() => onTheirWay.delete(taken));
      };
      stopComplaints = network.world.onComplaint(complain);
      ends.push(
        stopComplaints,
        /* Kept at once: a server that is killed says no goodbye. */
        network.firewall.kernel.subscribe(keep),
        runInRealTime(time, STEP_MS, onFault),
      );
    },
    async hush() {
      stopComplaints();
      await Promise.all(onTheirWay);
    },
    close() {
      for (const end of ends) end();
      keep();
    },
  };
}

/** One file for each person, for the command line. */
async function issueTokens(access: Service["access"], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  for (const login of DEMO_PEOPLE) {
    const file = join(folder, login);
    if (existsSync(file)) continue;
    const wishes = { login, purpose: "the demonstration", days: TOKEN_DAYS };
    const issued = await access.issue(wishes, ADMIN);
    if ("reason" in issued) throw new Error(issued.reason);
    writeFileSync(file, `${issued.secret}\n`, { mode: PRIVATE });
  }
}

/** Nothing but the simulation is ever reached from here. */
function transportOf({ devices }: MailNetwork, reach: Reach): Transport {
  const device = reach.kind === "simulated" ? devices.get(reach.name) : undefined;
  return device?.transport ?? nowhere(reach);
}

function nowhere(reach: Reach): Transport {
  const name = reach.kind === "simulated" ? `simulated:${reach.name}` : reach.kind;
  return closedTransport(name, {
    kind: "fault",
    fault: "forbidden",
    message: `\`${name}\` is not part of the simulation, which reaches nothing else`,
    help: "write `reach: simulated:NAME` with the name of a simulated host",
  });
}

/** As a help desk sends it. */
function signed({ id, text, user }: WorldComplaint, secret: string) {
  const body = JSON.stringify({ id, text, user });
  const timestamp = String(Math.floor(Date.now() / MS_IN_SECOND));
  const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return { body, headers: { signature, timestamp } };
}
