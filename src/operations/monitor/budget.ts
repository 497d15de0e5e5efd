import type { Monitor } from "../inventory/monitors.ts";

/** Days between false alarms of all statistics together, in the mean, at least: the whole installation. */
export const DAYS_BETWEEN_FALSE_ALARMS = 90;
const MS_IN_DAY = 86_400_000;

/**
 * Milliseconds between false alarms of each single test, in the mean, at least: where the rates of all are
 * added up, the installation has what is stated.
 */
export function meanTimeOfOneMs(monitors: readonly Monitor[]): number {
  const tests = monitors.filter(({ kind }) => kind === "postfix" || kind === "complaints").length;
  return DAYS_BETWEEN_FALSE_ALARMS * MS_IN_DAY * Math.max(1, tests);
}

/** Chance of a false alarm behind one change of a ruleset, of all hosts together, at most. */
export const CHANCE_BEHIND_A_CHANGE = 1 / 1_000;
/** Traffic that strays more than the model says made 1.4 times as many as a threshold allows (bench, drop). */
export const STRAY_MARGIN = 5;

/** The chance that the test of one host behind a change is given. */
export function chanceOfTrial(monitors: readonly Monitor[]): number {
  const hosts = monitors.filter(({ kind }) => kind === "postfix").length;
  return CHANCE_BEHIND_A_CHANGE / STRAY_MARGIN / Math.max(1, hosts);
}
