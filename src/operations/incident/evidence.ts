import type { Symptom } from "./model.ts";

/** Evidence that is held at once: beyond it the oldest is forgotten, and seen again where it is still there. */
const MAXIMUM_HELD = 200;

/** Whether it says nothing of an outage by itself: one server of the world is dead every day. */
export function isEvidence({ weight }: Pick<Symptom, "weight">): boolean {
  return weight === "evidence" || weight === "hint";
}

export interface EvidenceOptions {
  /** Ids of those that a difference is proved to have caused. */
  readonly explained: (symptoms: readonly Symptom[]) => Promise<readonly string[]>;
  /** They are no chance: something was done to them. */
  readonly proved: (symptoms: readonly Symptom[]) => Promise<void>;
  readonly onFault: (fault: unknown) => void;
}

/** Evidence while nothing else hurts: it waits for an incident, or for a difference that explains it. */
export class Evidence {
  private readonly held = new Map<string, Symptom>();
  private readonly asked = new Set<string>();
  private asking: Promise<void> | null = null;
  private readonly options: EvidenceOptions;

  constructor(options: EvidenceOptions) {
    this.options = options;
  }

  hold(symptom: Symptom): void {
    this.drop(symptom.id);
    this.held.set(symptom.id, symptom);
    const [oldest] = this.held.keys();
    if (this.held.size > MAXIMUM_HELD && oldest !== undefined) this.drop(oldest);
    this.ask();
  }

  drop(id: string): void {
    this.held.delete(id);
    this.asked.delete(id);
  }

  /** All of it, for the incident that it belongs to. */
  release(): readonly Symptom[] {
    const all = [...this.held.values()];
    this.held.clear();
    this.asked.clear();
    return all;
  }

  /** A difference was seen: it may be the cause of what is held. */
  askAgain(): void {
    this.asked.clear();
    this.ask();
  }

  async settled(): Promise<void> {
    await this.asking;
  }

  /** Proofs take their time: whatever comes in the meantime is asked together, behind it. */
  private ask(): void {
    this.asking ??= this.askAll()
      .catch(this.options.onFault)
      .finally(() => {
        this.asking = null;
      });
  }

  private async askAll(): Promise<void> {
    for (;;) {
      const open = [...this.held.values()].filter(({ id }) => !this.asked.has(id));
      if (open.length === 0) return;
      for (const { id } of open) this.asked.add(id);
      const ids = await this.options.explained(open);
      const proved = open.filter((one) => ids.includes(one.id) && this.held.has(one.id));
      if (proved.length > 0) await this.options.proved(proved);
    }
  }
}
