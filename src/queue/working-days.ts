/** How long is it in working time? Saturdays and Sundays, in UTC, do not count; everything else does, at night too. */

const DAY_MS = 86_400_000;
/** The epoch was a Thursday: so many days before it a week began on a Monday. */
const MONDAY = 3;
const WEEK = 7;
const WORKING = 5;

/** Working time since a Monday long ago: it stands still on weekends. */
function workedAt(instant: number): number {
  const days = instant / DAY_MS + MONDAY;
  const weeks = Math.floor(days / WEEK);
  return Math.round((weeks * WORKING + Math.min(days - weeks * WEEK, WORKING)) * DAY_MS);
}

/** The first instant at which so much was worked. */
function instantOf(worked: number): number {
  const days = worked / DAY_MS;
  const weeks = Math.ceil(days / WORKING) - 1;
  return Math.round((weeks * WEEK + (days - weeks * WORKING) - MONDAY) * DAY_MS);
}

export const workingMs = (days: number): number => days * DAY_MS;

/** How much working time lies between two instants. */
export const workedBetween = (from: string, to: string): number =>
  workedAt(Date.parse(to)) - workedAt(Date.parse(from));

/** When `ms` of working time will be over. */
export const afterWorking = (from: string, ms: number): string =>
  new Date(instantOf(workedAt(Date.parse(from)) + ms)).toISOString();

/** Whatever began before this instant has lasted longer than `ms` of working time at `now`; what began later, or just then, has not. */
export const beforeWorking = (now: string, ms: number): string =>
  new Date(instantOf(workedAt(Date.parse(now)) - ms)).toISOString();
