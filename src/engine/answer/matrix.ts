import type { Matrix, MatrixClass, MatrixEdge } from "../matrix/index.ts";
import type { MatrixState } from "../matrix/model.ts";
import { prefixesOf } from "../matrix/prefixes.ts";
import type { Path } from "../packet/packet.ts";
import { decidedBy } from "./decision.ts";
import type { DiffFate } from "./diff.ts";

/** Version of the JSON form. */
export const MATRIX_FORMAT_VERSION = 1;

/** Prefixes of one class that are told; more are counted. */
export const MAXIMUM_PREFIXES = 32;

/** What was asked, in the words of who asked. */
export interface MatrixWords {
  readonly service: string;
  readonly path: Path;
  readonly state: MatrixState;
  /** What "depends" counts as; null: it stays so. */
  readonly unknown: "allow" | "deny" | null;
}

/** Who reaches whom. */
export interface MatrixAnswer extends MatrixWords {
  readonly formatVersion: number;
  readonly sources: readonly MatrixHosts[];
  readonly destinations: readonly MatrixHosts[];
  readonly edges: readonly MatrixReach[];
  /** Classes that were found and not told. */
  readonly more: Matrix["more"];
  readonly assumptions: readonly string[];
}

export interface MatrixHosts {
  readonly id: string;
  readonly family: MatrixClass["family"];
  /** In the words of the ruleset. */
  readonly name: string;
  readonly prefixes: readonly string[];
  /** Prefixes that are not told. */
  readonly more: number;
  /** Interfaces in words; null: any. */
  readonly interfaces: string | null;
}

export interface MatrixReach {
  readonly from: string;
  readonly to: string;
  readonly reach: "yes" | "no" | "depends";
  readonly dependsOn: readonly string[];
  /** A packet that `trace` takes; null: this edge has none told. */
  readonly example: string | null;
  /** What decides the example; null: nothing does, or there is none. */
  readonly by: DiffFate["by"];
}

/** Puts a matrix into the form that is printed. */
export function answerMatrix(
  words: MatrixWords,
  matrix: Matrix,
  assumptions: readonly string[] = [],
): MatrixAnswer {
  return {
    formatVersion: MATRIX_FORMAT_VERSION,
    ...words,
    sources: matrix.sources.map(toHosts),
    destinations: matrix.destinations.map(toHosts),
    edges: matrix.edges.map(toReach),
    more: matrix.more,
    assumptions: [...matrix.assumptions, ...assumptions],
  };
}

function toHosts({ id, family, ranges, name, interfaces }: MatrixClass): MatrixHosts {
  const prefixes: string[] = [];
  let more = 0;
  for (const prefix of prefixesOf(ranges, family)) {
    if (prefixes.length < MAXIMUM_PREFIXES) prefixes.push(prefix);
    else more++;
  }
  return { id, family, name, prefixes, more, interfaces };
}

function toReach({ from, to, reach, example, outcome }: MatrixEdge): MatrixReach {
  return {
    from,
    to,
    reach: reach.kind,
    dependsOn: reach.kind === "depends" ? reach.on : [],
    example,
    by: outcome === null ? null : deciderOf(decidedBy(outcome.by)),
  };
}

function deciderOf({ rule, policy, kernel }: ReturnType<typeof decidedBy>): DiffFate["by"] {
  if (rule !== null) return { rule };
  if (policy !== null) return { policy };
  return kernel === null ? null : { kernel };
}
