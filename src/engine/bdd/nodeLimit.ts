/** 16 million nodes take about 400 MB with their tables. */
export const DEFAULT_NODE_LIMIT = 1 << 24;

/** Nodes between two looks at the clock: a few milliseconds of work, so that a look costs nothing beside it. */
export const NODES_PER_LOOK = 1 << 14;

/**
 * Thrown where a node is made that the arena has no room for, or after the time is over; the arena stays
 * usable.
 */
export class NodeLimitError extends Error {
  readonly nodeLimit: number;

  constructor(nodeLimit: number, told = nodesText(nodeLimit)) {
    super(told);
    this.name = "NodeLimitError";
    this.nodeLimit = nodeLimit;
  }
}

function nodesText(nodeLimit: number): string {
  return `more than ${nodeLimit} nodes`;
}

/** What became of work that makes nodes. */
export type Limited<T> =
  | { readonly kind: "done"; readonly value: T }
  | {
      readonly kind: "nodeLimit";
      readonly nodeLimit: number;
      /** What it would have taken: `more than 10 s`. */
      readonly told: string;
    };

/** Runs `work`; too many nodes are a result and no exception. The one place that catches it. */
export function withinNodeLimit<T>(work: () => T): Limited<T> {
  try {
    return { kind: "done", value: work() };
  } catch (error) {
    if (error instanceof NodeLimitError)
      return { kind: "nodeLimit", nodeLimit: error.nodeLimit, told: error.message };
    throw error;
  }
}

/** The result of work that was not even tried. */
export function beyondNodeLimit(nodeLimit: number): Limited<never> {
  return { kind: "nodeLimit", nodeLimit, told: nodesText(nodeLimit) };
}

/** A clock of the caller's: the engine has none. */
export interface TimeLimit {
  readonly isOver: () => boolean;
  /** As in `more than 10 s`. */
  readonly told: string;
}

/** Work is synchronous, so one limit holds at a time, in whatever arena nodes are made. */
let timeLimit: TimeLimit | null = null;

/** Runs `work`; where the time is over, all that makes nodes ends as at a node limit. */
export function withinTimeLimit<T>(limit: TimeLimit, work: () => T): T {
  const outer = timeLimit;
  timeLimit = limit;
  try {
    return work();
  } finally {
    timeLimit = outer;
  }
}

/** Throws `NodeLimitError` where the time is over. */
export function lookAtClock(nodeLimit: number): void {
  if (timeLimit?.isOver() === true) throw new NodeLimitError(nodeLimit, timeLimit.told);
}
