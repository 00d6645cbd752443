/** What does a client of tus say of the file that it is going to send? */
import { z } from 'zod';
import { type ParameterFault, unknownName } from '../platform/invalid-request.js';
import { FileNameRefused, UploadMetadataRefused } from './files.errors.js';
import { Sha256 } from './files.schema.js';
import { nameOf } from './names.js';

const Said = z.object({
  submission: z.uuid('expected the id of a submission'),
  path: z.string(),
  sha256: Sha256.optional(),
});

/** What common clients send unasked. Any other key we do not know may be a misspelt one of ours, and is refused. */
const IGNORED = new Set(['filename', 'filetype', 'name', 'type', 'relativePath', 'contentType']);

export interface Announced {
  readonly submission: string;
  readonly path: string;
  readonly sha256: string | null;
}

/** @throws UploadMetadataRefused, FileNameRefused */
export function announced(metadata: Readonly<Record<string, string | null>> = {}): Announced {
  const entries = Object.entries(metadata).flatMap(([key, value]) =>
    IGNORED.has(key) ? [] : [[key, value ?? ''] as const],
  );
  const known = Object.keys(Said.shape);
  const unknown = entries.filter(([key]) => !known.includes(key));
  if (unknown.length > 0) throw new UploadMetadataRefused(unknown.map(([key]) => faultOfKey(key, known)));

  const said = Said.safeParse(Object.fromEntries(entries));
  if (!said.success) throw new UploadMetadataRefused(said.error.issues.map(faultOf));
  const { submission, path, sha256 } = said.data;
  const name = nameOf(path);
  if ('refusal' in name) throw new FileNameRefused(path, name.refusal);
  return { submission, path: name.path, sha256: sha256 ?? null };
}

const faultOfKey = (key: string, known: readonly string[]): ParameterFault => ({
  parameter: key,
  code: 'unknown_parameter',
  detail: unknownName('parameter', key, known),
});

const faultOf = ({ path, code, message }: z.core.$ZodIssue): ParameterFault => ({
  parameter: String(path[0] ?? ''),
  code,
  detail: `"${String(path[0] ?? '')}": ${message}.`,
});
