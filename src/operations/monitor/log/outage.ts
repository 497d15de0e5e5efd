import type { Sighting } from "../model.ts";
import type { LogEvent, Trouble } from "./events.ts";
import { sightingOf } from "./sighting.ts";
import { Streak } from "./streak.ts";
import type { LogHost } from "./tie.ts";

/** What a mail says of the outside: sightings that are there now, and keys of those that are over. */
export interface Outside {
  readonly seen: readonly Sighting[];
  readonly over: readonly string[];
}

const NOTHING: Outside = { seen: [], over: [] };

/** Tells the outage of one host from servers and names of the world that are dead by themselves. */
export class OutageTest {
  private readonly peers = new Streak();
  private readonly names = new Streak();
  private readonly monitor: string;

  constructor(monitor: string) {
    this.monitor = monitor;
  }

  /** Of mails only: what a server logs of each address that it tries counts once, with the mail. */
  take(event: LogEvent, host: LogHost, atMs: number): Outside {
    if (event.kind === "sent" && event.peer !== null) {
      this.names.work(null);
      this.peers.work(event.peer.address);
      return { seen: [], over: [this.peersKey] };
    }
    if (event.kind !== "deferred") return NOTHING;
    const { trouble } = event;
    if (trouble.kind === "peer") return this.peerFails(event, trouble, host, atMs);
    if (trouble.kind !== "names" || trouble.name === null) return NOTHING;
    this.names.fail(trouble.name);
    if (!this.names.isLong) return NOTHING;
    const sighting = this.sign(event, host, atMs);
    return sighting === null ? NOTHING : { seen: [sighting], over: [] };
  }

  private get peersKey(): string {
    return `${this.monitor}/peers`;
  }

  private peerFails(
    event: LogEvent,
    { peer }: Extract<Trouble, { kind: "peer" }>,
    host: LogHost,
    atMs: number,
  ): Outside {
    /* Whoever has found a server could look its name up. */
    this.names.work(null);
    this.peers.fail(peer.address ?? peer.host);
    const sighting = this.peers.isLong ? this.sign(event, host, atMs) : null;
    if (sighting === null) return NOTHING;
    const text = `${host.device}: ${this.peers.length} servers in a row cannot be reached, the last of them ${peer.host}`;
    return { seen: [{ ...sighting, key: this.peersKey, text }], over: [] };
  }

  /** What the line says, as a sign of an outage: it is no mere evidence any more. */
  private sign(event: LogEvent, host: LogHost, atMs: number): Sighting | null {
    const sighting = sightingOf(event, host, this.monitor, atMs);
    if (sighting === null) return null;
    const { weight: _evidence, ...sign } = sighting;
    return sign;
  }
}
