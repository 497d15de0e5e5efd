import type { ModuleSpec } from "../module.ts";

/** A target, and where the kernel lets it stand; left out: everywhere. */
export interface TargetSpec extends ModuleSpec {
  readonly tables?: readonly string[];
  /** Of the built-in chains; user chains are checked by the kernel when they are reached. */
  readonly chains?: readonly string[];
}
