import { type Channel, openChannel } from "../platform/channel.ts";

/** Something that happened, as everybody who listens is told. */
export interface News {
  /** `change`, `apply`, `revert`, `device`, `difference`, `incident`, `alert`, `probe`, `symptom`, `escalation`, `training`, `drill`, `helpDesk`. */
  readonly topic: string;
  /** `change/12`, `device/fw1`. */
  readonly subject: string;
  readonly kind: string;
  readonly atMs: number;
  readonly text: string;
  /** Login of the one who is told; left out: everybody who listens. */
  readonly only?: string;
}

export interface NumberedNews extends News {
  /** `RUN-NUMBER`: numbers of another run of the server mean nothing. */
  readonly id: string;
}

/** What is told, and what was: who comes back after a break misses nothing. */
export interface Feed {
  publish(news: News): void;
  subscribe(listener: (news: NumberedNews) => void): () => void;
  /** Those after this one; null: it is not known any more, so that some may be missed. */
  after(id: string): readonly NumberedNews[] | null;
  /** Aborted when there will be no more. */
  readonly ended: AbortSignal;
  end(): void;
}

/** News that are kept for those who come back. */
export const KEPT_NEWS = 1_000;

export function openFeed(run: string, onFault: (fault: unknown) => void): Feed {
  const channel: Channel<NumberedNews> = openChannel(onFault);
  const kept: NumberedNews[] = [];
  const ending = new AbortController();
  let number = 0;
  return {
    ended: ending.signal,
    end: () => ending.abort(),
    publish(news) {
      number++;
      const numbered = { ...news, id: `${run}-${number}` };
      kept.push(numbered);
      if (kept.length > KEPT_NEWS) kept.shift();
      channel.publish(numbered);
    },
    subscribe: (listener) => channel.subscribe(listener),
    after(id) {
      const [, from, digits] = /^(.+)-(\d+)$/.exec(id) ?? [];
      const seen = Number(digits);
      const oldest = number - kept.length;
      if (from !== run || seen < oldest || seen > number) return null;
      return kept.slice(seen - oldest);
    },
  };
}
