import { MINUTE_MS } from "../../operations/history/model.ts";
import * as contract from "../contract/history.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function historyRoutes({ history }: Pick<Service, "history">): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/history/probes",
      summary: "What probes found of late, in slices of time",
      role: "any",
      query: contract.historyQuery,
      result: contract.probeHistory,
      run: async ({ query: { sliceMinutes, slices } }) => {
        const { window, probes } = await history.probes(sliceMinutes * MINUTE_MS, slices);
        return { ...window, probes };
      },
    }),
    operation({
      method: "get",
      path: "/v1/history/counts",
      summary: "What monitors counted of late: mails accepted, sent, deferred; in slices of time",
      role: "any",
      query: contract.historyQuery,
      result: contract.countHistory,
      run: async ({ query: { sliceMinutes, slices } }) => {
        const { window, counts } = await history.counts(sliceMinutes * MINUTE_MS, slices);
        return { ...window, counts };
      },
    }),
  ];
}
