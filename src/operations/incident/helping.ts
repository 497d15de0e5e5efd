import type { Incident } from "./model.ts";

export interface HelpParts {
  /** Lets deferred mail be tried, and asks what shows that it is over; in sentences. */
  readonly recover: (incident: Incident) => Promise<readonly string[]>;
  readonly told: (incident: Incident, said: readonly string[]) => Promise<void>;
  readonly onFault: (fault: unknown) => void;
}

/** Helps mail and users back beside all else: its probes take seconds, in which other symptoms must not wait. */
export class Helping {
  private readonly parts: HelpParts;
  private readonly underWay = new Set<Promise<void>>();

  constructor(parts: HelpParts) {
    this.parts = parts;
  }

  begin(incident: Incident): void {
    const help = this.help(incident)
      .catch(this.parts.onFault)
      .finally(() => this.underWay.delete(help));
    this.underWay.add(help);
  }

  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async help(incident: Incident): Promise<void> {
    const said = await this.parts.recover(incident);
    if (said.length > 0) await this.parts.told(incident, said);
  }
}
