import { NodeLimitError } from "../bdd/index.ts";
import {
  type Analysis,
  beginAnalysis,
  type DeviceFacts,
  deviceFacts,
  ruleNames,
} from "../compile/index.ts";
import type { Device, Rule } from "../device/device.ts";
import { hasAlterations } from "./alterations.ts";
import { expiringSets, isAtEdges, type Taking, takenBeyond, withEdges } from "./beyond.ts";

/** What every answer rests on. */
const ASSUMPTIONS: readonly string[] = [
  "Linux 5.10 or later, one network namespace, no offloaded flows",
  "connections began under the ruleset that judges them",
  "clients connect from ports above 32767, as Linux, Windows, macOS and NetBSD do",
];

/** Bytes of diagrams that are kept from one question to the next. */
const MAXIMUM_BYTES = 32 << 20;

export interface OpenJudgeOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
  /**
   * Whether diagrams are kept from one question to the next; default: not. The status is the same, but the words of
   * what is undecided may name what earlier questions have read.
   */
  readonly keeps?: boolean;
}

/** A device with what was worked out of its rules, for whoever asks it about several flows. */
export interface Judge {
  readonly device: Device;
  readonly facts: DeviceFacts;
  readonly nameOf: (rule: Rule) => string;
  readonly changesPackets: boolean;
  /** What takes packets away where nothing is judged. */
  readonly beyond: readonly Taking[];
  /** The same device with what it does at the edge on its paths; null: it has more beyond them, or nothing. */
  readonly edges: Judge | null;
  readonly assumptions: readonly string[];
  /** Bytes of its diagrams. */
  readonly byteLength: number;
  /**
   * Works on diagrams that hold what those before have left, where they are kept: what can be a packet, and what a
   * rule matches, is the same for all of them. What does not fit in beside it is begun anew, so `work` may run twice. May throw
   * `NodeLimitError`.
   */
  readonly analysing: <T>(work: (analysis: Analysis) => T) => T;
}

export function openJudge(device: Device, options: OpenJudgeOptions = {}): Judge {
  const { nodeLimit, keeps } = options;
  const isKept = ({ arena }: Analysis) => keeps === true && arena.byteLength <= MAXIMUM_BYTES;
  const expiring = expiringSets(device);
  const beyond = takenBeyond(device);
  const hasEdges = beyond.length > 0 && isAtEdges(device);
  let analysis: Analysis | null = null;
  const analysing = <T>(work: (analysis: Analysis) => T): T => {
    const known = analysis;
    if (known !== null) {
      try {
        return work(known);
      } catch (error) {
        if (!(error instanceof NodeLimitError)) throw error;
      } finally {
        analysis = isKept(known) ? known : null;
      }
    }
    const fresh = beginAnalysis([device], nodeLimit === undefined ? {} : { nodeLimit });
    analysis = null;
    const done = work(fresh);
    analysis = isKept(fresh) ? fresh : null;
    return done;
  };
  return {
    device,
    facts: deviceFacts(device),
    nameOf: ruleNames(device),
    changesPackets: hasAlterations(device),
    beyond,
    edges: hasEdges ? openJudge(withEdges(device), options) : null,
    assumptions: expiring === null ? ASSUMPTIONS : [...ASSUMPTIONS, expiring],
    get byteLength() {
      return analysis?.arena.byteLength ?? 0;
    },
    analysing,
  };
}
