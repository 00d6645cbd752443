/** When is it eight o'clock where somebody is? Wall clocks that jump, twice a year or over a whole day, are seen to. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** A day may be missing where a country moved over the date line. */
const DAYS_AHEAD = 3;

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-u-ca-iso8601', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
  clocks.set(zone, clock);
  return clock;
}

/** Whether it is a name of the IANA database, or `UTC`; offsets such as `+01:00` know no summer. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What the clocks on the wall show, as if it were UTC. */
function wallAt(at: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(at);
  const [year = 0, month = 1, day, hour, minute, second] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
  ).map((type) => Number(parts.find((part) => part.type === type)?.value));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const offsetAt = (at: number, zone: string): number => wallAt(at, zone) - (at - (at % 1000));

/**
 * The instant at which the wall shows `wall`: the first, where the clocks go back over it; where they jump over it,
 * as much later as they jump.
 */
function instantOf(wall: number, zone: string): number {
  const before = wall - offsetAt(wall - DAY_MS, zone);
  const after = wall - offsetAt(wall + DAY_MS, zone);
  const shown = [before, after].filter((at) => wallAt(at, zone) === wall);
  return shown.length > 0 ? Math.min(...shown) : before;
}

/** The next instant after `after` at which it is so many minutes past midnight in a zone: once a day. */
export function nextAt(after: Date, minutes: number, zone: string): Date {
  const wall = wallAt(after.getTime(), zone);
  const midnight = wall - (((wall % DAY_MS) + DAY_MS) % DAY_MS);
  for (let day = 0; day <= DAYS_AHEAD; day++) {
    const at = instantOf(midnight + day * DAY_MS + minutes * MINUTE_MS, zone);
    if (at > after.getTime()) return new Date(at);
  }
  throw new Error(`No day in ${zone} has a minute ${minutes}.`);
}

export interface Hours {
  /** `22:00` */
  readonly from: string;
  readonly to: string;
}

export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** When the quiet hours end that it is now; null: it is none of them. They may reach over midnight. */
export function quietUntil(now: Date, { from, to }: Hours, zone: string): Date | null {
  const minute = Math.floor(wallAt(now.getTime(), zone) / MINUTE_MS) % DAY_MINUTES;
  const since = (minute - minutesOf(from) + DAY_MINUTES) % DAY_MINUTES;
  const length = (minutesOf(to) - minutesOf(from) + DAY_MINUTES) % DAY_MINUTES;
  return since < length ? nextAt(now, minutesOf(to), zone) : null;
}
