import { z } from "zod";
import { formatSpan } from "../../engine/base/span.ts";
import type { Network } from "./model.ts";
import { partOf, type Snapshot } from "./snapshot.ts";

/** Something of the network file that does not fit a device as it was read. */
export interface FileWarning {
  /** `file:line:column`. */
  readonly place: string;
  readonly message: string;
  readonly help: string;
}

/** Interfaces that a remedy names. */
const NAMED = 8;

/**
 * Interfaces behind which zones lie and that the device does not have: a promise of such a zone is judged on a way
 * that no packet takes. Nothing is said where its links were not read.
 */
export function missingInterfaces({ zones }: Network, snapshot: Snapshot): readonly FileWarning[] {
  const links = linksOf(partOf(snapshot, "links"));
  if (links === null) return [];
  return [...zones.values()]
    .filter(({ device }) => device === snapshot.device)
    .flatMap(({ name, interfaces, span }) =>
      interfaces
        .filter((wanted) => !links.some((link) => isCalled(link, wanted)))
        .map((wanted) => ({
          place: formatSpan(span),
          message: `${snapshot.device} has no interface \`${wanted}\`, behind which zone \`${name}\` lies`,
          help: `no packet comes that way: name one that it has (${listed(links)}), or make it`,
        })),
    );
}

/** Null: not read, or not as `ip -j link` prints it. */
function linksOf(text: string | null): readonly string[] | null {
  if (text === null) return null;
  try {
    return linkList.parse(JSON.parse(text)).map(({ ifname }) => ifname);
  } catch {
    return null;
  }
}

const linkList = z.array(z.object({ ifname: z.string() }));

function isCalled(link: string, wanted: string): boolean {
  return wanted.endsWith("*") ? link.startsWith(wanted.slice(0, -1)) : link === wanted;
}

function listed(links: readonly string[]): string {
  const names = links.filter((link) => link !== "lo");
  const more = names.length - NAMED;
  return more > 0
    ? `${names.slice(0, NAMED).join(", ")} and ${more} more`
    : names.join(", ") || "none";
}
