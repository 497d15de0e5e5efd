import type { OpenAPIHono } from "@hono/zod-openapi";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { isStale } from "../../operations/probe/model.ts";
import { describeText } from "../operation.ts";
import type { Service } from "../wire.ts";

/** Health and metrics: for monitoring, without a token; they name devices and probes, and no content. */
export function healthRoutes(app: OpenAPIHono, service: Service): void {
  const metrics = metricsOf(service);
  describeText(app, "/health", {
    summary: "Whether the server and its database answer",
    role: null,
    type: "application/json",
  });
  describeText(app, "/metrics", {
    summary: "Figures in the form of Prometheus",
    role: null,
    type: "text/plain",
  });
  app.get("/health", async (context) => {
    try {
      await service.trail.head();
      return context.json({ status: "ok", reason: null });
    } catch {
      return context.json({ status: "failing", reason: "the database does not answer" }, 503);
    }
  });
  app.get("/metrics", async (context) =>
    context.text(await metrics.metrics(), 200, { "content-type": metrics.contentType }),
  );
}

const OUTCOMES = ["ok", "degraded", "failed", "blind"] as const;

function metricsOf({ audit, probes, incidents, escalations, feed, clock }: Service): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: "premortem_device_watched",
    help: "1: what runs on the device is seen",
    labelNames: ["device"],
    registers,
    collect() {
      this.reset();
      for (const [device, { kind }] of audit.states())
        this.set({ device }, kind === "watching" ? 1 : 0);
    },
  });
  new Gauge({
    name: "premortem_device_drift",
    help: "1: another ruleset runs than was approved; absent: not known",
    labelNames: ["device"],
    registers,
    collect() {
      this.reset();
      for (const [device, state] of audit.states())
        if (state.kind === "watching") this.set({ device }, state.drift.isDrift ? 1 : 0);
    },
  });
  new Gauge({
    name: "premortem_intents_broken",
    help: "intents that the drift of a device breaks; absent: not known",
    labelNames: ["device"],
    registers,
    collect() {
      this.reset();
      for (const [device, state] of audit.states())
        if (state.kind === "watching") this.set({ device }, state.drift.broken.length);
    },
  });
  new Gauge({
    name: "premortem_probe_outcome",
    help: "1 at the last outcome of a probe; none where it is too old to say anything",
    labelNames: ["probe", "outcome"],
    registers,
    collect() {
      this.reset();
      for (const state of probes.states())
        for (const outcome of OUTCOMES) {
          const isIt = state.last?.outcome === outcome && !isStale(state, clock());
          this.set({ probe: state.monitor.id, outcome }, isIt ? 1 : 0);
        }
    },
  });
  new Gauge({
    name: "premortem_incidents_open",
    help: "incidents that are not closed",
    registers,
    async collect() {
      this.set((await incidents.open()).length);
    },
  });
  new Gauge({
    name: "premortem_escalations",
    help: "escalations that have not ended, by state",
    labelNames: ["state"],
    registers,
    async collect() {
      this.reset();
      const open = await escalations.open();
      for (const state of ["running", "acknowledged", "exhausted"])
        this.set({ state }, open.filter((one) => one.state.kind === state).length);
    },
  });
  const told = new Counter({
    name: "premortem_events_total",
    help: "what happened, by topic",
    labelNames: ["topic"],
    registers,
  });
  feed.subscribe(({ topic }) => told.inc({ topic }));
  return registry;
}
