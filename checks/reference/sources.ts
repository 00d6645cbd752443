/** From where do the reference data of an edition come? From these addresses, and each file must be as it is told here. */
import type { Source } from './source.js';
import { SOURCES_7_0_0 } from './sources-7.0.0.js';

export const SOURCES: Readonly<Record<string, readonly Source[]>> = { '7.0.0': SOURCES_7_0_0 };

/** Editions whose files have no public list of their own take the gene tables of this one. */
export const NEWEST_LISTED = '7.0.0';
