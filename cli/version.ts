/** Which version is this? That of the package. */
import { readFileSync } from 'node:fs';

/** From `dist/cli/`. */
const PACKAGE = new URL('../../package.json', import.meta.url);

export const version = (): string => JSON.parse(readFileSync(PACKAGE, 'utf8')).version;
