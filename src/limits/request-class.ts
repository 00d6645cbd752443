/** Which limit does a request count to? */
import { PREFIX } from '../platform/openapi.js';

export const CLASSES = ['read', 'write', 'search', 'upload', 'sign-in'] as const;
export type RequestClass = (typeof CLASSES)[number];

export interface Routed {
  readonly method: string;
  /** As it was declared, `/api/v1/sessions`; undefined: there is no such route. */
  readonly route: string | undefined;
  readonly query: unknown;
}

const READING = new Set(['GET', 'HEAD']);
/** Asked by machines that watch us, and by browsers before they ask. */
const FREE = /\/(?:health\/\w+|metrics)$/;
const UPLOADING = /^\/uploads(?:\/|$)/;
const OPENING_A_LINK = /^\/r\//;
/** Where a session, or what is like one, is given out. */
const SIGNING_IN: readonly (readonly [method: RegExp, path: RegExp])[] = [
  [/POST/, /^\/(?:sessions|users|password-resets(?:\/complete)?|share-links\/exchange)$/],
  [/POST|GET/, /^\/sign-in\/:provider(?:\/callback|\/account)?$/],
];

/** Null: it is not counted. */
export function classOf({ method, route = '', query }: Routed): RequestClass | null {
  if (method === 'OPTIONS' || FREE.test(route)) return null;
  const path = route.startsWith(PREFIX) ? route.slice(PREFIX.length) : '';
  if (OPENING_A_LINK.test(route)) return 'sign-in';
  if (UPLOADING.test(path)) return 'upload';
  if (SIGNING_IN.some(([methods, paths]) => methods.test(method) && paths.test(path))) return 'sign-in';
  if (!READING.has(method)) return 'write';
  return typeof query === 'object' && query !== null && 'q' in query ? 'search' : 'read';
}
