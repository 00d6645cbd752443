/** What is known of a file of reference data before it is here? */
export interface Source {
  /** Path in a folder that has them all: `ontology/upstream/CL-ontology-v2025-07-30.json.zst`. */
  readonly file: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}
