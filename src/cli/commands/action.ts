import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { shown } from "../../report/formats/text/style.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import { isFault } from "../server/client.ts";
import type { ActionBody, ActionList, StatusFilesBody } from "../server/model.ts";
import { timeText } from "../server/times.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export function listActions(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const list = await api.get<ActionList>("/v1/actions?limit=100");
    if (isFault(list)) return list;
    print(options, streams, list, ({ actions }) =>
      actions.length === 0 ? "no action yet\n" : actions.map(lineOf).join(""),
    );
    return list.actions.some(({ isOverdue }) => isOverdue) ? EXIT.findings : EXIT.clean;
  });
}

export function showAction(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const one = await api.get<ActionBody>(pathOf(id));
    if (isFault(one)) return one;
    print(options, streams, one, textOf);
    return EXIT.clean;
  });
}

export interface TakeOptions extends Asking {
  readonly owner: string;
  readonly due: string;
}

export function takeAction(id: string, options: TakeOptions, streams: Streams): Promise<ExitCode> {
  const { owner, due } = options;
  return send(`${pathOf(id)}/take`, { owner, due }, options, streams);
}

export interface SayOptions extends Asking {
  readonly text?: string;
}

export function sayAction(
  verb: "close" | "decline" | "reopen",
  id: string,
  options: SayOptions,
  streams: Streams,
): Promise<ExitCode> {
  return send(`${pathOf(id)}/${verb}`, { text: options.text ?? "" }, options, streams);
}

export interface AddOptions extends TakeOptions {
  readonly incident?: string;
  readonly intent?: string;
  readonly probe?: string;
  readonly approved?: string;
  readonly drill?: string;
  readonly score: string;
}

/** Writes an action down; without a check, a person closes it. */
export function addAction(text: string, options: AddOptions, streams: Streams): Promise<ExitCode> {
  const { owner, due, incident } = options;
  const body = { text, owner, due, check: checkOf(options) };
  const of = incident === undefined ? {} : { incident: Number(incident) };
  return send("/v1/actions", { ...body, ...of }, options, streams);
}

function checkOf({ intent, probe, approved, drill, score }: AddOptions): object {
  if (drill !== undefined) return { kind: "drill", drill, score: Number(score) };
  if (intent !== undefined) return { kind: "intent", intent };
  if (probe !== undefined) return { kind: "probe", probe };
  return approved === undefined ? { kind: "person" } : { kind: "approved", device: approved };
}

function send(path: string, body: object, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const one = await api.send<ActionBody>("POST", path, body);
    if (isFault(one)) return one;
    print(options, streams, one, textOf);
    return EXIT.clean;
  });
}

function lineOf({ id, status, isOverdue, owner, due, text }: ActionBody): string {
  const when = due === null ? "" : `, due ${shown(due)}${isOverdue ? " (overdue)" : ""}`;
  return `${id}  ${status}  ${shown(owner ?? "nobody")}${when}  ${shown(text)}\n`;
}

function textOf(action: ActionBody): string {
  const { last, log } = action;
  const seen = last === null ? "" : `  its check: ${last.answer}, ${shown(last.text)}\n`;
  return `${lineOf(action)}${seen}${log.map(({ atMs, text }) => `  ${timeText(atMs)}  ${shown(text)}\n`).join("")}`;
}

function pathOf(id: string): string {
  return `/v1/actions/${encodeURIComponent(id)}`;
}

export interface StatusPageOptions extends Asking {
  readonly out: string;
}

/** Paths that the server may name: nothing that leads out of the folder. */
const SAFE_PATH = /^(?:[a-z0-9]+\/)*[a-z0-9]+\.(?:html|json)$/;

/** Writes the public page into a folder, for any server of files. */
export function statusPage(options: StatusPageOptions, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const page = await api.get<StatusFilesBody>("/v1/status-page");
    if (isFault(page)) return page;
    for (const { path, text } of page.files) {
      if (!SAFE_PATH.test(path)) continue;
      const file = join(options.out, path);
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        tellUsage(streams.error, `\`${file}\` cannot be written: ${said}`, "name another folder");
        return EXIT.usage;
      }
    }
    const files = page.files.map(({ path }) => join(options.out, path));
    print(
      options,
      streams,
      { files },
      (written) => `${written.files.map((one) => shown(one)).join("\n")}\n`,
    );
    return EXIT.clean;
  });
}
