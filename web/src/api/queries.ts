import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { ApiFault, get } from "./client.ts";
import type {
  Action,
  Apply,
  Change,
  ChangeFiles,
  Comment,
  CountHistory,
  Debrief,
  Device,
  Difference,
  DrillRun,
  Drills,
  Escalation,
  HelpDesk,
  Incident,
  NetworkSummary,
  OnCall,
  Playbook,
  PlaybookRuns,
  Playbooks,
  Postmortem,
  ProbeHistory,
  Proof,
  ProposedUndo,
  QuestionSet,
  Session,
  Simulation,
  Snapshot,
  Standing,
  Status,
  Trace,
  TrainingView,
} from "./types.ts";

/* News make these old (events.ts); the clock is for what no news tells of. */
const OFTEN_MS = 15_000;

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => get<Session>("/v1/session"),
  retry: false,
  /* It was asked before anything was drawn: whoever is nobody is shown the way in at once. */
  retryOnMount: false,
  staleTime: Infinity,
});

/** Whom one may become without a password: nobody, unless nothing is real. */
export const demoQuery = queryOptions({
  queryKey: ["demo"],
  queryFn: () => get<Pick<Session, "demo">>("/v1/session/demo"),
  retry: false,
});

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: () => get<Status>("/v1/status"),
  refetchInterval: OFTEN_MS,
});

export const networkQuery = queryOptions({
  queryKey: ["network"],
  queryFn: () => get<NetworkSummary>("/v1/network"),
});

export const changesQuery = queryOptions({
  queryKey: ["changes"],
  queryFn: async () => (await get<{ changes: readonly Change[] }>("/v1/changes?limit=100")).changes,
});

export const changeQuery = (id: number) =>
  queryOptions({
    queryKey: ["changes", id],
    queryFn: () => get<Change>(`/v1/changes/${id}`),
  });

export const changeFilesQuery = (id: number, contentHash: string) =>
  queryOptions({
    queryKey: ["changes", id, "files", contentHash],
    queryFn: () => get<ChangeFiles>(`/v1/changes/${id}/files`),
    staleTime: Infinity,
  });

export const commentsQuery = (id: number) =>
  queryOptions({
    queryKey: ["changes", id, "comments"],
    queryFn: async () =>
      (await get<{ comments: readonly Comment[] }>(`/v1/changes/${id}/comments`)).comments,
  });

/** Asked anew when it is proved anew: the summary of the change tells of it. */
export const proofQuery = ({ id, contentHash, proof }: Change) =>
  queryOptions({
    queryKey: ["changes", id, "proof", contentHash, proof?.runningHash ?? null],
    queryFn: () => get<Proof>(`/v1/changes/${id}/proof`),
    enabled: proof !== null,
    retry: false,
  });

/** A change, and what it does. */
export async function askChange(client: QueryClient, id: number): Promise<void> {
  const change = await client.fetchQuery(changeQuery(id));
  if (change.proof !== null) await client.prefetchQuery(proofQuery(change));
}

export const appliesQuery = queryOptions({
  queryKey: ["applies"],
  queryFn: async () => (await get<{ applies: readonly Apply[] }>("/v1/applies?limit=50")).applies,
});

export const devicesQuery = queryOptions({
  queryKey: ["devices"],
  queryFn: async () => (await get<{ devices: readonly Device[] }>("/v1/devices")).devices,
});

export const snapshotQuery = (device: string, hash: string) =>
  queryOptions({
    queryKey: ["snapshots", device, hash],
    queryFn: () => get<Snapshot>(`/v1/devices/${encodeURIComponent(device)}/snapshots/${hash}`),
    staleTime: Infinity,
  });

export const differencesQuery = (sinceMs: number) =>
  queryOptions({
    queryKey: ["differences", sinceMs],
    queryFn: async () =>
      (await get<{ differences: readonly Difference[] }>(`/v1/differences?since=${sinceMs}`))
        .differences,
  });

/** Promises as they stand on what runs. */
export const standingQuery = (device: string) =>
  queryOptions({
    queryKey: ["intents", device],
    queryFn: () => get<Standing>(`/v1/devices/${encodeURIComponent(device)}/intents`),
  });

export const incidentsQuery = queryOptions({
  queryKey: ["incidents"],
  queryFn: async () =>
    (await get<{ incidents: readonly Incident[] }>("/v1/incidents?limit=50")).incidents,
});

export const incidentQuery = (id: number) =>
  queryOptions({
    queryKey: ["incidents", id],
    queryFn: () => get<Incident>(`/v1/incidents/${id}`),
  });

export const undoQuery = (id: number, difference: string | null) =>
  queryOptions({
    queryKey: ["incidents", id, "undo", difference],
    queryFn: () =>
      get<ProposedUndo>(
        `/v1/incidents/${id}/undo${difference === null ? "" : `?difference=${difference}`}`,
      ),
    retry: false,
  });

export const postmortemQuery = (id: number) =>
  queryOptions({
    queryKey: ["incidents", id, "postmortem"],
    queryFn: () => get<Postmortem>(`/v1/incidents/${id}/postmortem`),
  });

export const playbooksQuery = queryOptions({
  queryKey: ["playbooks"],
  queryFn: () => get<Playbooks>("/v1/playbooks"),
});

export const playbookQuery = (name: string) =>
  queryOptions({
    queryKey: ["playbooks", name],
    queryFn: () => get<Playbook>(`/v1/playbooks/${encodeURIComponent(name)}`),
  });

export const playbookRunsQuery = (incident: number) =>
  queryOptions({
    queryKey: ["playbooks", "runs", incident],
    queryFn: () => get<PlaybookRuns>(`/v1/incidents/${incident}/playbook-runs`),
  });

export const drillsQuery = queryOptions({
  queryKey: ["drills"],
  queryFn: () => get<Drills>("/v1/drills"),
});

export const drillRunQuery = (run: number) =>
  queryOptions({
    queryKey: ["drills", run],
    queryFn: () => get<DrillRun>(`/v1/drill-runs/${run}`),
  });

export const debriefQuery = (run: number) =>
  queryOptions({
    queryKey: ["drills", run, "debrief"],
    queryFn: () => get<Debrief>(`/v1/drill-runs/${run}/debrief`),
  });

export const trainingQuery = queryOptions({
  queryKey: ["training"],
  queryFn: () => get<TrainingView>("/v1/training"),
});

/** The same for the same number, until other rules run. */
export const questionsQuery = (seed: number) =>
  queryOptions({
    queryKey: ["questions", seed],
    queryFn: () => get<QuestionSet>(`/v1/training/questions?seed=${seed}`),
    /* Other rules would put another question under the hand of who answers one. */
    staleTime: Infinity,
  });

/** By the rules that run; with the number of a change, by those that it would make of them. */
export const traceQuery = (device: string, packet: string, change: number | null) =>
  queryOptions({
    queryKey: ["trace", device, packet, change],
    queryFn: () => {
      const asked = new URLSearchParams({
        packet,
        ...(change !== null && { change: `${change}` }),
      });
      return get<Trace>(`/v1/devices/${encodeURIComponent(device)}/trace?${asked}`);
    },
    retry: false,
  });

export const helpDeskQuery = queryOptions({
  queryKey: ["helpDesk"],
  queryFn: () => get<HelpDesk>("/v1/help-desk"),
  refetchInterval: OFTEN_MS,
});

export const actionsQuery = queryOptions({
  queryKey: ["actions"],
  queryFn: async () => (await get<{ actions: readonly Action[] }>("/v1/actions?limit=100")).actions,
});

export const onCallQuery = queryOptions({
  queryKey: ["onCall"],
  queryFn: () => get<OnCall>("/v1/on-call"),
});

/** Those that are not over. */
export const escalationsQuery = queryOptions({
  queryKey: ["escalations"],
  queryFn: async () =>
    (await get<{ escalations: readonly Escalation[] }>("/v1/escalations")).escalations,
  refetchInterval: OFTEN_MS,
});

/** How long a picture looks back: slices of so many minutes. */
export interface Lookback {
  readonly sliceMinutes: number;
  readonly slices: number;
}

const inSlices = ({ sliceMinutes, slices }: Lookback) =>
  `sliceMinutes=${sliceMinutes}&slices=${slices}`;

export const probeHistoryQuery = (back: Lookback) =>
  queryOptions({
    queryKey: ["probes", "history", back],
    queryFn: () => get<ProbeHistory>(`/v1/history/probes?${inSlices(back)}`),
    refetchInterval: OFTEN_MS,
  });

export const countHistoryQuery = (back: Lookback) =>
  queryOptions({
    queryKey: ["counts", back],
    queryFn: () => get<CountHistory>(`/v1/history/counts?${inSlices(back)}`),
    refetchInterval: OFTEN_MS,
  });

/** Null: what runs here is real. */
export const simulationQuery = queryOptions({
  queryKey: ["simulation"],
  queryFn: async () => {
    try {
      return await get<Simulation>("/v1/simulation");
    } catch (fault) {
      if (fault instanceof ApiFault && fault.status === 404) return null;
      throw fault;
    }
  },
  staleTime: Infinity,
});
