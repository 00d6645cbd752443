/** Where do metadata break their schema? The first places, in words. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Json } from '../../readers/zarr-json.js';
import { IMAGE_LABEL, LABELS, MULTISCALE, OMERO } from '../../schemas/ome-zarr.js';
import { shown } from './saying.js';

const SCHEMAS = { multiscale: MULTISCALE, omero: OMERO, imageLabel: IMAGE_LABEL, labels: LABELS } as const;
const MOST_FAULTS = 10;

let compiled: ReadonlyMap<string, ValidateFunction> | undefined;

export interface SchemaFault {
  /** JSON pointer from what was judged. */
  readonly at: string;
  readonly why: string;
}

/** Only a multiscale is short enough that all its faults are wanted: of the others, the first one is told. */
export function schemaFaults(schema: keyof typeof SCHEMAS, json: Json): readonly SchemaFault[] {
  compiled ??= new Map(
    Object.entries(SCHEMAS).map(([name, known]) => {
      const ajv = new Ajv({
        allErrors: known === MULTISCALE,
        discriminator: true,
        strict: true,
        strictRequired: false,
        strictTypes: false,
      });
      return [name, ajv.compile(known)];
    }),
  );
  const validate = compiled.get(schema);
  if (!validate || validate(json)) return [];
  return (validate.errors ?? [])
    .slice(0, MOST_FAULTS)
    .map((fault) => ({ at: fault.instancePath, why: inWords(fault) }));
}

function inWords({ instancePath, keyword, params, message }: ErrorObject): string {
  const what = instancePath.split('/').at(-1) || 'it';
  if (keyword === 'required') return `"${params.missingProperty}" is missing`;
  if (keyword === 'discriminator') return 'a transformation is of the type "scale" or "translation"';
  return shown(`${/^\d+$/.test(what) ? `entry ${what}` : what} ${message ?? 'is not as it must be'}`);
}
