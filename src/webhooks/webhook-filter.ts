/** Which events does an endpoint want to hear of? Topics by name, or all that begin alike, as `submission.*`. */
import { type Audience, LIVE_TOPICS, type LiveTopic } from '../live/announce.js';
import { nearest } from '../platform/nearest.js';

const TOPICS = Object.entries(LIVE_TOPICS) as readonly (readonly [LiveTopic, Audience])[];

export const TOPICS_OF_STAFF: readonly LiveTopic[] = TOPICS.map(([topic]) => topic);
/** Notes and queues are for those who review. */
export const TOPICS_OF_ANYONE: readonly LiveTopic[] = TOPICS.flatMap(([topic, audience]) =>
  audience === 'staff' ? [] : [topic],
);

/** `*` is everything; `thread.*` is whatever begins with `thread.`, also what a later version of the service adds. */
export const isWanted = (patterns: readonly string[], topic: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern));

/** What is wrong with a pattern, as a sentence; null: some of `topics` are meant by it. */
export function faultOf(pattern: string, topics: readonly string[]): string | null {
  const prefixes = [...new Set(topics.map((topic) => topic.replace(/\.[^.]+$/, '.*')))];
  const known = ['*', ...prefixes, ...topics];
  if (known.includes(pattern)) return null;
  const meant = nearest(pattern, known);
  return meant
    ? `There is no event "${pattern}": did you mean "${meant}"?`
    : `There is no event "${pattern}": there are ${known.map((each) => `"${each}"`).join(', ')}.`;
}
