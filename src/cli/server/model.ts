import type { z } from "@hono/zod-openapi";
import type * as change from "../../server/contract/change.ts";
import type * as device from "../../server/contract/device.ts";
import type * as incident from "../../server/contract/incident.ts";
import type * as service from "../../server/contract/service.ts";

/* What the server answers, by its contract; types alone, so that nothing of it is loaded. */

export type ChangeBody = z.output<typeof change.change>;
export type ChangeList = z.output<typeof change.changes>;
export type ProofBody = z.output<typeof change.proof>;
export type ApplyBody = z.output<typeof change.apply>;
export type DeviceBody = z.output<typeof device.device>;
export type DeviceList = z.output<typeof device.devices>;
export type PulledBody = z.output<typeof device.pulled>;
export type RevertedBody = z.output<typeof device.revertedDrift>;
export type NetworkBody = z.output<typeof service.networkSummary>;
export type BaselineBody = z.output<typeof device.baseline>;
export type DifferenceBody = z.output<typeof device.difference>;
export type IncidentBody = z.output<typeof incident.incident>;
export type IncidentList = z.output<typeof incident.incidents>;
export type ProposedUndoBody = z.output<typeof incident.proposedUndo>;
export type PostmortemBody = z.output<typeof incident.postmortem>;
export type StatusBody = z.output<typeof service.status>;
export type AlertBody = z.output<typeof service.alert>;
export type AlertList = z.output<typeof service.alerts>;
export type ProbeBody = z.output<typeof service.probe>;
export type TokenList = z.output<typeof service.tokens>;
export type IssuedTokenBody = z.output<typeof service.issuedToken>;
export type TrailPage = z.output<typeof service.trailPage>;
export type TrailVerdict = z.output<typeof service.verdict>;
