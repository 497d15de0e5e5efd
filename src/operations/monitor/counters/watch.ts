import type { Clock } from "../../../platform/clock.ts";
import type { Transport } from "../../../platform/transport/transport.ts";
import type { CountersMonitor } from "../../inventory/monitors.ts";
import type { SymptomDesk } from "../desk.ts";
import type { MonitorView } from "../model.ts";
import { everyMs } from "../schedule.ts";
import type { Sight } from "../sight.ts";
import type { Watcher } from "../watcher.ts";
import { beginRule, beyondOf, type Grown, grow, type RuleGrowth } from "./growth.ts";
import { type CountedRule, readCounters } from "./listing.ts";

export interface CountersParts {
  readonly monitor: CountersMonitor;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly desk: SymptomDesk;
  readonly sight: Sight;
  readonly onFault: (fault: unknown) => void;
}

/** With counters, and without the elements of sets: a ban list is long. */
const LIST = ["nft", "-t", "list", "ruleset"] as const;
const TIMEOUT_MS = 20_000;
/** Milliseconds without growth after which it is over. */
const QUIET_MS = 30_000;
/** Rules of one look that are told, those that grow most first. */
const MAXIMUM_TOLD = 10;
const MAXIMUM_TEXT = 200;
const MS_IN_SECOND = 1_000;

/** Looks at the counters of one device, and names rules that turn more away than they usually do. */
export class CountersWatch implements Watcher {
  private readonly parts: CountersParts;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Null: not looked yet. */
  private rules: ReadonlyMap<string, RuleGrowth> | null = null;
  private uncounted = 0;

  constructor(parts: CountersParts) {
    this.parts = parts;
  }

  start(): void {
    const { monitor, onFault } = this.parts;
    const { signal } = this.stopping;
    this.running = everyMs(monitor.everyMs, () => this.look(), signal).catch(onFault);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  view(): MonitorView {
    const silent = `${this.uncounted} rules turn packets away without counting them: add \`counter\``;
    const view = this.parts.sight.view(this.uncounted === 0 ? [] : [silent]);
    return { ...view, counts: { ...view.counts, rules: this.rules?.size ?? 0 } };
  }

  private async look(): Promise<void> {
    const { transport, clock, sight } = this.parts;
    const ran = await transport.run(LIST, { timeoutMs: TIMEOUT_MS });
    if (this.stopping.signal.aborted) return;
    if (ran.kind === "fault" || ran.code !== 0) {
      const said = ran.kind === "fault" ? ran.message : ran.error.trim().split("\n")[0];
      sight.turn("blind", `counters cannot be read: ${said}`);
      return;
    }
    sight.turn("seeing", "reads the counters of rules that turn packets away");
    sight.heard();
    sight.count("looks");
    this.take(ran.out, clock());
  }

  private take(listing: string, atMs: number): void {
    const { rules, uncounted } = readCounters(listing);
    this.uncounted = uncounted;
    const known = this.rules;
    const next = new Map<string, RuleGrowth>();
    const grown: Grown[] = [];
    for (const rule of rules) {
      const before = known?.get(rule.key) ?? this.beginning(rule, atMs);
      const growth = grow(before, rule.packets, atMs);
      next.set(rule.key, growth);
      const beyond = beyondOf(growth);
      if (beyond !== null) grown.push({ rule, beyond, usual: growth.mean });
    }
    this.rules = next;
    const most = grown.toSorted((a, b) => b.beyond.packets - a.beyond.packets);
    for (const one of most.slice(0, MAXIMUM_TOLD)) this.tell(one, atMs);
  }

  /** A rule that was not there at the last look has counted all of it since. */
  private beginning({ packets }: CountedRule, atMs: number): RuleGrowth {
    return this.rules === null
      ? beginRule(packets, atMs, true)
      : beginRule(0, atMs - this.parts.monitor.everyMs, false);
  }

  private tell({ rule, beyond, usual }: Grown, atMs: number): void {
    const { desk, monitor } = this.parts;
    const seconds = Math.round((atMs - beyond.sinceMs) / MS_IN_SECOND);
    const words = { drops: "drops", rejects: "rejects", meets: "meets packets of no connection" };
    const usually = `${Number(usual.toPrecision(2))} a second are usual`;
    desk.see({
      key: `${monitor.id}/${rule.key}`,
      kind: "counters",
      weight: "hint",
      monitor: monitor.id,
      device: monitor.on,
      atMs,
      text: `${monitor.on}: \`${rule.text.slice(0, MAXIMUM_TEXT)}\` (${rule.chain}) ${words[rule.does]}: ${beyond.packets} within ${seconds} s, ${usually}`,
      flows: monitor.flows,
      quietMs: QUIET_MS,
    });
  }
}
