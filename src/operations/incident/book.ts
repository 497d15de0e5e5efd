import type { Channel } from "../../platform/channel.ts";
import type { Incident } from "./model.ts";
import type { IncidentEvent, IncidentOptions } from "./service.ts";
import { type IncidentStore, incidentStore } from "./store.ts";

/** Where incidents are written down: what is saved is told, and what somebody did is put on the trail. */
export class IncidentBook {
  readonly store: IncidentStore;
  private readonly options: Pick<IncidentOptions, "clock" | "record">;
  private readonly events: Channel<IncidentEvent>;

  constructor(
    options: Pick<IncidentOptions, "database" | "clock" | "record">,
    events: Channel<IncidentEvent>,
  ) {
    this.store = incidentStore(options.database);
    this.options = options;
    this.events = events;
  }

  /** A new one, which gets its number. */
  async open(incident: Incident, symptom: string): Promise<Incident> {
    const opened = await this.store.add(incident);
    await this.record(opened, "premortem", "incident.opened", { symptom });
    this.events.publish({ kind: "opened", incident: opened });
    return opened;
  }

  async save(incident: Incident, kind: IncidentEvent["kind"]): Promise<Incident> {
    await this.store.update(incident);
    this.events.publish({ kind, incident });
    return incident;
  }

  record(
    { id }: Incident,
    actor: string,
    kind: string,
    details: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const atMs = this.options.clock();
    return this.options.record({ atMs, actor, kind, subject: `incident/${id}`, details });
  }
}
