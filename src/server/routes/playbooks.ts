import type { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import { breakGlassCard } from "../../operations/playbook/card.ts";
import type { Playbook } from "../../operations/playbook/model.ts";
import { type Paper, paperHtml, paperMarkdown } from "../../operations/playbook/paper.ts";
import { playbookPaper } from "../../operations/playbook/print.ts";
import type { PlaybookRun } from "../../operations/playbook/run.ts";
import type { PersonStep, ShelvedPlaybook } from "../../operations/playbook/service.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import { idPath, namePath } from "../contract/common.ts";
import * as contract from "../contract/playbook.ts";
import { apiError, CallError, errorOf, isTrouble } from "../errors.ts";
import { describeText, type Gate, type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "playbooks" | "inventory" | "clock">;

export function playbookRoutes({ playbooks }: Parts): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/playbooks",
      summary: "Playbooks: what they are for, who has read them, and files that are not used",
      role: "any",
      result: contract.playbooks,
      run: async () => ({
        playbooks: (await playbooks.list()).map(summaryBody),
        problems: playbooks.problems().map(problemBody),
      }),
    }),
    operation({
      method: "get",
      path: "/v1/playbooks/{name}",
      summary: "A playbook with its steps",
      role: "any",
      params: namePath,
      result: contract.playbook,
      run: async ({ params }) => told(await playbooks.find(params.name)),
    }),
    operation({
      method: "post",
      path: "/v1/playbooks/{name}/read",
      summary: "Says that you have read this version of a playbook",
      role: "any",
      params: namePath,
      body: contract.readBody,
      result: contract.playbook,
      run: async ({ params, body, actor }) =>
        told(await playbooks.read(params.name, body.version, actor)),
    }),
    ...runRoutes(playbooks),
  ];
}

function runRoutes(playbooks: Parts["playbooks"]): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/incidents/{id}/playbook-runs",
      summary: "How playbooks are followed in an incident, and which are for it",
      role: "any",
      params: idPath,
      result: contract.runs,
      run: async ({ params }) => {
        const choice = await playbooks.forIncident(params.id);
        if ("kind" in choice) return choice;
        const runs = await playbooks.runs(params.id);
        const named = ({ id, title }: Playbook) => ({ playbook: id, title });
        return {
          runs,
          matches: choice.matches.map(({ playbook, ...match }) => ({
            ...named(playbook),
            ...match,
          })),
          others: choice.others.map(named),
        };
      },
    }),
    operation({
      method: "post",
      path: "/v1/incidents/{id}/playbook-runs",
      summary: "Begins a playbook in an incident; one that is open is gone on with",
      role: "operator",
      params: idPath,
      body: contract.beginBody,
      result: contract.run,
      run: ({ params, body, actor }) => playbooks.begin(params.id, body.playbook, actor),
    }),
    operation({
      method: "post",
      path: "/v1/incidents/{id}/playbook-runs/{run}/steps/{step}",
      summary: "Starts, presses, ticks, leaves out, reopens a step, or notes something at it",
      role: "operator",
      params: contract.stepPath,
      body: contract.stepBody,
      result: contract.run,
      run: async ({ params, body, actor }): Promise<PlaybookRun | Refusal> => {
        const event = eventOf(body.do, body.text);
        if ("reason" in event) return event;
        return playbooks.step(params.id, params.run, params.step, event, actor);
      },
    }),
    operation({
      method: "post",
      path: "/v1/incidents/{id}/playbook-runs/{run}/end",
      summary: "Ends a run of which not every step is done",
      role: "operator",
      params: contract.runPath,
      result: contract.run,
      run: ({ params, actor }) => playbooks.end(params.id, params.run, actor),
    }),
  ];
}

function eventOf(
  what: "start" | "press" | "done" | "skip" | "note" | "reopen",
  text: string,
): PersonStep | Refusal {
  switch (what) {
    case "start":
    case "press":
      return { kind: what };
    case "note":
      if (text.trim() === "") return refuse("a note without words", "send it as `text`");
      return { kind: what, text };
    default:
      return { kind: what, text };
  }
}

function told(found: ShelvedPlaybook | Refusal) {
  if ("reason" in found) return found;
  const { playbook, isOverdue, readBy } = found;
  return { ...playbook, isOverdue, readBy };
}

function summaryBody({ playbook, isOverdue, readBy }: ShelvedPlaybook) {
  return { ...playbook, steps: playbook.steps.length, isOverdue, readBy };
}

function problemBody({ span, message, help }: Diagnostic) {
  const path = span === null ? "" : `${span.file}:${span.line}:${span.column}`;
  return { path, message, help };
}

/** A page for the printer needs its own style, and nothing else. */
const PAPER_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What is printed, and lies in a drawer when nothing else works. */
export function printRoutes(app: OpenAPIHono, parts: Parts, gate: Gate): void {
  const { playbooks, inventory, clock } = parts;
  const paths = [
    ["/v1/playbooks/{name}/print", "A playbook as it is printed, in HTML or `?format=markdown`"],
    ["/v1/break-glass", "The card for when premortem is down: one command for each device"],
  ] as const;
  for (const [path, summary] of paths)
    describeText(app, path, { summary, role: "any", type: "text/html" });
  app.get("/v1/playbooks/:name/print", async (context) => {
    await gate(context, "any");
    const { name } = readPart(namePath, context.req.param());
    const { format } = readPart(contract.printQuery, context.req.query());
    const found = await playbooks.find(name);
    if (isTrouble(found)) throw new CallError(errorOf(found));
    return asPage(context, playbookPaper(found, clock()), format);
  });
  app.get("/v1/break-glass", async (context) => {
    await gate(context, "any");
    const { format } = readPart(contract.printQuery, context.req.query());
    const shelf = (await playbooks.list()).map(({ playbook }) => playbook);
    return asPage(context, breakGlassCard(inventory.network(), shelf, clock()), format);
  });
}

function asPage(context: Context, paper: Paper, format: "html" | "markdown"): Response {
  const type = format === "html" ? "text/html" : "text/markdown";
  const headers = {
    "content-type": `${type}; charset=utf-8`,
    "content-security-policy": PAPER_POLICY,
  };
  return context.body(format === "html" ? paperHtml(paper) : paperMarkdown(paper), 200, headers);
}

function readPart<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CallError(
    apiError(400, "badRequest", "what was sent is not as it should be", "see /openapi.json"),
  );
}
