/** Failures that are remembered: beyond them the oldest is forgotten. */
const MAXIMUM_REMEMBERED = 10_000;
/** Chance, for each try, that so many in a row fail by themselves: one in years at ten thousand tries a day. */
const CHANCE = 1e-7;
/** Share of tries that fail which is assumed before anything is known, and what is assumed at least and at most. */
const ASSUMED = { failed: 3, worked: 7 };
const LEAST_SHARE = 0.1;
const MOST_SHARE = 0.95;
/** Tries after which older ones count half. */
const HALVED_AT = 1_000;

/**
 * Different servers, or names, that failed one after the other while none worked in between. One that fails is
 * dead, and the world has many; that all of them fail is our own outage. What failed before something worked is
 * known to be dead, and its retries count for nothing: a queue comes back to a hundred of them at once.
 */
export class Streak {
  private readonly failing = new Set<string>();
  private readonly dead = new Set<string>();
  private failed = ASSUMED.failed;
  private worked = ASSUMED.worked;
  private hasWorked = false;

  get length(): number {
    return this.failing.size;
  }

  /** Whether so many have failed by now that it is no chance. */
  get isLong(): boolean {
    const share = this.failed / (this.failed + this.worked);
    const bounded = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, share));
    const needed = Math.ceil(Math.log(CHANCE) / Math.log(bounded));
    return this.hasWorked && this.failing.size >= needed;
  }

  fail(name: string): void {
    if (this.dead.has(name) || this.failing.size >= MAXIMUM_REMEMBERED) return;
    this.failing.add(name);
  }

  /** Something worked; null: nobody knows what it is called. */
  work(name: string | null): void {
    this.failed += this.failing.size;
    this.worked++;
    if (this.failed + this.worked > HALVED_AT) {
      this.failed /= 2;
      this.worked /= 2;
    }
    for (const one of this.failing) this.remember(one);
    this.failing.clear();
    if (name !== null) this.dead.delete(name);
    this.hasWorked = true;
  }

  private remember(name: string): void {
    this.dead.add(name);
    const [oldest] = this.dead;
    if (this.dead.size > MAXIMUM_REMEMBERED && oldest !== undefined) this.dead.delete(oldest);
  }
}
