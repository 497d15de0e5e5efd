import type { Transport } from "../../platform/transport/transport.ts";
import { readSources } from "./hostFacts.ts";

/** Targets whose way is remembered; a route that changes is asked for anew after a while. */
const MAXIMUM_KEPT = 2_000;
const KEPT_MS = 600_000;

/** With which of its addresses a host goes to targets that no configuration names: the world's mail servers. */
export class WaysOut {
  /** Null: the host has no way there, or does not say. */
  private known = new Map<string, string | null>();
  private waiting = new Map<string, (() => void)[]>();
  private isAsking = false;
  private sinceMs = Number.NEGATIVE_INFINITY;
  private readonly transport: Transport;
  private readonly clock: () => number;

  constructor(transport: Transport, clock: () => number) {
    this.transport = transport;
    this.clock = clock;
  }

  /** Null: it is not known, or not yet. */
  sourceOf(target: string): string | null {
    return this.known.get(target) ?? null;
  }

  /** Calls back once it is known, or cannot be known: at once where it is. */
  whenKnown(target: string, then: () => void): void {
    if (this.clock() - this.sinceMs > KEPT_MS || this.known.size > MAXIMUM_KEPT) {
      this.known = new Map();
      this.sinceMs = this.clock();
    }
    if (this.known.has(target)) then();
    else {
      this.waiting.set(target, [...(this.waiting.get(target) ?? []), then]);
      void this.ask();
    }
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.waiting.size > 0) {
      const asked = this.waiting;
      this.waiting = new Map();
      const targets = [...asked.keys()];
      const sources = await readSources(this.transport, targets);
      for (const target of targets) this.known.set(target, sources.get(target) ?? null);
      for (const then of [...asked.values()].flat()) then();
    }
    this.isAsking = false;
  }
}
