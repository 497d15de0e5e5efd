/** One command of a transaction, in the words in which nft's monitor repeats it. */
export interface MonitorCommand {
  readonly verb: string;
  /** `table`, `chain`, `rule`, `set`, `element` …. */
  readonly kind: string;
  /** `inet edge`. */
  readonly table: string;
  readonly text: string;
}

/** One transaction on a ruleset, with who made it as far as the kernel knows. */
export interface Transaction {
  readonly commands: readonly MonitorCommand[];
  /** False: it had more commands than were kept, or lines that are none that is known. */
  readonly isWhole: boolean;
  /** Null: the kernel did it itself (an element that timed out). */
  readonly generation: number | null;
  /** The process that sent it; it may be gone already. */
  readonly by: { readonly process: number; readonly name: string } | null;
}

const COMMAND = /^(add|insert|replace|delete|destroy|flush|reset) (\w+) (\w+ \S+)/;
const GENERATION = /^# new generation (\d+) by process (\d+) \((.*)\)$/;
/** `# ERROR: We lost some netlink events!`, as nft prints it on ENOBUFS, and goes on. */
const LOST = /^# ERROR/;
/** Lines of one transaction that are kept: a flush of 10,000 rules is 20,000 lines. */
export const MAXIMUM_COMMANDS = 1_000;

/** Puts the lines of `nft monitor` together to transactions, as each comes to its end. */
export async function* readMonitor(lines: AsyncIterable<string>): AsyncGenerator<Transaction> {
  let commands: MonitorCommand[] = [];
  let isWhole = true;
  /* nft tells who deletes elements behind them, when they have gone out as what times out does. */
  let deleted: readonly MonitorCommand[] = [];
  for await (const line of lines) {
    const [, generation, process, name] = GENERATION.exec(line) ?? [];
    if (generation !== undefined && process !== undefined && name !== undefined) {
      const by = { process: Number(process), name };
      const told = commands.length === 0 ? deleted : commands;
      yield { commands: told, isWhole, generation: Number(generation), by };
      commands = [];
      isWhole = true;
      deleted = [];
      continue;
    }
    /* The kernel's queue was full: the end of a transaction may be among what is lost, so it is told at once. */
    if (LOST.test(line)) {
      yield { commands, isWhole: false, generation: null, by: null };
      commands = [];
      deleted = [];
      continue;
    }
    const [, verb, kind, table] = COMMAND.exec(line) ?? [];
    if (verb === undefined || kind === undefined || table === undefined) {
      isWhole &&= line.trim() === "" || line.startsWith("#");
      continue;
    }
    const command = { verb, kind, table, text: line.trimEnd() };
    /* What times out is told without a generation, and nothing comes behind it. */
    if (verb === "delete" && kind === "element" && commands.length === 0) {
      deleted = [command];
      yield { commands: deleted, isWhole: true, generation: null, by: null };
    } else if (commands.length < MAXIMUM_COMMANDS) commands.push(command);
    else isWhole = false;
  }
}

const ELEMENT = /^\w+ element (\S+ \S+ \S+)/;

/**
 * Whether a transaction moves elements alone, and of sets alone that move all day: bans and what times out.
 * An element that a person puts into a plain set is a change like a rule, and so is what was not seen whole, or
 * not at all. `moves` is asked for `family table set`.
 */
export function isMovement(
  { commands, isWhole }: Transaction,
  moves: (set: string) => boolean,
): boolean {
  const areMovements = commands.every(({ kind, text }) => {
    const [, set] = ELEMENT.exec(text) ?? [];
    return kind === "element" && set !== undefined && moves(set);
  });
  return isWhole && commands.length > 0 && areMovements;
}
