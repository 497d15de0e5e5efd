/** What became of one attempt to send. */
export type Sent =
  | { readonly kind: "sent" }
  | {
      readonly kind: "failed";
      readonly reason: string;
      /** The other side would say the same again: what is sent, or where to, has to be another. */
      readonly isFinal: boolean;
      /** Milliseconds that the other side asks us to wait; null: it does not say. */
      readonly afterMs: number | null;
    };

/** Something to be told once, though it may arrive twice. */
export interface Message {
  /** The same for every attempt, also after a restart: who has it already may drop it. */
  readonly id: string;
  /** Milliseconds since 1970, UTC, when it was made. */
  readonly atMs: number;
  /** JSON. */
  readonly body: string;
}

/** A state that the other side is to know as long as it lasts. */
export interface Shown {
  /** Who it is, for the other side. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startMs: number;
  /** Null: it lasts. */
  readonly endMs: number | null;
  readonly link: string | null;
}

/** Whom premortem tells. Names are unique. */
export type NotifyChannel = MessageChannel | MirrorChannel;

/** Is told what happened, message after message. */
export interface MessageChannel {
  readonly kind: "message";
  readonly name: string;
  send(message: Message, signal: AbortSignal): Promise<Sent>;
}

/** Is shown what is, again and again, since it forgets. */
export interface MirrorChannel {
  readonly kind: "mirror";
  readonly name: string;
  /** Milliseconds after which it has to be shown everything again. */
  readonly refreshMs: number;
  /** States that it takes at a time. */
  readonly most: number;
  show(states: readonly Shown[], nowMs: number, signal: AbortSignal): Promise<Sent>;
}
