import type { Kernel } from "../../kernel/kernel.ts";
import type { Printed } from "../../model.ts";
import { canonical } from "../canonical.ts";
import { type HeldSet, holdings, later, refillCommands } from "../held.ts";
import { done, failed } from "../printed.ts";
import { AGAIN_MS, EXIT, type Part } from "./part.ts";
import { type ApplyRecord, markerOf, type Records } from "./records.ts";

type Running = "previous" | "candidate" | "other";

/** Everything that restoring needs is on record before anything is loaded. */
export function arm(
  part: Part,
  id: number,
  seconds: number,
  sections: ReadonlyMap<string, string>,
): Printed {
  const { records } = part;
  if (records.newest > id) return failed(EXIT.superseded, "a newer apply is on record");
  const marker = markerOf(records, id);
  if (marker === "armed") return done();
  if (marker !== "none") return failed(EXIT.tooLate, "this apply is over");
  const other = armedBeside(records, id);
  if (other !== null) return failed(EXIT.another, otherText(other));
  if (records.guard !== null) return failed(EXIT.busy, "what was sent waits to be kept");
  const forms = rehearsed(part, sections);
  if (running(part.kernel, sections, formsBefore(sections), "base") !== "previous")
    return failed(EXIT.changed, "the own tables are not as planned");
  if (forms === null)
    return failed(EXIT.cannotRestore, "restoring does not come to what was there");
  for (const older of records.applies.values()) older.stopDeadMan();
  const record: ApplyRecord = {
    id,
    sections,
    forms,
    marker: "armed",
    hasLoaded: false,
    saved: null,
    stopDeadMan: () => undefined,
  };
  records.applies.set(id, record);
  records.newest = id;
  startDeadMan(part, record, seconds * AGAIN_MS);
  return done();
}

export function load(part: Part, id: number): Printed {
  const marker = markerOf(part.records, id);
  if (marker === "superseded") return failed(EXIT.superseded, "a newer apply is on record");
  const record = part.records.applies.get(id);
  if (marker !== "armed" || record === undefined) return failed(EXIT.tooLate, "nothing is armed");
  const runs = runningOf(part.kernel, record, "base");
  if (runs === "candidate") return done();
  if (runs !== "previous") return failed(EXIT.changed, "the own tables are not as planned");
  const { kernel, time } = part;
  const lost = holdings(kernel, section(record, "lost"));
  const carried = holdings(kernel, section(record, "carried"));
  record.saved = { lost, carried, atMs: time.nowMs() };
  record.hasLoaded = true;
  const kept = carried.flatMap((held) => refillCommands(kernel, held));
  const result = kernel.run(`${section(record, "load")}${kept.join("\n")}\n`);
  return result.kind === "loaded"
    ? done()
    : failed(
        EXIT.notLoaded,
        `${result.error}the kernel does not take it, with what its live sets hold`,
      );
}

export function confirm(part: Part, id: number): Printed {
  const marker = markerOf(part.records, id);
  if (marker === "confirmed") return done();
  if (marker === "superseded") return failed(EXIT.superseded, "a newer apply is on record");
  const record = part.records.applies.get(id);
  if (marker !== "armed" || record === undefined) return failed(EXIT.tooLate, "it was restored");
  if (runningOf(part.kernel, record, "candidate") !== "candidate")
    return failed(EXIT.changed, "something else runs");
  record.marker = "confirmed";
  record.stopDeadMan();
  return done();
}

export function restore(part: Part, id: number): Printed {
  const marker = markerOf(part.records, id);
  if (marker === "restored") return done();
  if (marker === "superseded") return failed(EXIT.superseded, "a newer apply is on record");
  const record = part.records.applies.get(id);
  if (record === undefined || (marker !== "armed" && marker !== "restoring"))
    return failed(EXIT.cannotRestore, "there is nothing to restore");
  return putBack(part, record)
    ? done()
    : failed(EXIT.cannotRestore, "the own tables are not as before");
}

export function look(part: Part, id: number): Printed {
  const marker = markerOf(part.records, id);
  const record = part.records.applies.get(id);
  if (record === undefined) return done(`${marker} previous\n`);
  const isLoaded = record.hasLoaded && (marker === "armed" || marker === "confirmed");
  return done(`${marker} ${runningOf(part.kernel, record, isLoaded ? "candidate" : "base")}\n`);
}

/** The apply beside `id` that is armed and not confirmed; null: none is. */
export function armedBeside({ applies }: Records, id: number | null): number | null {
  const found = [...applies.values()].find(
    (one) => one.id !== id && (one.marker === "armed" || one.marker === "restoring"),
  );
  return found?.id ?? null;
}

export function otherText(id: number): string {
  return `apply ${id} is armed and not confirmed: confirm it or take it back first`;
}

/** Restores by itself when its time is over, and goes on until that was possible. */
function startDeadMan(part: Part, record: ApplyRecord, ms: number): void {
  record.stopDeadMan = part.time.after(ms, () => {
    if (record.marker !== "armed" && record.marker !== "restoring") return;
    if (!putBack(part, record)) startDeadMan(part, record, AGAIN_MS);
  });
}

/** Brings back what was there, unless nothing was loaded over it. */
function putBack(part: Part, record: ApplyRecord): boolean {
  record.marker = "restoring";
  const isBack = !record.hasLoaded || isPrevious(part, record) || reload(part, record);
  if (!isBack) return false;
  record.marker = "restored";
  record.stopDeadMan();
  return true;
}

function isPrevious({ kernel }: Part, record: ApplyRecord): boolean {
  return runningOf(kernel, record, "base") === "previous";
}

/** Where somebody has changed the own tables meanwhile: all of them anew. */
function reload(part: Part, record: ApplyRecord): boolean {
  loadWithHeld(part, record, "refilled", section(record, "restore"));
  if (isPrevious(part, record)) return true;
  const tables = section(record, "tables")
    .split("\n")
    .filter((line) => line !== "");
  const away = tables.map((table) => `add table ${table}\ndelete table ${table}\n`).join("");
  loadWithHeld(part, record, "live", `${away}${section(record, "base")}`);
  return isPrevious(part, record);
}

/** Rather without an element that the kernel does not take than not at all. */
function loadWithHeld(
  { kernel, time }: Part,
  record: ApplyRecord,
  list: string,
  script: string,
): void {
  const held = whatTheyHeld(kernel, record, list, time.nowMs());
  if (kernel.run(script).kind === "refused") return;
  for (const set of held) for (const command of refillCommands(kernel, set)) kernel.run(command);
}

/** What the sets of a list hold now, or held before the load where they are gone or were of another kind. */
function whatTheyHeld(
  kernel: Kernel,
  record: ApplyRecord,
  list: string,
  nowMs: number,
): readonly HeldSet[] {
  const now = holdings(kernel, section(record, list));
  const { saved } = record;
  if (saved === null) return now;
  const lost = new Set(saved.lost.map(({ key }) => key));
  const there = new Set(now.map(({ key }) => key));
  const before = [...saved.lost, ...saved.carried].filter(
    ({ key }) => lost.has(key) || !there.has(key),
  );
  return [...now, ...before.map((set) => later(set, nowMs - saved.atMs))];
}

function section({ sections }: Pick<ApplyRecord, "sections">, name: string): string {
  return sections.get(name) ?? "";
}

type Forms = ApplyRecord["forms"];

/** Before anything was rehearsed: as they were planned. */
function formsBefore(sections: ReadonlyMap<string, string>): Forms {
  const planned = (name: string) => [canonical(section({ sections }, name))];
  return { base: planned("base"), candidate: planned("candidate") };
}

/** There and back in an empty namespace; null: it does not come to what was approved, and to what was there. */
function rehearsed(part: Part, sections: ReadonlyMap<string, string>): Forms | null {
  const kernel = part.elsewhere();
  const listed: string[] = [];
  for (const name of ["base", "load", "restore"]) {
    if (kernel.run(section({ sections }, name)).kind === "refused") return null;
    listed.push(canonical(kernel.list(STATELESS)));
  }
  const fresh = part.elsewhere();
  if (fresh.run(section({ sections }, "candidate")).kind === "refused") return null;
  const [base = "", candidate = "", back = ""] = listed;
  if (back !== base || canonical(fresh.list(STATELESS)) !== candidate) return null;
  const planned = formsBefore(sections);
  return { base: [...planned.base, base], candidate: [...planned.candidate, candidate] };
}

const STATELESS = { stateless: true, handles: false, terse: false } as const;

function runningOf(kernel: Kernel, record: ApplyRecord, expected: keyof Forms): Running {
  return running(kernel, record.sections, record.forms, expected);
}

/** Where both are the same, such as where the boot file alone is to change, it is the one that is expected. */
function running(
  kernel: Kernel,
  sections: ReadonlyMap<string, string>,
  forms: Forms,
  expected: keyof Forms,
): Running {
  const own = section({ sections }, "tables").split("\n");
  const device = kernel.ruleset();
  const tables = device.tables.filter(({ family, name }) => own.includes(`${family} ${name}`));
  const now = canonical(kernel.listDevice({ ...device, tables }, STATELESS));
  const order =
    expected === "base" ? (["base", "candidate"] as const) : (["candidate", "base"] as const);
  const found = order.find((one) => forms[one].includes(now));
  if (found === undefined) return "other";
  return found === "base" ? "previous" : "candidate";
}
