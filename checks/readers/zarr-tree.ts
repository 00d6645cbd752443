/** What lies in a Zarr store? Keys with their sizes, and their bytes: a folder and a zip are read alike. */

/** More keys than this are not listed. */
export const MOST_KEYS = 200_000;

/** A store that was listed: only keys that lie in it are in `sizes`. */
export interface ZarrTree {
  readonly container: 'folder' | 'zip';
  /** Bytes by key, as `0/.zarray`. */
  readonly sizes: ReadonlyMap<string, number>;
  /**
   * Up to `length` bytes of a key from `offset`; all of a key of a zip are compared with their checksum.
   * @throws KeyFault
   */
  read(key: string, offset: number, length: number): Promise<Uint8Array>;
  /**
   * Compare a key that was read in parts with its checksum, where there is one.
   * @throws KeyFault
   */
  verify(key: string): Promise<void>;
}

/** What listing can find wrong; some faults leave nothing to judge. */
export type TreeFault =
  | { readonly rule: 'too_many_keys' }
  | { readonly rule: 'zip'; readonly why: string }
  | { readonly rule: 'zip_bomb'; readonly bytes: number; readonly ratio: number }
  | {
      readonly rule: 'unsafe_path' | 'link' | 'encrypted' | 'duplicate_name' | 'unreadable' | 'ratio';
      readonly key: string;
      readonly why?: string;
    };

export interface Listed {
  /** Null where the store must not, or cannot, be looked into. */
  readonly tree: ZarrTree | null;
  readonly faults: readonly TreeFault[];
}

/** The bytes of one key cannot be had. */
export class KeyFault extends Error {
  constructor(
    readonly rule: 'checksum' | 'unreadable',
    readonly key: string,
    readonly why: string,
  ) {
    super(`${key}: ${why}`);
    this.name = 'KeyFault';
  }
}
