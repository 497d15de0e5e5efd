import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import { type Actor, mayOperate } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { openTurns } from "../../platform/turns.ts";
import type { Incidents } from "../incident/service.ts";
import type { Network } from "../inventory/model.ts";
import type { Trail } from "../trail/service.ts";
import type { PlaybookShelf } from "./files.ts";
import { matchPlaybooks, otherPlaybooks, type PlaybookMatch } from "./match.ts";
import type { Playbook } from "./model.ts";
import { beginRun, type PlaybookRun } from "./run.ts";
import { RunDesk } from "./runDesk.ts";
import { addReceipt, type ReadReceipt, receiptsOf, runsOf } from "./store.ts";
import { endRun, type StepEvent, takeStep } from "./transition.ts";
import type { WorkOptions } from "./work.ts";

export interface PlaybookOptions extends Omit<WorkOptions, "incidents"> {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly network: () => Network;
  /** Reads the files of a network. */
  readonly readShelf: (network: Network) => PlaybookShelf;
  readonly incidents: Pick<Incidents, "proposeUndo" | "undo" | "find" | "tell">;
  /** Devices and monitors that do not see now. */
  readonly blind: () => readonly string[];
  readonly onFault: (fault: unknown) => void;
}

export type PlaybookEvent =
  | { readonly kind: "begun" | "step" | "over"; readonly run: PlaybookRun; readonly text: string }
  | { readonly kind: "read"; readonly playbook: string; readonly login: string };

/** A playbook with who has read it as it is now. */
export interface ShelvedPlaybook {
  readonly playbook: Playbook;
  readonly isOverdue: boolean;
  readonly readBy: readonly ReadReceipt[];
}

/** Playbooks that may be begun in an incident. */
export interface PlaybookChoice {
  /** Those that are for it, the best first. */
  readonly matches: readonly PlaybookMatch[];
  readonly others: readonly Playbook[];
}

/** What a person does to a step. */
export type PersonStep =
  | { readonly kind: "start" | "press" }
  | { readonly kind: "done" | "skip" | "note" | "reopen"; readonly text: string };

/** Playbooks of the network, and how they are followed in incidents. */
export interface Playbooks {
  readonly events: Pick<Channel<PlaybookEvent>, "subscribe">;
  list(): Promise<readonly ShelvedPlaybook[]>;
  /** What is wrong with files that are not used. */
  problems(): readonly Diagnostic[];
  find(id: string): Promise<ShelvedPlaybook | Refusal>;
  /** The reader names the version that they have read: it may be another by now. */
  read(id: string, version: string, actor: Actor): Promise<ShelvedPlaybook | Refusal>;
  forIncident(incident: number): Promise<PlaybookChoice | Refusal>;
  runs(incident: number): Promise<readonly PlaybookRun[]>;
  /** One that is open already is gone on with. */
  begin(incident: number, playbook: string, actor: Actor): Promise<PlaybookRun | Refusal>;
  step(
    incident: number,
    run: number,
    step: string,
    event: PersonStep,
    actor: Actor,
  ): Promise<PlaybookRun | Refusal>;
  end(incident: number, run: number, actor: Actor): Promise<PlaybookRun | Refusal>;
  /** Reads the files of a network again. */
  use(network: Network): void;
  /** Tells of timers that have run out. */
  tick(): Promise<void>;
  /** Goes on with what a server before has begun. */
  resume(): Promise<void>;
  settled(): Promise<void>;
}

export function openPlaybooks(options: PlaybookOptions): Playbooks {
  const { database, clock, trail, incidents } = options;
  const events = openChannel<PlaybookEvent>(options.onFault);
  const turns = openTurns();
  const desk = new RunDesk(options, turns, events);
  let shelf = options.readShelf(options.network());
  const known = (id: string): Playbook | Refusal =>
    shelf.playbooks.find((one) => one.id === id) ??
    refuseUnknown(`there is no playbook \`${id}\``, "list them: `premortem playbook list`");
  const shelve = async (playbooks: readonly Playbook[]) => {
    const receipts = await receiptsOf(
      database,
      playbooks.map(({ version }) => version),
    );
    return playbooks.map((playbook) => ({
      playbook,
      isOverdue: isOverdue(playbook, clock()),
      readBy: receipts.filter(
        (one) => one.playbook === playbook.id && one.version === playbook.version,
      ),
    }));
  };
  const shelved = async (playbook: Playbook): Promise<ShelvedPlaybook> => {
    const [one] = await shelve([playbook]);
    if (one === undefined) throw new Error(`playbook ${playbook.id} is gone`);
    return one;
  };
  return {
    events,
    list: () => shelve(shelf.playbooks),
    problems: () => shelf.diagnostics,
    async find(id) {
      const found = known(id);
      return "reason" in found ? found : shelved(found);
    },
    async read(id, version, { login }) {
      const found = known(id);
      if ("reason" in found) return found;
      if (found.version !== version)
        return refuse("the playbook is another one by now", "read it as it is now");
      const atMs = clock();
      const isNew = await database.transaction().execute(async (transaction) => {
        const isAdded = await addReceipt(transaction, { playbook: id, version, login, atMs });
        const event = { atMs, actor: login, kind: "playbook.read", subject: `playbook/${id}` };
        if (isAdded) await trail.append({ ...event, details: { version } }, transaction);
        return isAdded;
      });
      if (isNew) events.publish({ kind: "read", playbook: id, login });
      return shelved(found);
    },
    async forIncident(id) {
      const incident = await incidents.find(id);
      if (incident === null) return unknownIncident(id);
      const question = { network: options.network(), incident, blind: options.blind() };
      const matches = matchPlaybooks(shelf.playbooks, question);
      return { matches, others: otherPlaybooks(shelf.playbooks, matches) };
    },
    runs: (incident) => runsOf(database, incident),
    begin: (incident, id, actor) =>
      turns.take(async () => {
        const playbook = known(id);
        if ("reason" in playbook) return playbook;
        const barred = await whyNot(options, incident, playbook, actor);
        if (barred !== null) return barred;
        const open = (await runsOf(database, incident)).find(
          (one) => one.playbook.id === id && one.status === "open",
        );
        if (open !== undefined) return open;
        return desk.begin(beginRun(incident, playbook, actor.login, clock()));
      }),
    step: (incident, run, step, event, actor) =>
      desk.change(
        incident,
        run,
        actor,
        (found, atMs) => takeStep(found, step, { ...event, by: actor.login } as StepEvent, atMs),
        step,
      ),
    end: (incident, run, actor) =>
      desk.change(incident, run, actor, (found, atMs) => endRun(found, actor.login, atMs), null),
    use(network) {
      shelf = options.readShelf(network);
    },
    tick: () => desk.tick(),
    resume: () => desk.resume(),
    settled: () => desk.settled(),
  };
}

/** At the end of its day, in UTC. */
export function isOverdue({ reviewBy }: Pick<Playbook, "reviewBy">, nowMs: number): boolean {
  return nowMs >= Date.parse(`${reviewBy}T00:00:00Z`) + DAY_MS;
}

const DAY_MS = 86_400_000;

async function whyNot(
  { incidents }: PlaybookOptions,
  id: number,
  { isPaper }: Playbook,
  actor: Actor,
): Promise<Refusal | null> {
  if (!mayOperate(actor))
    return refuse(`\`${actor.login}\` is no operator`, "ask somebody with the role operator");
  if (isPaper)
    return refuse("this playbook is for when premortem is down", "print it, and keep it on paper");
  const incident = await incidents.find(id);
  if (incident === null) return unknownIncident(id);
  return incident.status === "closed"
    ? refuse(`incident ${id} is closed`, "open ones are listed: `premortem incident`")
    : null;
}

function unknownIncident(id: number): Refusal {
  return refuseUnknown(`there is no incident ${id}`, "list them: `premortem incident`");
}
