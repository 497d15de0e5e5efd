import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiFault } from "../api/client.ts";

const TRIES = 2;
/** Milliseconds for which an answer is good where no news make it old. */
const FRESH_MS = 5_000;

export function makeQueryClient(): QueryClient {
  /* Whoever is not known any more logs in again; what was typed is kept in the browser meanwhile. */
  const askWhoIsIn = (fault: Error) => {
    if (fault instanceof ApiFault && fault.status === 401)
      void client.invalidateQueries({ queryKey: ["session"] });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (fault, { queryKey }) => {
        if (queryKey[0] !== "session") askWhoIsIn(fault);
      },
    }),
    mutationCache: new MutationCache({ onError: askWhoIsIn }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        /* What the server refuses it refuses again. */
        retry: (failures, fault) =>
          failures < TRIES && !(fault instanceof ApiFault && fault.status !== 0),
      },
    },
  });
  return client;
}
