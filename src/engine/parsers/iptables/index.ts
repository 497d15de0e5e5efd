import type {
  Coverage,
  Device,
  LineState,
  ParseInput,
  ParseResult,
  Rule,
  Table,
} from "../../device/device.ts";
import type { NamedSet } from "../../device/set.ts";
import { clampsToRoute, readsSegmentSize } from "../segmentSize.ts";
import { detectBackend, detectFamily } from "./detect.ts";
import { nextRegistration } from "./draft.ts";
import type { LineMemory } from "./lineMemory.ts";
import { newReport } from "./report.ts";
import { runScript } from "./script.ts";
import type { IpFamily } from "./values.ts";

export { IPTABLES_CODES } from "./codes.ts";

/** Texts of `iptables-save` and how `iptables-restore` would read them. */
export interface IptablesInput extends ParseInput {
  /** Left out: told from each text. */
  readonly family?: IpFamily;
  /** Left out: told from the header of each text, else iptables-nft. */
  readonly backend?: "nft" | "legacy";
  /** `iptables-restore -n`: what is there stays. */
  readonly noFlush?: boolean;
  /** True: a line that iptables took up to 1.4 and refuses today is read, with a warning. */
  readonly takesOlder?: boolean;
  /** Lines that have been read before; left out or null: each is read. */
  readonly memory?: LineMemory | null;
}

/** Reads files of iptables-save and ip6tables-save as iptables-restore 1.8 does. */
export function parseIptables(input: IptablesInput): ParseResult {
  const report = newReport();
  const state = newState(input.onto);
  const registration = nextRegistration(input.onto);
  const ipsets = input.onto?.ipsets ?? new Map<string, NamedSet>();
  const refused: string[] = [];
  for (const file of input.roots) {
    const text = input.files.get(file);
    if (text === undefined) {
      const span = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
      report.add("error", "PM2001", `no file \`${file}\``, span, "check its name");
      refused.push(file);
      continue;
    }
    const family = input.family ?? detectFamily(text, file);
    const backend = input.backend ?? detectBackend(text);
    const origin = backend === "nft" ? "iptables-nft" : "iptables-legacy";
    const key = (name: string) => tableKey({ family, name, origin });
    const stopped = runScript(text, {
      file,
      family,
      backend,
      noFlush: input.noFlush ?? false,
      keepRefused: input.keepRefused,
      takesOlder: input.takesOlder ?? false,
      ipsets,
      report,
      registration,
      memory: input.memory ?? null,
      tableBefore: (name) => state.tables.get(key(name)) ?? null,
      apply: (name, table) => {
        if (table === null) state.tables.delete(key(name));
        else state.tables.set(key(name), table);
      },
      count: (line) => {
        state.counts[line]++;
      },
      countFeature: (name) => state.features.set(name, (state.features.get(name) ?? 0) + 1),
    });
    if (stopped) refused.push(file);
  }
  nameClamps(state, input.roots);
  const { counts } = state;
  const lines = counts.modelled + counts.harmless + counts.opaque + counts.notUnderstood;
  const coverage: Coverage = { lines, ...counts };
  const tables = [...state.tables.values()];
  return {
    device: { tables, ipsets: markWritten(tables, ipsets) } satisfies Device,
    diagnostics: report.diagnostics,
    coverage,
    opaqueFeatures: state.features,
    refused,
  };
}

/** A segment size that is clamped to a route and read again is an unknown to who reads it. */
function nameClamps({ tables, counts, features }: State, roots: readonly string[]): void {
  const chains = [...tables.values()].flatMap((table) => table.chains);
  const isRead = chains.some(({ rules }) =>
    rules.some(({ statements, isPlain }) => !isPlain && statements.some(readsSegmentSize)),
  );
  if (!isRead) return;
  const lines = new Set<string>();
  const named = (rule: Rule): Rule => {
    if (rule.state !== "modelled" || !rule.statements.some(clampsToRoute)) return rule;
    if (roots.includes(rule.span.file)) lines.add(`${rule.span.file}:${rule.span.line}`);
    return { ...rule, state: "opaque" };
  };
  for (const [key, table] of tables)
    tables.set(key, {
      ...table,
      chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.map(named) })),
    });
  if (lines.size === 0) return;
  counts.modelled -= lines.size;
  counts.opaque += lines.size;
  features.set("-j TCPMSS", lines.size);
}

interface State {
  readonly tables: Map<string, Table>;
  readonly counts: Record<LineState, number>;
  readonly features: Map<string, number>;
}

function newState(onto: Device | null): State {
  return {
    tables: new Map((onto?.tables ?? []).map((table) => [tableKey(table), table])),
    counts: { modelled: 0, harmless: 0, opaque: 0, notUnderstood: 0 },
    features: new Map(),
  };
}

function tableKey(table: Pick<Table, "family" | "name" | "origin">): string {
  const { family, name, origin } = table;
  return origin === "iptables-legacy" ? `legacy ${family} ${name}` : `${family} ${name}`;
}

/** Sets that `-j SET` writes change while packets pass. */
function markWritten(
  tables: readonly Table[],
  ipsets: ReadonlyMap<string, NamedSet>,
): ReadonlyMap<string, NamedSet> {
  const written = new Set<string>();
  for (const table of tables)
    for (const chain of table.chains)
      for (const { statements, isPlain } of chain.rules) {
        if (isPlain) continue;
        for (const statement of statements)
          if (statement.kind === "ipsetUpdate") written.add(statement.set.name);
      }
  if (written.size === 0) return ipsets;
  return new Map(
    [...ipsets].map(([name, set]) => [name, written.has(name) ? { ...set, dynamic: true } : set]),
  );
}
