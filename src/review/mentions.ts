/** Who is named in somebody's words? `@handle`, in prose, where the handle is that of somebody who may read them. */
import type { EntityManager } from 'typeorm';
import type { Role } from '../identity/user.js';
import { type Relation, relationTo } from '../permissions.js';
import type { Submission } from '../submissions/submission.entity.js';
import { proseOf } from './markdown.js';

const MENTION = /(?<![\w@./-])@([a-z0-9]+(?:-[a-z0-9]+)*)/gi;
/** Who calls everybody calls nobody. */
const MOST = 20;

export function handlesIn(text: string): string[] {
  const handles = [...proseOf(text).matchAll(MENTION)].map(([, handle = '']) => handle.toLowerCase());
  return [...new Set(handles)].slice(0, MOST);
}

/** The people among them who may read it: `mayRead` says of which relation to the submission that is. */
export async function mentionedIn(
  tx: EntityManager,
  submission: Submission,
  text: string,
  mayRead: (relation: Relation) => boolean = () => true,
): Promise<string[]> {
  const handles = handlesIn(text);
  return handles.length === 0 ? [] : readersAmong(tx, submission, 'handle', handles, mayRead);
}

/** Those of some people who may read it now. */
export const stillReading = (tx: EntityManager, submission: Submission, ids: readonly string[]): Promise<string[]> =>
  readersAmong(tx, submission, 'id', ids, () => true);

async function readersAmong(
  tx: EntityManager,
  submission: Submission,
  by: 'handle' | 'id',
  names: readonly string[],
  mayRead: (relation: Relation) => boolean,
): Promise<string[]> {
  const people: { id: string; roles: Role[] }[] = await tx.query(
    `SELECT id, roles_held(person) || CASE WHEN reviews_profile(id, $2) THEN '{curator}'::text[] ELSE '{}' END AS roles
       FROM person WHERE ${by} = ANY ($1) AND "disabledAt" IS NULL`,
    [names, submission.profile],
  );
  return people
    .filter((person) => {
      const relation = relationTo({ ...person, name: '', scopes: null }, submission);
      return relation !== null && mayRead(relation);
    })
    .map(({ id }) => id);
}
