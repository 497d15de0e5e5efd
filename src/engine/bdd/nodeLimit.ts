/** 16 million nodes take about 400 MB with their tables. */
export const DEFAULT_NODE_LIMIT = 1 << 24;

/** Thrown where a node is made that the arena has no room for; the arena stays usable. */
export class NodeLimitError extends Error {
  readonly nodeLimit: number;

  constructor(nodeLimit: number) {
    super(`more than ${nodeLimit} nodes`);
    this.name = "NodeLimitError";
    this.nodeLimit = nodeLimit;
  }
}

/** What became of work that makes nodes. */
export type Limited<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "nodeLimit"; readonly nodeLimit: number };

/** Runs `work`; too many nodes are a result and no exception. The one place that catches it. */
export function withinNodeLimit<T>(work: () => T): Limited<T> {
  try {
    return { kind: "done", value: work() };
  } catch (error) {
    if (error instanceof NodeLimitError) return { kind: "nodeLimit", nodeLimit: error.nodeLimit };
    throw error;
  }
}
