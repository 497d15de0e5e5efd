import type { Session } from "../api/types.ts";
import { seesNetwork } from "./session.ts";

/** A page that the menu and the palette lead to. */
export interface Place {
  readonly to: string;
  readonly label: string;
  /** The key that follows `g`. */
  readonly key: string;
  readonly isFor: (session: Session) => boolean;
}

const anybody = () => true;

export const PLACES: readonly Place[] = [
  { to: "/", label: "Overview", key: "o", isFor: seesNetwork },
  { to: "/incidents", label: "Incidents", key: "i", isFor: seesNetwork },
  { to: "/changes", label: "Changes", key: "c", isFor: seesNetwork },
  { to: "/devices", label: "Devices", key: "d", isFor: seesNetwork },
  { to: "/trace", label: "Packet walk", key: "w", isFor: seesNetwork },
  { to: "/services", label: "Services", key: "s", isFor: anybody },
  { to: "/playbooks", label: "Playbooks", key: "p", isFor: seesNetwork },
  { to: "/help-desk", label: "Help desk", key: "h", isFor: anybody },
  { to: "/actions", label: "Actions", key: "a", isFor: seesNetwork },
  { to: "/training", label: "Training", key: "t", isFor: anybody },
  { to: "/people", label: "People", key: "e", isFor: seesNetwork },
];
