import type { Socket } from "node:net";
import { readSecret } from "../../platform/secret.ts";
import { type Bridge, openBridge } from "../../platform/transport/bridge.ts";
import type { Ran, Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { MonitorFlow, Target } from "../inventory/monitors.ts";

/** What a protocol has in hand while it asks. Everything that it opens ends with the attempt. */
export interface Attempt {
  /** Milliseconds of wall time behind which nobody waits any more, for what has limits of its own. */
  readonly mostMs: number;
  /** The address that it is sent from, where it is known. */
  readonly source: string | null;
  /** Says what comes next, and of which connections it speaks where not of all of the monitor. */
  reach(stage: string, flows?: readonly MonitorFlow[]): void;
  /** A connection from a device. */
  connect(device: string, target: Target): Promise<Socket>;
  run(device: string, command: readonly string[]): Promise<Ran | TransportFault>;
  /** Says that the target has answered, where it was asked by a command. */
  hear(): void;
  /** What a file holds; it will not be repeated in any result. */
  secret(path: string): Promise<string>;
  onEnd(end: () => void): void;
}

/** What a protocol that came to its end has found. */
export interface Answer {
  readonly measured: string;
  /** Why it is not as it should be, though it works; null: all is well. */
  readonly degraded: string | null;
  /** Connections that were seen to work; null: those of the monitor. */
  readonly flows: readonly MonitorFlow[] | null;
}

/** A target that does not do what it should; the message is told to people. */
export class ProbeFailure extends Error {
  /** Connections that the failure speaks of; null: those of the monitor. */
  readonly flows: readonly MonitorFlow[] | null;

  constructor(message: string, flows: readonly MonitorFlow[] | null = null) {
    super(message);
    this.flows = flows;
  }
}

/** We cannot ask: nothing is known of the target. */
export class CannotAsk extends Error {}

/** How an attempt stands, for who leads it. */
export interface AttemptState {
  readonly attempt: Attempt;
  stage(): string;
  /** Connections that the stage speaks of; null: those of the monitor. */
  flows(): readonly MonitorFlow[] | null;
  hasHeard(): boolean;
  /** Why the last connection broke. */
  fault(): TransportFault | null;
  /** The message of an error without secrets. */
  wordsOf(error: unknown): string;
  /** Devices that were used. */
  devices(): readonly string[];
  end(): void;
}

/** Bytes of a reason that are kept: a server may answer anything. */
const MAXIMUM_WORDS = 300;

export function beginAttempt(
  transportOf: (device: string) => Transport,
  mostMs: number,
  source: string | null,
): AttemptState {
  const bridges: Bridge[] = [];
  const ends: (() => void)[] = [];
  const secrets = new Set<string>();
  const devices = new Set<string>();
  let stage = "connect";
  let flowsOfStage: readonly MonitorFlow[] | null = null;
  let hasHeard = false;
  let isOver = false;
  const attempt: Attempt = {
    mostMs,
    source,
    reach: (next, flows) => {
      stage = next;
      flowsOfStage = flows ?? null;
    },
    connect: async (device, { host, port }) => {
      devices.add(device);
      const bridge = await openBridge(transportOf(device).connect(host, port));
      if (isOver) bridge.close();
      bridges.push(bridge);
      return bridge.socket;
    },
    run: (device, command) => {
      devices.add(device);
      return transportOf(device).run(command, { timeoutMs: mostMs });
    },
    hear: () => {
      hasHeard = true;
    },
    secret: async (path) => {
      const secret = await readSecret(path).catch((error: Error) => {
        throw new CannotAsk(error.message);
      });
      secrets.add(secret);
      return secret;
    },
    onEnd: (end) => {
      if (isOver) end();
      else ends.push(end);
    },
  };
  return {
    attempt,
    stage: () => stage,
    flows: () => flowsOfStage,
    hasHeard: () => hasHeard || bridges.at(-1)?.hasHeard() === true,
    fault: () => transportFaultOf(bridges.at(-1)?.fault() ?? null),
    wordsOf: (error) =>
      withoutSecrets(error instanceof Error ? error.message : String(error), secrets),
    devices: () => [...devices],
    end: () => {
      isOver = true;
      for (const end of ends) end();
      for (const bridge of bridges) bridge.close();
    },
  };
}

/** As they stand, and as SASL PLAIN and LOGIN write them (RFC 4616): a server may repeat what it was sent. */
function withoutSecrets(text: string, secrets: ReadonlySet<string>): string {
  let clean = text.replace(/[\r\n]+/g, " ");
  for (const secret of secrets) {
    if (secret === "") continue;
    clean = clean.replaceAll(secret, "‹secret›");
    clean = clean.replaceAll(Buffer.from(secret).toString("base64"), "‹secret›");
  }
  clean = secrets.size === 0 ? clean : clean.replace(/\b[A-Za-z0-9+/]{16,}={0,2}/g, "‹base64›");
  return clean.length <= MAXIMUM_WORDS ? clean : `${clean.slice(0, MAXIMUM_WORDS)}…`;
}

function transportFaultOf(error: Error | null): TransportFault | null {
  if (error === null) return null;
  const { cause } = error;
  if (typeof cause === "object" && cause !== null && "kind" in cause && cause.kind === "fault")
    return cause as TransportFault;
  return { kind: "fault", fault: "unreachable", message: error.message, help: "" };
}
