import type { Raised } from "../operations/alert/model.ts";
import { isLookedAt } from "../operations/apply/endStuck.ts";
import type { ApplyState } from "../operations/apply/model.ts";
import { whyText } from "../operations/apply/words.ts";

/** The key of an alert, and what it says; null: it is over. */
export type Told = readonly [key: string, raised: Raised | null];

interface Applied {
  readonly id: number;
  readonly device: string;
  readonly state: ApplyState;
}

/**
 * A device that nobody could bring to a known state. It is over when a later apply is confirmed there, or when
 * somebody has looked at what runs since, and adopted it. Null: it says nothing of that. One that was refused has
 * left what runs alone, and one that was rolled back has put back what ran before it, known or not.
 */
export function applyAlert({ id, device, state }: Applied): Told | null {
  const key = applyKey(device);
  if (state.kind === "confirmed") return [key, null];
  if (state.kind !== "stuck") return null;
  return [
    key,
    {
      key,
      group: `device/${device}`,
      severity: "page",
      title: `apply ${id} on ${device}: ${whyText(state)}`,
      text: `look: premortem pull ${device}; then adopt it: premortem init ${device}; or apply a change that mends it`,
      labels: { device, apply: String(id) },
      link: null,
    },
  ];
}

export function applyKey(device: string): string {
  return `apply/${device}`;
}

/** Where it is kept what was applied, and what somebody has looked at. */
interface Records {
  list(page: { limit: number; beforeId: null }): Promise<
    readonly {
      readonly id: number;
      readonly order: { readonly device: string };
      readonly state: ApplyState;
      readonly stateMs: number;
    }[]
  >;
  baselineOf(device: string): Promise<{ readonly readMs: number | null } | null>;
}

/** Applies that are looked through for the last of each device. */
const LAST = 100;

/** What is known now of the last apply of each device that has something to say of it. */
export async function applyAlerts(
  applies: Pick<Records, "list">,
  inventory: Pick<Records, "baselineOf">,
): Promise<readonly Told[]> {
  const told = new Map<string, Told>();
  for (const { id, order, state, stateMs } of await applies.list({ limit: LAST, beforeId: null })) {
    const { device } = order;
    const alert = applyAlert({ id, device, state });
    if (alert === null || told.has(device)) continue;
    const isOver = isLookedAt(stateMs, await inventory.baselineOf(device));
    told.set(device, isOver ? [applyKey(device), null] : alert);
  }
  return [...told.values()];
}

/** What is known of a device of which a baseline was adopted just now. */
export async function adoptedAlert(
  applies: Pick<Records, "list">,
  inventory: Pick<Records, "baselineOf">,
  device: string,
): Promise<Told> {
  const told = await applyAlerts(applies, inventory);
  return told.find(([key]) => key === applyKey(device)) ?? [applyKey(device), null];
}
