import { type MailNetwork, openMailNetwork } from "../../../simulation/network.ts";
import { openTime } from "../../../simulation/time.ts";
import { type DrillAction, minutesOf } from "../actions.ts";
import type { Drill, DrillAnswer, Heard } from "../model.ts";
import { Differences } from "./differences.ts";
import { type Answered, doAction } from "./doAction.ts";
import { Senses } from "./senses.ts";

const MS_IN_MINUTE = 60_000;
const MS_IN_SECOND = 1_000;
/** Milliseconds of a drill, until it is over whatever happens: the outage of the origin took three and a half hours. */
export const LONGEST_MS = 5 * 60 * MS_IN_MINUTE;
/** Calls that are told behind one action. */
const MAXIMUM_TOLD = 8;

/** A drill that is being played: a network in memory, and all that is noticed of it. */
export interface Play {
  readonly drill: Drill;
  readonly network: MailNetwork;
  readonly senses: Senses;
  readonly differences: Differences;
  nowMs(): number;
  /** Lets time go by until then; never back. */
  advanceTo(atMs: number): void;
  /** Does something, which takes its time. */
  act(action: DrillAction, login: string): DrillAnswer;
  /** Calls since the last action. */
  unheard(): readonly Heard[];
}

/**
 * Opens a drill on a simulation of its own, in this process's memory: it is handed no way to any device, and looks for
 * none. The same drill, with the same done at the same moments, is the same to the last line.
 */
export function openPlay(drill: Drill): Play {
  const time = openTime(drill.beginsMs);
  const network = openMailNetwork({ time, seed: drill.seed, rate: drill.rate, saved: null });
  if (drill.before !== "") mustLoad(network, drill.before);
  const differences = new Differences(network.firewall.kernel, time);
  const senses = new Senses(network, drill);
  for (const one of drill.breaks)
    time.after(one.second * MS_IN_SECOND, () => {
      const refused = differences.run(one.nft, one.login, one.program);
      if (refused !== null) throw new Error(`break ${drill.id}: ${refused}`);
      senses.begin();
      senses.sign(
        `difference ${one.second}`,
        "the difference of the ruleset, with the rule and who changed it",
      );
    });
  let heardMs = drill.beginsMs;
  const unheard = () => senses.heard().filter(({ atMs }) => atMs > heardMs);
  const advanceTo = (atMs: number) => {
    const endMs = Math.min(atMs, drill.beginsMs + LONGEST_MS);
    if (endMs > time.nowMs()) time.advance(endMs - time.nowMs());
  };
  const play: Play = {
    drill,
    network,
    senses,
    differences,
    nowMs: () => time.nowMs(),
    advanceTo,
    unheard,
    act(action, login) {
      advanceTo(time.nowMs() + minutesOf(action) * MS_IN_MINUTE);
      const answered: Answered = doAction(play, action, login);
      /* What was done shows at once in what is judged. */
      senses.sample(0);
      const heard = unheard().slice(-MAXIMUM_TOLD);
      heardMs = time.nowMs();
      return { ...answered, heard };
    },
  };
  return play;
}

/** Of a file that was shipped, and is tested. */
function mustLoad({ firewall }: MailNetwork, script: string): void {
  const result = firewall.kernel.run(script);
  if (result.kind === "refused") throw new Error(`load what runs before: ${result.error}`);
}
