import type { Channel } from "../../platform/channel.ts";
import type { Clock, Wait } from "../../platform/clock.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { Meaning } from "./meaning.ts";
import type { Transaction } from "./monitor.ts";
import type { Polling } from "./polling.ts";

/** Something that a watch has to say of a device. */
export type Sighting =
  /** From now on nothing is missed that has events, and the rest is read by the clock. */
  | { readonly kind: "watching"; readonly drift: Drift }
  /** What runs is another ruleset than a moment before. */
  | { readonly kind: "changed"; readonly drift: Drift }
  /** Nothing is seen any more: a signal, never silence. Until `untilMs` what was seen last is what ran. */
  | { readonly kind: "blind"; readonly reason: string; readonly untilMs: number };

export type Blind = Extract<Sighting, { kind: "blind" }>;

/** What runs against what was approved. */
export interface Drift {
  readonly snapshot: Snapshot;
  /** When the first of the transactions was told; where there is none, when it was read. */
  readonly atMs: number;
  /** What led to it, as far as it was seen; several where they came fast. */
  readonly transactions: readonly Transaction[];
  /** What nothing tells of came somewhere in between; null: it was not read before. */
  readonly unseen: UnseenSpan | null;
  readonly polling: Polling;
  /** Against the baseline. */
  readonly meaning: Meaning;
  /** False: part of what runs could not be read, so that the meaning is not the whole. */
  readonly isWhole: boolean;
}

/** From the beginning of one read-back to the end of the next. */
export interface UnseenSpan {
  readonly sinceMs: number;
  readonly atMs: number;
}

export interface Watch {
  readonly network: Network;
  readonly device: NetworkDevice;
  readonly transport: Transport;
  /** What was approved. */
  readonly baseline: Snapshot;
  readonly clock: Clock;
  readonly wait: Wait;
  /** Resolves once no load of ours waits for its decision, which must not wait for what a difference costs. */
  readonly decided: () => Promise<void>;
  /** Somebody wants the device to be read now. */
  readonly asked: Pick<Channel<null>, "subscribe">;
}
