import type { QueryClient } from "@tanstack/react-query";

/** What the router hands to each page. */
export interface Ahead {
  readonly client: QueryClient;
  /** Whether there is anything to be seen yet. */
  readonly first: { isDrawn: boolean };
}

/**
 * Asks for what a page shows while its code is fetched. The first page of a visit is drawn once, with all of it, and
 * not piece by piece; later ones come at once, and fill.
 */
export function ahead(
  { client, first }: Ahead,
  ask: (client: QueryClient) => readonly Promise<unknown>[],
): Promise<unknown> | undefined {
  /* What fails is told by the part that shows it. */
  const asked = Promise.allSettled(ask(client));
  return first.isDrawn ? undefined : asked;
}
