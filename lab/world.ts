import type { HostAddress } from "../src/engine/device/host.ts";
import type { LabHost } from "./labHost.ts";
import { awayEnds, ownEnds } from "./labHost.ts";
import type { Sketch } from "./sketch.ts";

/** The addresses that the device has for one packet, beside those that it always has. */
export interface Surrounding {
  readonly addresses: readonly HostAddress[];
  /** Connections are to be forgotten before it. */
  readonly forgets: boolean;
  /** Packets with the same number find every address where it was. */
  readonly version: number;
}

/**
 * Where addresses are: on the device or elsewhere. An address stays where a packet has put it until another
 * wants it on the other side, since what a rule says of an address has to be the same for all packets of
 * a connection that is asked about in one question.
 */
export class World {
  private readonly own = new Map<string, HostAddress>();
  private readonly away = new Set<string>();
  private readonly host: LabHost;
  private version = 0;

  constructor(host: LabHost) {
    this.host = host;
  }

  /** The surroundings of each packet of a scenario. */
  enter(scenario: readonly Sketch[], forgets: boolean): readonly Surrounding[] {
    if (forgets || scenario.some((sketch) => this.contradicts(sketch))) this.begin();
    const away = new Set(scenario.flatMap((sketch) => this.awayKeys(sketch)));
    for (const sketch of scenario)
      for (const end of this.ends(sketch)) if (!away.has(keyOf(end))) this.own.set(keyOf(end), end);
    return scenario.map((sketch, place) => {
      this.move(sketch);
      const addresses = [...this.own.values()].filter(({ family }) => family === sketch.family);
      return { addresses, forgets: forgets && place === 0, version: this.version };
    });
  }

  private begin(): void {
    this.own.clear();
    this.away.clear();
    this.version++;
  }

  private contradicts(sketch: Sketch): boolean {
    return (
      this.ends(sketch).some((end) => this.away.has(keyOf(end)) || this.isElsewhere(end)) ||
      this.awayKeys(sketch).some((key) => this.own.has(key))
    );
  }

  private isElsewhere(end: HostAddress): boolean {
    const known = this.own.get(keyOf(end));
    return known !== undefined && known.interface !== end.interface;
  }

  /** Within a scenario an address may move: from then on its world is another. */
  private move(sketch: Sketch): void {
    if (this.contradicts(sketch)) this.version++;
    for (const key of this.awayKeys(sketch)) {
      this.own.delete(key);
      this.away.add(key);
    }
    for (const end of this.ends(sketch)) {
      this.away.delete(keyOf(end));
      this.own.set(keyOf(end), end);
    }
  }

  private ends(sketch: Sketch): readonly HostAddress[] {
    return ownEnds(sketch, this.host);
  }

  private awayKeys(sketch: Sketch): readonly string[] {
    const own = new Set(this.ends(sketch).map(keyOf));
    return awayEnds(sketch, this.host)
      .map((address) => keyOf({ family: sketch.family, address }))
      .filter((key) => !own.has(key));
  }
}

function keyOf({ family, address }: Pick<HostAddress, "family" | "address">): string {
  return `${family} ${address.toString(16)}`;
}
