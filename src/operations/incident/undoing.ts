import { setTimeout as pause } from "node:timers/promises";
import { refuse } from "../../platform/refusal.ts";
import type { Refusal } from "../change/model.ts";
import { isOfAnother } from "../change/ownTables.ts";
import type { IncidentBook } from "./book.ts";
import { beginUndo, differenceText, endUndo, note } from "./life.ts";
import type { Incident, IncidentCause, ToldDifference } from "./model.ts";
import type { IncidentOptions } from "./service.ts";
import { type PlannedUndo, planUndo, sendUndo, type ToUndo, undoneText } from "./takeBack.ts";

/** What an undo of an incident would do, proved on what runs on the device now. */
export interface ProposedUndo {
  readonly kind: "proposed";
  readonly device: string;
  readonly plan: PlannedUndo;
}

/** Takes the cause of an incident back, or says beforehand what that would do. */
export class Undoing {
  private readonly options: IncidentOptions;
  private readonly book: IncidentBook;

  constructor(options: IncidentOptions, book: IncidentBook) {
    this.options = options;
    this.book = book;
  }

  /** Nothing is sent; asked again, it may be another, since others work on the device too. */
  async propose(incident: Incident, wanted: string | null): Promise<ProposedUndo | Refusal> {
    const question = await this.questionOf(incident, wanted);
    if ("reason" in question) return question;
    const plan = await planUndo(question);
    if (plan.kind === "refusal") return plan;
    return { kind: "proposed", device: question.device.name, plan };
  }

  async run(incident: Incident, login: string, wanted: string | null): Promise<Incident | Refusal> {
    const question = await this.questionOf(incident, wanted);
    if ("reason" in question) return question;
    const { name } = question.device;
    const taken = await this.options.taken(name);
    if (taken !== null) return taken;
    const planned = await planUndo(question);
    if (planned.kind === "refusal") return planned;
    return this.takeBack(incident, login, question, planned);
  }

  private async takeBack(
    incident: Incident,
    login: string,
    { transport, device }: ToUndo,
    planned: PlannedUndo,
  ): Promise<Incident> {
    const { clock, attribute, devicePart, deviceFolder } = this.options;
    const { script, removed, restored } = planned.undo;
    const begun = beginUndo(incident, login, script, clock());
    const details = { device: device.name, script };
    await this.book.enter(begun, "changed", { actor: login, kind: "incident.undoBegun", details });
    const work = { kind: "undo", incident: incident.id, login } as const;
    const part = { text: devicePart, folder: deviceFolder(device.name) };
    const sender = { device: device.name, part, work, attribute, pause };
    const sent = await sendUndo(transport, planned, sender);
    const isDone = sent === "done";
    const text = isDone ? undoneText(planned, removed, restored) : `${sent.reason}: ${sent.help}`;
    const ended = endUndo(begun, isDone ? "done" : "failed", text, clock());
    const kind = isDone ? "incident.undone" : "incident.undoFailed";
    await this.book.enter(ended, "undone", { actor: login, kind, details: { text } });
    if (!isDone) return ended;
    let recovering = ended;
    for (const said of await this.options.recover(ended))
      recovering = note(recovering, clock(), said);
    return this.book.save(recovering, "changed");
  }

  private async questionOf(
    { id, cause }: Incident,
    wanted: string | null,
  ): Promise<ToUndo | Refusal> {
    const meant = meantBy(id, cause, wanted);
    if ("reason" in meant) return meant;
    const { network, transportOf, snapshotOf, difference } = this.options;
    const device = network().devices.get(meant.device);
    const seen = await difference(Number(meant.id));
    const before = seen === null ? null : await snapshotOf(seen.before);
    const after = seen === null ? null : await snapshotOf(seen.after);
    if (device === undefined || before === null || after === null)
      return refuse("what was before is no longer on record", "mend it on the device");
    const transport = transportOf(device.name);
    /* A person may have made a table that nobody has named; one of another program is named. */
    const isProtected = (table: string) => isOfAnother(device, table);
    return { network: network(), device, transport, before, after, isProtected };
  }
}

/** Where nothing is proved, a person who knows better may name one of what cannot be ruled out. */
function meantBy(
  incident: number,
  cause: IncidentCause | null,
  wanted: string | null,
): ToldDifference | Refusal {
  if (cause === null || cause.kind === "notByRules")
    return refuse(
      cause === null ? "no cause is proved yet" : "no difference of a ruleset is its cause",
      "look at the timeline; mend it on the device if you know",
    );
  const candidates = cause.kind === "explained" ? [cause.difference] : cause.candidates;
  const found =
    wanted === null && cause.kind === "explained"
      ? cause.difference
      : candidates.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  if (wanted !== null)
    return refuse(
      `difference ${wanted} is none that may be the cause of incident ${incident}`,
      `look at them: \`premortem incident ${incident}\``,
    );
  const [first] = candidates;
  return refuse(
    "no cause is proved yet",
    first === undefined
      ? "look at the timeline; mend it on the device if you know"
      : `to take back what may be it: \`premortem undo ${incident} --difference ${first.id}\` (${candidates.map(differenceText).join("; or ")})`,
  );
}
