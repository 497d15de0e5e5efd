import type { Device } from "../../engine/device/device.ts";
import { bytesOf, compareFlows, type FlowComparison } from "../../engine/diff/flowComparison.ts";
import { unlikeFor } from "../../engine/diff/flowEffects.ts";
import { type Loss, lossIn } from "../../engine/diff/losses.ts";
import { judgeIntent } from "../../engine/intents/judge.ts";
import type { Hosts, Intent, IntentAnswer } from "../../engine/intents/model.ts";
import { type Judge, openJudge } from "../../engine/intents/openJudge.ts";
import type { Network } from "../inventory/model.ts";
import { once, type Proved } from "../inventory/oncePerDevice.ts";

/** Devices whose diagrams are kept for the next flow, each with some tens of megabytes at most. */
const MAXIMUM_JUDGES = 4;
/** Bytes of diagrams of compared devices that are kept for the next flow. */
const MAXIMUM_COMPARED_BYTES = 128 << 20;

type Status = IntentAnswer["status"];

/**
 * What was read and proved of snapshots, which never change: in an outage a symptom comes every moment, and
 * each must not cost again what those before it have cost.
 */
export class Proofs {
  private readonly statuses: Proved<Status> = new WeakMap();
  private readonly losses: Proved<Loss> = new WeakMap();
  private readonly unlikes: Proved<readonly string[]> = new WeakMap();
  private readonly comparisons: FlowComparison[] = [];
  private readonly judges: Judge[] = [];
  private readonly numbers = new WeakMap<Device, number>();
  private lastNumber = 0;

  /** What becomes of a flow on a device, which is proved only once; `key` names the flow. */
  status(
    network: Network,
    device: Device,
    {
      key,
      intent,
      hosts,
    }: { readonly key: string; readonly intent: Intent; readonly hosts: Hosts },
  ): Status {
    const prove = () => judgeIntent(this.judge(device), intent, hosts).status;
    return once(this.statuses, network, device, key, prove);
  }

  /** What a flow loses from one device to the other, which is proved only once. */
  loss(
    network: Network,
    [before, after]: readonly [Device, Device],
    key: string,
    intent: Intent,
  ): Loss {
    const prove = () => lossIn(this.comparison(before, after), intent);
    return once(this.losses, network, before, `${this.numberOf(after)} ${key}`, prove);
  }

  /** How packets of a flow may fare otherwise from one device to the other although the verdicts are the same. */
  unlike(
    network: Network,
    [before, after]: readonly [Device, Device],
    key: string,
    intent: Intent,
  ): readonly string[] {
    const prove = () => unlikeFor(this.comparison(before, after), intent);
    return once(this.unlikes, network, before, `${this.numberOf(after)} ${key}`, prove);
  }

  /** A symptom asks about one difference after the other, and the next one asks about all of them again. */
  private comparison(before: Device, after: Device): FlowComparison {
    const { comparisons } = this;
    const at = comparisons.findIndex(({ of }) => of[0] === before && of[1] === after);
    const [known] = at < 0 ? [] : comparisons.splice(at, 1);
    const comparison = known ?? compareFlows(before, after);
    comparisons.push(comparison);
    const bytes = () => comparisons.reduce((sum, one) => sum + bytesOf(one), 0);
    while (comparisons.length > 1 && bytes() > MAXIMUM_COMPARED_BYTES) comparisons.shift();
    return comparison;
  }

  private judge(device: Device): Judge {
    const { judges } = this;
    const at = judges.findIndex((one) => one.device === device);
    const [known] = at < 0 ? [] : judges.splice(at, 1);
    const judge = known ?? openJudge(device, { keeps: true });
    judges.push(judge);
    if (judges.length > MAXIMUM_JUDGES) judges.shift();
    return judge;
  }

  private numberOf(device: Device): number {
    const number = this.numbers.get(device) ?? this.lastNumber++;
    this.numbers.set(device, number);
    return number;
  }
}
