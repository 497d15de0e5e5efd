import type { Device, Table } from "../../engine/device/device.ts";
import { printRule } from "../../engine/print/index.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { KernelProcess, ListOptions, Printed } from "../model.ts";
import { done, failed } from "./printed.ts";

/** What `nft` is run with. */
export interface NftRun {
  readonly kernel: Kernel;
  readonly files: ReadonlyMap<string, string>;
  readonly input: string;
  readonly by: KernelProcess;
}

interface Options extends ListOptions {
  /** Null: the command stands in the words. */
  readonly file: string | null;
  readonly checks: boolean;
  /** Repeats what it has added. */
  readonly echoes: boolean;
  readonly words: readonly string[];
}

/** `nft …`, without the program's own name. */
export function runNft(words: readonly string[], run: NftRun): Printed {
  const options = readOptions(words);
  if (typeof options === "string") return failed(1, options);
  const { file } = options;
  if (file === null) {
    const [verb = ""] = options.words;
    if (verb === "list") return list(options, run.kernel);
    return load(options.words.join(" "), options, run);
  }
  const script = file === "-" || file === "/dev/stdin" ? run.input : run.files.get(file);
  if (script === undefined)
    return failed(
      1,
      `internal:0:0-0: Error: Could not open file "${file}": No such file or directory`,
    );
  return load(script, options, run);
}

function load(
  script: string,
  { checks, echoes, handles }: Options,
  { kernel, by }: NftRun,
): Printed {
  if (checks) {
    const error = kernel.check(script);
    return error === null ? done() : failed(1, error);
  }
  const before = kernel.ruleset();
  const result = kernel.run(script, by);
  if (result.kind === "refused") return failed(1, result.error);
  return done(echoes ? added(kernel, before, handles) : "");
}

/** `nft -e`: rules that are new, each as a command. */
function added(kernel: Kernel, before: Device, handles: boolean): string {
  return kernel
    .addedSince(before)
    .map(({ rule, table, chain, handle }) => {
      const { text } = printRule(table, rule, { counts: null, handles: null, terse: false });
      const number = handles ? ` # handle ${handle}` : "";
      return `add rule ${table.family} ${table.name} ${chain} ${text}${number}\n`;
    })
    .join("");
}

function readOptions(words: readonly string[]): Options | string {
  const found = { stateless: false, handles: false, terse: false, checks: false, echoes: false };
  let file: string | null = null;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!/^-[a-z]/.test(word)) break;
    for (const letter of word.slice(1)) {
      if (letter === "s") found.stateless = true;
      else if (letter === "a") found.handles = true;
      else if (letter === "t") found.terse = true;
      else if (letter === "c") found.checks = true;
      else if (letter === "e") found.echoes = true;
      else if (letter === "f") file = words[++at] ?? "";
      else if (letter !== "n") return `nft: invalid option -- '${letter}'`;
    }
  }
  return { ...found, file, words: words.slice(at) };
}

function list(options: Options, kernel: Kernel): Printed {
  const [, what = "", ...rest] = options.words;
  const device = kernel.current();
  if (what === "ruleset") return done(kernel.list(options));
  if (what === "tables")
    return done(device.tables.map(({ family, name }) => `table ${family} ${name}\n`).join(""));
  const [family = "", name = "", item = ""] = rest;
  const table = device.tables.find((one) => one.family === family && one.name === name);
  const part = table === undefined ? null : partOf(table, what, item);
  if (part === null)
    return failed(1, `Error: No such file or directory\n${options.words.join(" ")}\n     ^^^^^\n`);
  return done(kernel.listDevice({ ...device, tables: [part] }, options));
}

/** The table with what is asked for alone; null: there is no such thing. */
function partOf(table: Table, what: string, name: string): Table | null {
  const nothing = { objects: [], sets: [], flowtables: [], chains: [] };
  switch (what) {
    case "table":
      return table;
    case "chain": {
      const chains = table.chains.filter((chain) => chain.name === name);
      return chains.length === 0 ? null : { ...table, ...nothing, chains };
    }
    case "set":
    case "map": {
      const sets = table.sets.filter(
        (set) => set.name === name && (set.kind === "set") === (what === "set"),
      );
      return sets.length === 0 ? null : { ...table, ...nothing, sets };
    }
    default:
      return null;
  }
}
