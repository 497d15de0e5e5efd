/** Anything that JSON holds: what entries carry is written down once and for all. */
export type TrailValue =
  | null
  | boolean
  | number
  | string
  | readonly TrailValue[]
  | { readonly [key: string]: TrailValue };

/** Something that happened, before it has its place in the trail. */
export interface TrailEvent {
  /** Milliseconds since 1970, UTC. */
  readonly atMs: number;
  /** Login of a person, or the name of a part of premortem. */
  readonly actor: string;
  /** What happened: `change.approved`, `apply.loaded`, `watch.blind` …. */
  readonly kind: string;
  /** What it happened to: `change/12`, `device/fw1`. */
  readonly subject: string;
  readonly details: Readonly<Record<string, TrailValue>>;
}

/** An entry of the trail: its hash covers the event, its number and the hash of the one before. */
export interface TrailEntry extends TrailEvent {
  /** From 1, without gaps. */
  readonly number: number;
  /** Of the entry before; of the first entry that of nothing. */
  readonly previousHash: string;
  /** SHA-256 in hexadecimal digits. */
  readonly hash: string;
}

/** The end of a trail: what has to be kept outside to notice that entries are missing at the end. */
export type TrailHead = Pick<TrailEntry, "number" | "hash">;

/** A head that was kept outside. Its hash is enough; with its number, the entry there has to be it. */
export interface TrailAnchor {
  readonly hash: string;
  /** Null: whichever entry has the hash. */
  readonly number: number | null;
}
