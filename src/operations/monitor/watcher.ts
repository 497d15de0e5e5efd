import type { MonitorView } from "./model.ts";

/** One monitor at work. */
export interface Watcher {
  start(): void;
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
  view(): MonitorView;
}
