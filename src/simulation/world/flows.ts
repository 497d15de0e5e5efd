import type { Device } from "../../engine/device/device.ts";
import { interpret } from "../../engine/interpret/interpret.ts";
import type { Outcome } from "../../engine/interpret/outcome.ts";
import type { SimulatedKernel } from "../model.ts";
import { FIREWALL_HOST } from "./firewallHost.ts";
import { type FlowEnds, interfaceTowards, type Moment, packetOf } from "./packets.ts";
import { ADDRESSES } from "./plan.ts";

/** A connection that both ends have agreed on. The firewall tracks it: its packets are established ones. */
export interface OpenFlow {
  readonly kind: "open";
  /** The host that it was led to: NAT may have changed it. */
  readonly server: string;
  readonly port: number;
  /** Whether a packet gets there now, and its answer back. */
  passes(): boolean;
}

/** Why a flow does not come about. */
export type NoFlow =
  /** Nothing comes back. */
  | { readonly kind: "dropped" }
  /** An answer of the firewall, or of the host, ends it: the words of the system for it. */
  | { readonly kind: "refused"; readonly words: string };

/** Source ports that are used: as many as are needed for rules that look at them, and few enough to remember what became of each. */
const FIRST_SOURCE_PORT = 40_000;
const SOURCE_PORTS = 8;
/** Packets whose fate is remembered, for one ruleset. */
const MAXIMUM_REMEMBERED = 20_000;
/** Bytes that count for one packet, in the mean of small mails. */
const PACKET_BYTES = 180;

/** Judges flows between hosts by the interpreter, on the ruleset that the firewall has at that moment. */
export class Flows {
  private readonly kernel: SimulatedKernel;
  private ruleset: Device | null = null;
  private fates = new Map<string, Outcome>();
  private ports = 0;
  /** Packets that were judged, and those of them that had to be interpreted. */
  judged = 0;
  interpreted = 0;

  constructor(kernel: SimulatedKernel) {
    this.kernel = kernel;
  }

  open(protocol: FlowEnds["protocol"], from: string, to: string, port: number): OpenFlow | NoFlow {
    const fromPort = FIRST_SOURCE_PORT + (this.ports++ % SOURCE_PORTS);
    const ends = { protocol, from, fromPort, to, port };
    /* Hosts of one network speak past the firewall. */
    if (isOneNetwork(from, to)) return { kind: "open", server: to, port, passes: () => true };
    const first = this.fateOf(ends, "first", to);
    if (first.verdict !== "accept") return refusalOf(first);
    if (first.leaves === "local") return REFUSED;
    const server = serverOf(first) ?? to;
    const answer = this.fateOf(ends, "answer", server);
    if (answer.verdict !== "accept") return { kind: "dropped" };
    const passes = () =>
      this.isAccepted(ends, "later", server) && this.isAccepted(ends, "laterAnswer", server);
    return passes() ? { kind: "open", server, port, passes } : { kind: "dropped" };
  }

  /** Whether the firewall lets somebody in who wants something of itself, and answers. */
  letsIn(from: string, to: string, port: number): boolean {
    const ends = { protocol: "tcp", from, fromPort: FIRST_SOURCE_PORT, to, port } as const;
    const first = this.fateOf(ends, "first", to);
    return (
      first.verdict === "accept" &&
      first.leaves === "local" &&
      this.isAccepted(ends, "answer", to) &&
      this.isAccepted(ends, "later", to)
    );
  }

  private isAccepted(ends: FlowEnds, moment: Moment, server: string): boolean {
    return this.fateOf(ends, moment, server).verdict === "accept";
  }

  /** What becomes of one packet, which is counted where rules count. */
  private fateOf(ends: FlowEnds, moment: Moment, server: string): Outcome {
    const device = this.kernel.ruleset();
    if (device !== this.ruleset || this.fates.size > MAXIMUM_REMEMBERED) {
      this.ruleset = device;
      this.fates = new Map();
    }
    const { protocol, from, fromPort, to, port } = ends;
    const key = `${moment} ${protocol} ${from}:${fromPort} ${to}:${port} ${server}`;
    const fate = this.fates.get(key) ?? this.interpretNow(device, ends, moment, server);
    this.fates.set(key, fate);
    this.judged++;
    this.kernel.countAgain(fate, 1, PACKET_BYTES);
    return fate;
  }

  private interpretNow(device: Device, ends: FlowEnds, moment: Moment, server: string): Outcome {
    this.interpreted++;
    const packet = packetOf(ends, moment, server);
    const { outcomes } = interpret(device, packet, { host: FIREWALL_HOST });
    /* What hangs on something that is not simulated (a limit, the length of a packet) goes through. */
    const outcome = outcomes.find(({ verdict }) => verdict === "accept") ?? outcomes[0];
    if (outcome === undefined) throw new Error(`nothing became of ${packet.text}`);
    return outcome;
  }
}

function isOneNetwork(from: string, to: string): boolean {
  return to !== ADDRESSES.fw1 && interfaceTowards(from) === interfaceTowards(to);
}

/** `tcp 44.128.1.25:40000 > 10.10.2.5:25`; null: no NAT. */
function serverOf({ translated }: Outcome): string | null {
  return translated === null ? null : (/ > ([\d.]+):/.exec(translated)?.[1] ?? null);
}

const REFUSED: NoFlow = { kind: "refused", words: "Connection refused" };

/** What `connect(2)` says of the answers of a firewall (Linux's icmp_err_convert). */
function refusalOf({ verdict, answer }: Outcome): NoFlow {
  if (verdict !== "reject" || answer === "none") return { kind: "dropped" };
  return answer === "tcp-reset" || answer === "icmp 3/3" || answer === "icmp 3/2"
    ? REFUSED
    : { kind: "refused", words: "No route to host" };
}
