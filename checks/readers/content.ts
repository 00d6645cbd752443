/** What are these bytes, whatever the file is called? Known by how they begin: for files that lie about their format. */

export interface Content {
  /** Reads on after "This is ". */
  readonly name: string;
  readonly fix: string;
}

interface Signature extends Content {
  /** At the beginning of the file, one character a byte. */
  readonly begins: RegExp | readonly string[];
}

const UNPACK = 'Unpack the file and upload what was inside.';
const DOWNLOAD = 'Download the file again, look at what came, and upload that.';
const CONVERT = 'Convert the data, or give the file the extension of its format.';

const SIGNATURES: readonly Signature[] = [
  {
    begins: ['version https://git-lfs'],
    name: 'a Git LFS pointer and not the file that it points to',
    fix: 'Run `git lfs pull` and upload the file itself.',
  },
  { begins: /^\s*<(!doctype html|html)/i, name: 'an HTML page', fix: DOWNLOAD },
  { begins: /^\s*(<\?xml[^>]*>\s*)?<error>/i, name: 'an error message of an object store', fix: DOWNLOAD },
  { begins: /^\s*<\?xml/i, name: 'an XML document', fix: DOWNLOAD },
  { begins: ['\x1f\x8b'], name: 'a gzip archive', fix: 'Run `gunzip` on the file, or let its name end in .gz.' },
  { begins: /^BZh[1-9]/, name: 'a bzip2 archive', fix: 'Run `bunzip2` on the file, or let its name end in .bz2.' },
  { begins: ['\xfd7zXZ\0'], name: 'an xz archive', fix: UNPACK },
  { begins: ['\x28\xb5\x2f\xfd'], name: 'a Zstandard archive', fix: UNPACK },
  { begins: ['PK\x03\x04', 'PK\x05\x06'], name: 'a ZIP archive', fix: UNPACK },
  { begins: ['\x89HDF\r\n\x1a\n'], name: 'an HDF5 file', fix: CONVERT },
  { begins: ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'], name: 'a TIFF image', fix: CONVERT },
  { begins: ['\0\0\0\x03'], name: 'a Gatan DM3 image', fix: CONVERT },
  { begins: ['\0\0\0\x04'], name: 'a Gatan DM4 image', fix: CONVERT },
  { begins: ['IMODV1.2'], name: 'an IMOD model', fix: CONVERT },
  { begins: ['glTF'], name: 'a GLB mesh', fix: CONVERT },
  { begins: ['\x89PNG'], name: 'a PNG image', fix: CONVERT },
  { begins: ['\xff\xd8\xff'], name: 'a JPEG image', fix: CONVERT },
  { begins: ['%PDF-'], name: 'a PDF document', fix: DOWNLOAD },
];

/** What `bytes`, the beginning of a file, are; null where nothing is known that begins so. */
export function contentOf(bytes: Uint8Array): Content | null {
  const text = String.fromCharCode(...bytes.subarray(0, 512));
  const beginsWith = ({ begins }: Signature) =>
    begins instanceof RegExp ? begins.test(text) : begins.some((prefix) => text.startsWith(prefix));
  return SIGNATURES.find(beginsWith) ?? null;
}

export const isZeroFilled = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
