/** From where do the reference data of an edition come? From these addresses, and each file must be as it is told here. */
import { SOURCES_7_0_0 } from './sources-7.0.0.js';

export interface Source {
  /** Path in a folder that has them all: `ontology/upstream/CL-ontology-v2025-07-30.json.zst`. */
  readonly file: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

export const SOURCES: Readonly<Record<string, readonly Source[]>> = { '7.0.0': SOURCES_7_0_0 };

/** Editions whose files have no public list of their own take the gene tables of this one. */
export const NEWEST_LISTED = '7.0.0';
