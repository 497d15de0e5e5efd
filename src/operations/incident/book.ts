import type { Channel } from "../../platform/channel.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Incident } from "./model.ts";
import type { IncidentEvent, IncidentOptions } from "./service.ts";
import { type IncidentStore, incidentStore } from "./store.ts";

/** What somebody did, or what became of it, for the trail. */
export interface IncidentEntry {
  readonly actor: string;
  readonly kind: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Where incidents are written down: what is saved is told, and what somebody did is put on the trail. */
export class IncidentBook {
  readonly store: IncidentStore;
  private readonly database: Database;
  private readonly options: Pick<IncidentOptions, "clock" | "record">;
  private readonly events: Channel<IncidentEvent>;

  constructor(
    options: Pick<IncidentOptions, "database" | "clock" | "record">,
    events: Channel<IncidentEvent>,
  ) {
    this.store = incidentStore(options.database);
    this.database = options.database;
    this.options = options;
    this.events = events;
  }

  /** A new one, which gets its number. */
  async open(incident: Incident, symptom: string): Promise<Incident> {
    const entry = { actor: "premortem", kind: "incident.opened", details: { symptom } };
    const opened = await this.database.transaction().execute(async (transaction) => {
      const added = await incidentStore(transaction).add(incident);
      await this.record(transaction, added, entry);
      return added;
    });
    this.events.publish({ kind: "opened", incident: opened });
    return opened;
  }

  async save(incident: Incident, kind: IncidentEvent["kind"]): Promise<Incident> {
    await this.store.update(incident);
    this.events.publish({ kind, incident });
    return incident;
  }

  /**
   * Saves it with its line on the trail: neither is there without the other, or a server that ends between the two
   * lets the next one tell that it went otherwise.
   */
  async enter(
    incident: Incident,
    kind: IncidentEvent["kind"],
    entry: IncidentEntry,
  ): Promise<Incident> {
    await this.database.transaction().execute(async (transaction) => {
      await incidentStore(transaction).update(incident);
      await this.record(transaction, incident, entry);
    });
    this.events.publish({ kind, incident });
    return incident;
  }

  private record(transaction: Database, { id }: Incident, entry: IncidentEntry): Promise<unknown> {
    const event = { atMs: this.options.clock(), subject: `incident/${id}`, ...entry };
    return this.options.record(event, transaction);
  }
}
