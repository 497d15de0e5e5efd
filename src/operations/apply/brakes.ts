import { refuse } from "../../platform/refusal.ts";
import type { Refusal } from "../change/model.ts";
import type { AutomaticRollbacks } from "./rollbacks.ts";

/** Automatic rollbacks of one device within an hour; behind them something else is wrong. */
export const MAXIMUM_ROLLBACKS_PER_HOUR = 3;
export const HOUR_MS = 3_600_000;

/** A content is rolled back automatically once; then a person has to say why it is worth trying again. */
const MAXIMUM_ROLLBACKS_OF_CONTENT = 1;

/** Null: nothing speaks against another apply. */
export function brake(device: string, { ofContent, since }: AutomaticRollbacks): Refusal | null {
  if (ofContent >= MAXIMUM_ROLLBACKS_OF_CONTENT)
    return refuse(
      `this content was rolled back on ${device} before`,
      "look at why, then change it; or insist, with a reason",
    );
  if (since >= MAXIMUM_ROLLBACKS_PER_HOUR)
    return refuse(
      `${device} was rolled back ${since} times within an hour`,
      "look at the device and at the probes first; or insist, with a reason",
    );
  return null;
}
