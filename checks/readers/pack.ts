/** What is packing? A stream of what is inside, and what may be wrong with the file around it, whatever the format. */
import type { SourceFile } from '../check.js';

/** How a file ends that holds another. */
export const SUFFIXES = ['.gz', '.bz2', '.zip'] as const;
export type Suffix = (typeof SUFFIXES)[number];

/** What keeps it from being unpacked, or from being unpacked to its end. `told` is for the finding. */
export class PackFault extends Error {
  constructor(
    readonly fault: Fault,
    readonly told: Readonly<Record<string, string | readonly string[]>> = {},
  ) {
    super(fault);
  }
}

export type Fault =
  | 'pack_truncated'
  | 'pack_damaged'
  | 'pack_encrypted'
  | 'pack_method'
  | 'pack_empty'
  | 'pack_members'
  | 'pack_path'
  | 'pack_bomb'
  | 'pack_too_large'
  | 'pack_too_slow';

/** One file inside another. */
export interface Packed {
  /** What it is called, where the file around it says so. */
  readonly name: string | null;
  /** Its bytes, where they are declared. */
  readonly size: number | null;
  /** What its last bytes say that it unpacks to: of a file that was cut off they are any bytes. */
  readonly saysAtEnd: number | null;
  /** Its bytes as they come; at the end, how many bytes of the file follow that belong to nothing. @throws PackFault */
  unpack(): AsyncGenerator<Uint8Array, number>;
}

export type Opener = (file: SourceFile) => Promise<Packed>;
