/** Something that happens, told to whoever wants to know: an alert does not know that incidents exist. */
export interface Channel<Event> {
  publish(event: Event): void;
  /** Returns what ends the subscription. */
  subscribe(listener: (event: Event) => void): () => void;
}

/**
 * A channel within this process. `onFault` is told of a listener that throws: it must not keep the others
 * from hearing, nor the one that publishes from going on.
 */
export function openChannel<Event>(onFault: (fault: unknown) => void): Channel<Event> {
  const listeners = new Set<(event: Event) => void>();
  return {
    publish(event) {
      for (const listener of [...listeners])
        try {
          listener(event);
        } catch (fault) {
          onFault(fault);
        }
    },
    subscribe(listener) {
      const own = (event: Event) => listener(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}
