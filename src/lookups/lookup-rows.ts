/** Which identifiers are to be looked up? Whoever writes metadata says so, within the same transaction. */
import type { EntityManager } from 'typeorm';
import { depositionKindOf } from '../../checks/deposition/judge-deposition.js';
import { type IdentifierKind, identifiersOf } from '../../checks/profiles/cryoet/identifiers.js';
import { post } from '../outbox/outbox.js';
import { BLOCKING, KINDS, type Service } from './kinds.js';

/** One that could not be looked up is tried again for a new writing of the metadata, after this. */
const GIVEN_UP_FOR = `interval '1 hour'`;

/** Nothing is asked of what is known, or on its way. Rows are locked in one order, so that no two writers wait for each other. */
const ASK = `
  WITH named AS (SELECT DISTINCT kind, value, service FROM unnest($1::text[], $2::text[], $3::text[]) n (kind, value, service)),
       fresh AS (INSERT INTO lookup (kind, value, service, "dueAt")
                 SELECT kind, value, service, now() FROM named ORDER BY kind, value
                 ON CONFLICT DO NOTHING RETURNING service),
       old AS (SELECT l.kind, l.value FROM lookup l JOIN named USING (kind, value)
                WHERE l."dueAt" IS NULL
                  AND (l."checkedAt" IS NULL OR l."checkedAt" < now() - $4 * interval '1 ms')
                  AND l."triedAt" < now() - CASE l.state WHEN 'unverified' THEN ${GIVEN_UP_FOR} ELSE interval '0' END
                ORDER BY l.kind, l.value FOR UPDATE OF l),
       again AS (UPDATE lookup l SET "dueAt" = now(), tries = 0, "leaseUntil" = NULL
                   FROM old WHERE l.kind = old.kind AND l.value = old.value RETURNING l.service)
  SELECT service FROM fresh UNION SELECT service FROM again`;

const USE = `
  WITH named AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) n (pointer, kind, value, name)),
       gone AS (DELETE FROM lookup_use u WHERE u."submissionId" = $1
                   AND NOT EXISTS (SELECT FROM named n WHERE n.pointer = u.pointer))
  INSERT INTO lookup_use ("submissionId", pointer, kind, value, name) SELECT $1, pointer, kind, value, name FROM named
  ON CONFLICT ("submissionId", pointer) DO UPDATE SET kind = excluded.kind, value = excluded.value, name = excluded.name
  WHERE (lookup_use.kind, lookup_use.value, lookup_use.name) IS DISTINCT FROM (excluded.kind, excluded.value, excluded.name)`;

interface Described {
  readonly id: string;
  readonly profile: string;
  readonly profileVersion: string;
}

/** The metadata name these now. @param lifetime for how long what is known of an identifier counts, in ms */
export async function keepLookups(
  tx: EntityManager,
  { id, profile, profileVersion }: Described,
  metadata: unknown,
  lifetime: number,
): Promise<void> {
  if (depositionKindOf({ id: profile, version: profileVersion }) === null) return;
  const named = identifiersOf(metadata);
  const [kinds, values] = [named.map(({ kind }) => kind), named.map(({ value }) => value)];
  const services = kinds.map((kind) => KINDS[kind].service);
  const asked: { service: Service }[] = await tx.query(ASK, [kinds, values, services, lifetime]);
  const [pointers, names] = [named.map(({ pointer }) => pointer), named.map(({ name }) => name)];
  await tx.query(USE, [id, pointers, kinds, values, names]);
  for (const { service } of asked) await post(tx, { topic: 'lookup.asked', service });
}

/** What a statement about a submission `s` selects, for `unknownFaults`: what keeps it from being submitted. */
export const UNKNOWN_IDENTIFIERS = `
  (SELECT coalesce(jsonb_agg(jsonb_build_object('pointer', u.pointer, 'kind', u.kind, 'value', u.value)
                             ORDER BY u.pointer), '[]')
     FROM lookup_use u JOIN lookup l USING (kind, value)
    WHERE u."submissionId" = s.id AND l.state = 'not_found' AND u.kind IN (${BLOCKING.map((kind) => `'${kind}'`).join()}))`;

export interface UnknownIdentifier {
  readonly pointer: string;
  readonly kind: IdentifierKind;
  readonly value: string;
}

export const unknownFaults = (unknown: readonly UnknownIdentifier[]): { pointer: string; detail: string }[] =>
  unknown.map(({ pointer, kind, value }) => ({ pointer, detail: KINDS[kind].unknown(value) }));
