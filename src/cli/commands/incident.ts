import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import { type Api, type CallFault, isFault } from "../server/client.ts";
import { incidentLine, incidentText } from "../server/incidentText.ts";
import type {
  IncidentBody,
  IncidentList,
  PostmortemBody,
  ProposedUndoBody,
} from "../server/model.ts";
import { proposedUndoText } from "../server/undoText.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

/** All incidents, or one. */
export function incident(
  id: string | undefined,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  const { style } = streams.out;
  return withServer(options, streams, async (api) => {
    if (id !== undefined) {
      const one = await api.get<IncidentBody>(incidentPath(id));
      if (isFault(one)) return one;
      print(options, streams, one, (found) => incidentText(found, style));
      return one.status === "closed" ? EXIT.clean : EXIT.findings;
    }
    const list = await api.get<IncidentList>("/v1/incidents");
    if (isFault(list)) return list;
    print(options, streams, list, ({ incidents }) =>
      incidents.length === 0
        ? "no incident yet\n"
        : `${incidents.map((one) => incidentLine(one, style)).join("\n")}\n`,
    );
    return list.incidents.some(({ status }) => status !== "closed") ? EXIT.findings : EXIT.clean;
  });
}

export interface UndoOptions extends Asking {
  readonly dryRun?: boolean;
  /** The number of one that may be the cause, where none is proved. */
  readonly difference?: string;
}

/** Takes back the cause, or says what that would do: of the one incident that is open, where none is named. */
export function undo(
  id: string | undefined,
  options: UndoOptions,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const wanted = id ?? (await onlyOpen(api, streams));
    if (typeof wanted !== "string") return wanted;
    if (options.dryRun === true) return proposeUndo(api, wanted, options, streams);
    const undone = await api.send<IncidentBody>("POST", undoPath(wanted, options));
    if (isFault(undone)) return undone;
    print(options, streams, undone, (one) => incidentText(one, streams.out.style));
    return undone.undo?.state === "done" ? EXIT.clean : EXIT.findings;
  });
}

async function proposeUndo(
  api: Api,
  id: string,
  options: UndoOptions,
  streams: Streams,
): Promise<ExitCode | CallFault> {
  const proposed = await api.get<ProposedUndoBody>(undoPath(id, options));
  if (isFault(proposed)) return proposed;
  print(options, streams, proposed, (one) => proposedUndoText(one, id, streams.out.style));
  return EXIT.clean;
}

async function onlyOpen(api: Api, { error }: Streams): Promise<string | ExitCode | CallFault> {
  const list = await api.get<IncidentList>("/v1/incidents");
  if (isFault(list)) return list;
  const open = list.incidents.filter(({ status }) => status === "open");
  const [first] = open;
  if (first !== undefined && open.length === 1) return String(first.id);
  tellUsage(
    error,
    first === undefined ? "no incident is open" : "more than one incident is open",
    first === undefined ? "list them: `premortem incident`" : "name one: `premortem undo NUMBER`",
  );
  return EXIT.usage;
}

export function note(
  id: string,
  text: string,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  return changed(id, "notes", { text }, options, streams);
}

export function closeIncident(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return changed(id, "close", undefined, options, streams);
}

function changed(
  id: string,
  verb: string,
  body: unknown,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const one = await api.send<IncidentBody>("POST", `${incidentPath(id)}/${verb}`, body);
    if (isFault(one)) return one;
    print(options, streams, one, (found) => incidentText(found, streams.out.style));
    return EXIT.clean;
  });
}

/** Prints the draft of the postmortem as Markdown. */
export function postmortem(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const draft = await api.get<PostmortemBody>(`${incidentPath(id)}/postmortem`);
    if (isFault(draft)) return draft;
    print(options, streams, draft, ({ markdown }) => markdown);
    if (options.json !== true)
      for (const { id: name, yaml } of draft.intents)
        streams.error.write(`proposed intent ${name}, for premortem.yaml:\n${yaml}\n`);
    return EXIT.clean;
  });
}

function undoPath(id: string, { difference }: UndoOptions): string {
  const query = difference === undefined ? "" : `?difference=${encodeURIComponent(difference)}`;
  return `${incidentPath(id)}/undo${query}`;
}

function incidentPath(id: string): string {
  return `/v1/incidents/${encodeURIComponent(id)}`;
}
