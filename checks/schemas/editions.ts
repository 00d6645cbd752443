/** Which editions of the single-cell schema are known? The newest that is in force is that of whoever names none. */
import type { Schema } from './schema.js';
import { SCHEMA_7_0_0 } from './schema-7.0.0.js';
import { SCHEMA_7_1_0 } from './schema-7.1.0.js';

export const EDITIONS: readonly Schema[] = [SCHEMA_7_0_0, SCHEMA_7_1_0];

/** @throws an Error where there is no such edition: whoever asks people asks first whether there is */
export function editionOf(version: string | null): Schema {
  const schema = EDITIONS.find((edition) => edition.version === (version ?? SCHEMA_7_0_0.version));
  if (!schema) throw new Error(`There is no edition ${version} of the schema; there are ${versions()}.`);
  return schema;
}

const versions = () => EDITIONS.map(({ version }) => version).join(', ');
