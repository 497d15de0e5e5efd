import type { ApplyEvent, Command, Marker, Running } from "../model.ts";

/** A device as far as one apply is concerned: what the commands promise to do, and nothing else. */
export interface DeviceModel {
  readonly marker: Exclude<Marker, "superseded">;
  readonly running: Running;
  /** Loading has begun, so that restoring has something to undo. */
  readonly hasLoaded: boolean;
  /** The process of the dead-man is there: it will fire, or has been stopped. */
  readonly isTicking: boolean;
  /** What the files of the device load at its next start. */
  readonly boots: "previous" | "candidate";
}

export const FRESH: DeviceModel = {
  marker: "none",
  running: "previous",
  hasLoaded: false,
  isTicking: false,
  boots: "previous",
};

interface Ran {
  readonly device: DeviceModel;
  readonly event: ApplyEvent;
}

/** Runs a command on the device, with every way in which it can end. */
export function runCommand(device: DeviceModel, command: Command): readonly Ran[] {
  const done = (after: DeviceModel): Ran => ({ device: after, event: { kind: "done", command } });
  const refused = (reason: Extract<ApplyEvent, { kind: "notDone" }>["reason"]): Ran => ({
    device,
    event: { kind: "notDone", command, reason },
  });
  const { marker, running } = device;
  switch (command) {
    case "arm":
      if (marker === "armed") return [done(device)];
      if (marker !== "none") return [refused("tooLate")];
      if (running !== "previous") return [refused("changedSincePlanned")];
      return [
        done({ ...device, marker: "armed", isTicking: true }),
        refused("cannotRestore"),
        refused("anotherArmed"),
      ];
    case "load":
      if (marker !== "armed") return [refused("tooLate")];
      if (running === "candidate") return [done(device)];
      if (running === "other") return [refused("changedSincePlanned")];
      return [
        done({ ...device, running: "candidate", hasLoaded: true }),
        { ...refused("notLoaded"), device: { ...device, hasLoaded: true } },
      ];
    case "confirm":
      if (marker === "confirmed") return [done(device)];
      if (marker !== "armed") return [refused("tooLate")];
      if (running !== "candidate") return [refused("changedSincePlanned")];
      return [done({ ...device, marker: "confirmed", isTicking: false })];
    case "restore":
      if (marker === "none" || marker === "confirmed") return [refused("cannotRestore")];
      return [done(restored(device))];
  }
}

/** What the dead-man does, whole or broken off in the middle. */
export function fire(device: DeviceModel): readonly DeviceModel[] {
  if (!device.isTicking || device.marker !== "armed") return [];
  const half: DeviceModel = { ...device, marker: "restoring", isTicking: false };
  return [restored(device), half];
}

function restored(device: DeviceModel): DeviceModel {
  if (device.marker === "restored") return device;
  const running = device.hasLoaded ? "previous" : device.running;
  return { ...device, marker: "restored", running, isTicking: false };
}

/** A restart loads what the files say, and ends the dead-man. */
export function restart(device: DeviceModel): DeviceModel {
  const isOver = device.marker === "none" || device.marker === "confirmed";
  const marker = isOver ? device.marker : "restored";
  return { ...device, marker, running: device.boots, isTicking: false };
}
