import type { Arena } from "../bdd/index.ts";
import { withinNodeLimit } from "../bdd/index.ts";
import {
  type Analysis,
  beginAnalysis,
  type StandaloneChain,
  standaloneChains,
  writesNothing,
} from "../compile/index.ts";
import { chainsBelow } from "../device/chainsBelow.ts";
import type { Chain, Device, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { type ChainNode, chainGraph } from "./chainGraph.ts";
import { type ChainRun, runWhole, type Visit } from "./chainRun.ts";

/** Every base chain of a device with all packets run through it. */
export interface ChainGraphs {
  readonly arena: Arena;
  readonly analysis: Analysis;
  /** Of base chains that write nothing; the first of each is the base chain. */
  readonly graphs: readonly (readonly ChainNode[])[];
  /** Of all others. */
  readonly runs: readonly VisitedRun[];
  /** Base chains that took too many nodes. */
  readonly notAnalysed: readonly { readonly table: Table; readonly chain: Chain }[];
}

export interface VisitedRun extends ChainRun {
  readonly visits: readonly Visit[];
}

/** Runs all packets through all base chains; may throw `NodeLimitError` before the first of them. */
export function chainGraphs(device: Device, nodeLimit: number | null): ChainGraphs {
  const analysis = beginAnalysis([device], nodeLimit === null ? {} : { nodeLimit });
  const graphs: (readonly ChainNode[])[] = [];
  const runs: VisitedRun[] = [];
  const notAnalysed = new Map<Chain, Table>();
  for (const place of standaloneChains(analysis, device)) {
    const done = withinNodeLimit(() => {
      if (isPlain(place)) graphs.push(chainGraph(place));
      else runs.push(runVisited(place));
    });
    if (done.kind === "nodeLimit") notAnalysed.set(place.hooked.chain, place.hooked.table);
  }
  return {
    arena: analysis.arena,
    analysis,
    graphs,
    runs,
    notAnalysed: [...notAnalysed].map(([chain, table]) => ({ chain, table })),
  };
}

/**
 * Whether every rule sees the same packets wherever its chain is called from. A rewrite of bytes that no rule reads by
 * name still changes what is found in them.
 */
function isPlain({ world, hooked: { table, chain } }: StandaloneChain): boolean {
  if (!writesNothing(world, table, chain)) return false;
  const statements = [...chainsBelow(table, chain)].flatMap(({ rules }) =>
    rules.flatMap((rule) => rule.statements),
  );
  return !statements.some(rewritesBytes) || !statements.some(searchesBytes);
}

function rewritesBytes(statement: Statement): boolean {
  return statement.kind === "write" && !/^(meta|ct) /.test(statement.target);
}

function searchesBytes({ kind }: Statement): boolean {
  return /^(payloadSearch|u32|opaqueMatch)$/.test(kind);
}

function runVisited(place: StandaloneChain): VisitedRun {
  const visits: Visit[] = [];
  const run = runWhole(place, (visit) => visits.push(visit));
  return { ...run, visits };
}
