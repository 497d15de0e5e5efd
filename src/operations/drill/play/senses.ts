import type { MailNetwork } from "../../../simulation/network.ts";
import {
  COUNTED,
  type Counted,
  NOTHING,
  type SecondCounts,
} from "../../../simulation/world/counts.ts";
import { DRILL_HOSTS } from "../actions.ts";
import type { Drill, DrillFlow, Harm, Heard } from "../model.ts";
import { forbiddenOf, OPEN, servicesOf, tryFlow } from "./flows.ts";

/** Milliseconds between two looks at all services. */
const SAMPLE_MS = 10_000;
const MS_IN_MINUTE = 60_000;
/** Lines and calls that are kept: what somebody scrolls back to. */
const MAXIMUM_LINES = 2_000;
const MAXIMUM_HEARD = 500;
/** Mails that wait for a while although all is well. */
const ORDINARY_WAITING = 20;
/** What a log says when something does not work. */
const COMPLAINS = /warning|[Ee]rror|reject|deferred|timed out|failed|refused/;
const DATABASE_COMPLAINT = /pgsql|lookup error|authentication server/;

/** Notices all of a drill, also what its trainee does not look at: what could have been seen, and what was harmed. */
export class Senses {
  private readonly network: MailNetwork;
  private readonly services: readonly DrillFlow[];
  private readonly forbidden: readonly DrillFlow[];
  private readonly logs = new Map<string, string[]>();
  private readonly signs = new Map<string, Heard>();
  private readonly exposedMs = new Map<string, number>();
  private readonly total: Record<Counted, number> = { ...NOTHING };
  private countedMs = 0;
  private worstWaiting = 0;
  private brokenMs: number | null = null;
  private wellSinceMs: number | null = null;
  private readonly calls: Heard[] = [];
  lost = 0;

  constructor(network: MailNetwork, drill: Drill) {
    this.network = network;
    this.services = servicesOf(drill);
    this.forbidden = forbiddenOf(drill);
    const { world, time } = network;
    world.onComplaint(({ user, text }) => this.hear(`${user}: ${text}`));
    for (const name of DRILL_HOSTS) {
      const lines: string[] = [];
      this.logs.set(name, lines);
      world.hosts[name].log.follow((line) => this.read(name, lines, line));
    }
    const later = () =>
      time.after(SAMPLE_MS, () => {
        this.sample(SAMPLE_MS);
        later();
      });
    later();
  }

  /** From now on it is broken. */
  begin(): void {
    const nowMs = this.network.time.nowMs();
    this.brokenMs ??= nowMs;
    this.countedMs = Math.max(this.countedMs, nowMs);
    this.sample(0);
  }

  get brokeMs(): number | null {
    return this.brokenMs;
  }

  /** Since when all services have worked without a break; null: they do not now. */
  get restoredMs(): number | null {
    return this.wellSinceMs;
  }

  /** Services that do not work now, each with what its probe says. */
  failing(): readonly string[] {
    return this.services.flatMap((flow) => {
      const result = tryFlow(this.network, flow);
      return result === OPEN ? [] : [`${flow.name}: ${result}`];
    });
  }

  linesOf(host: string): readonly string[] {
    return this.logs.get(host) ?? [];
  }

  heard(): readonly Heard[] {
    return this.calls;
  }

  /** What could be seen, and since when, first come first. */
  seen(): readonly Heard[] {
    return [...this.signs.values()].sort((a, b) => a.atMs - b.atMs);
  }

  sign(key: string, text: string): void {
    if (this.brokenMs === null || this.signs.has(key)) return;
    this.signs.set(key, { atMs: this.network.time.nowMs(), text });
  }

  harm(): Harm {
    this.count();
    const { refusedIn, deferredOut, failedLogins } = this.total;
    return {
      refusedIn,
      deferredOut,
      failedLogins,
      lost: this.lost,
      worstWaiting: this.worstWaiting,
      exposed: [...this.exposedMs].map(([name, ms]) => ({
        name,
        minutes: Math.max(1, Math.round(ms / MS_IN_MINUTE)),
      })),
    };
  }

  /** Looks at everything; `passedMs`: since the last look. */
  sample(passedMs: number): void {
    if (this.brokenMs === null) return;
    const failing = this.failing();
    const nowMs = this.network.time.nowMs();
    if (failing.length > 0) this.wellSinceMs = null;
    else this.wellSinceMs ??= nowMs;
    for (const text of failing) this.sign(`probe ${text.split(":")[0]}`, `the probe ${text}`);
    for (const flow of this.forbidden)
      if (tryFlow(this.network, flow) === OPEN)
        this.exposedMs.set(flow.name, (this.exposedMs.get(flow.name) ?? 0) + passedMs);
    this.count();
  }

  /** Whole seconds that were not counted yet. */
  private count(): void {
    if (this.brokenMs === null) return;
    for (const second of this.network.world.counts()) {
      if (second.atMs < this.countedMs) continue;
      for (const what of COUNTED) this.total[what] += second[what];
      this.judgeWaiting(second);
      this.countedMs = second.atMs + 1;
    }
  }

  private judgeWaiting({ waiting }: SecondCounts): void {
    this.worstWaiting = Math.max(this.worstWaiting, waiting);
    if (waiting > ORDINARY_WAITING) this.sign("queue", `${waiting} mails wait: more than usual`);
  }

  private hear(text: string): void {
    this.sign("call", `the first complaint: ${text}`);
    this.calls.push({ atMs: this.network.time.nowMs(), text });
    if (this.calls.length > MAXIMUM_HEARD) this.calls.shift();
  }

  private read(host: string, lines: string[], line: string): void {
    if (!COMPLAINS.test(line)) return;
    lines.push(line);
    if (lines.length > MAXIMUM_LINES) lines.shift();
    const what = DATABASE_COMPLAINT.test(line) ? "the database" : "something else";
    this.sign(`log ${what}`, `the log of ${host} complains of ${what}: ${line}`);
  }
}
