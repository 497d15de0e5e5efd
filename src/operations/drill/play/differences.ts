import type { KernelProcess, SimulatedKernel, SimulatedTime } from "../../../simulation/model.ts";
import { readListing } from "../../apply/listing.ts";
import { transitionScript } from "../../apply/script.ts";
import { revert } from "../../incident/revert.ts";

/** Something that changed on the firewall, as the audit tells it. */
export interface DrillDifference {
  readonly number: number;
  readonly atMs: number;
  readonly login: string;
  readonly program: string;
  /** As `nft monitor` tells it. */
  readonly lines: readonly string[];
  /** What ran before, and behind it. */
  readonly before: string;
  readonly after: string;
}

const LISTED = { stateless: true, handles: false, terse: false };
const FIRST_PROCESS = 4_200;
const GENERATION = /^# new generation/;

/** Watches a kernel, and takes back what was done to it. */
export class Differences {
  private readonly kernel: SimulatedKernel;
  private readonly time: SimulatedTime;
  private readonly found: DrillDifference[] = [];
  private running: string;
  private login = "";
  private processes = FIRST_PROCESS;

  constructor(kernel: SimulatedKernel, time: SimulatedTime) {
    this.kernel = kernel;
    this.time = time;
    this.running = kernel.list(LISTED);
    kernel.subscribe((lines) => this.see(lines));
  }

  all(): readonly DrillDifference[] {
    return this.found;
  }

  /** Runs a script as somebody; null: it is done. */
  run(script: string, login: string, program: string): string | null {
    const by: KernelProcess = { id: this.processes++, name: program };
    this.login = login;
    const result = this.kernel.run(script, by);
    return result.kind === "loaded" ? null : result.error;
  }

  /** Takes one back, and leaves all else as it is; null: it is done. */
  undo(number: number, login: string): string | null {
    const one = this.found.find((difference) => difference.number === number);
    if (one === undefined) return `there is no difference ${number}`;
    const [before, after, now] = [one.before, one.after, this.kernel.list(LISTED)].map(readListing);
    if (!before || !after || !now) return "the listing cannot be taken apart";
    const back = revert(before, after, now);
    if (back.kind === "conflict") return `${back.place} was changed again since`;
    const script = transitionScript(now, back.tables);
    if (script === "") return "nothing of it runs any more";
    return this.run(script, login, "premortem");
  }

  private see(lines: readonly string[]): void {
    const before = this.running;
    this.running = this.kernel.list(LISTED);
    this.found.push({
      number: this.found.length + 1,
      atMs: this.time.nowMs(),
      login: this.login,
      program: programOf(lines),
      lines: lines.filter((line) => !GENERATION.test(line)),
      before,
      after: this.running,
    });
  }
}

/** `# new generation 7 by process 4200 (nft)`. */
function programOf(lines: readonly string[]): string {
  return /\(([^)]*)\)$/.exec(lines.at(-1) ?? "")?.[1] ?? "nft";
}

/** Lines of one difference that are told. */
const MAXIMUM_LINES = 30;

export function tellDifferences(all: readonly DrillDifference[]): readonly string[] {
  if (all.length === 0) return ["the firewall runs what was approved"];
  return all.flatMap(({ number, atMs, login, program, lines }) => [
    `difference ${number}, ${clockOf(atMs)}, by ${login} with ${program}:`,
    ...lines.slice(0, MAXIMUM_LINES).map((line) => `  ${line}`),
  ]);
}

/** `14:03:20`, in UTC. */
export function clockOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}
