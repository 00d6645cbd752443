/** What does a small, sound image of Gatan look like? A builder of DM3 and DM4: name only what to spoil. */

export interface DmParts {
  readonly version: 3 | 4;
  readonly order: 'little' | 'big';
  readonly dimensions: readonly number[];
  readonly dataType: number;
  readonly pixelDepth: number;
  /** Of the pixels: 4 is uint16, 6 float32, …. */
  readonly elementType: number;
  /** How many pixels there are, as their array tells. */
  readonly elements: number;
  readonly scale: number;
  readonly unit: string;
  /** Is there the small one before the image? */
  readonly hasThumbnail: boolean;
  readonly hasImage: boolean;
  /** More tags, each within the one before. */
  readonly depth: number;
  readonly trim: number;
  readonly append: number;
}

const WIDTHS: Readonly<Record<number, number>> = { 2: 2, 3: 4, 4: 2, 5: 4, 6: 4, 7: 8, 10: 1, 11: 8, 12: 8 };

/** A gain reference of 8 × 6 floats that no rule has anything to say about. */
export function dmBytes(parts: Partial<DmParts> = {}): Buffer {
  const { version = 4, order = 'little', dimensions = [8, 6], dataType = 2, pixelDepth = 4, elementType = 6 } = parts;
  const { elements = dimensions.reduce((product, n) => product * n, 1), scale = 0.135, unit = 'nm' } = parts;
  const { hasThumbnail = true, hasImage = true, depth = 0, trim = 0, append = 0 } = parts;

  /** In the order of the tree. */
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(version === 4 ? 8 : 4);
    if (version === 4) bytes.writeBigUInt64BE(BigInt(value));
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  const tag = (kind: number, name: string, body: Buffer): Buffer => {
    const length = version === 4 ? word(body.length) : Buffer.alloc(0);
    return Buffer.concat([Buffer.from([kind]), short(name.length), Buffer.from(name, 'latin1'), length, body]);
  };
  const list = (tags: readonly Buffer[]): Buffer => Buffer.concat([Buffer.from([1, 0]), word(tags.length), ...tags]);
  const group = (name: string, ...tags: readonly Buffer[]): Buffer => tag(20, name, list(tags));
  const data = (name: string, info: readonly number[], values: Buffer): Buffer =>
    tag(21, name, Buffer.concat([Buffer.from('%%%%'), word(info.length), ...info.map(word), values]));

  /** In the order of the data. */
  const ints = (values: readonly number[], width: 2 | 4): Buffer => {
    const bytes = Buffer.alloc(values.length * width);
    for (const [i, value] of values.entries())
      order === 'little' ? bytes.writeUIntLE(value, i * width, width) : bytes.writeUIntBE(value, i * width, width);
    return bytes;
  };
  const float = Buffer.alloc(4);
  order === 'little' ? float.writeFloatLE(scale) : float.writeFloatBE(scale);

  const image = (sides: readonly number[], pixels: number) =>
    group(
      '',
      group(
        'ImageData',
        group(
          'Calibrations',
          group(
            'Dimension',
            group(
              '',
              data('Scale', [6], float),
              data(
                'Units',
                [20, 4, unit.length],
                ints(
                  Array.from(unit, (letter) => letter.charCodeAt(0)),
                  2,
                ),
              ),
            ),
          ),
        ),
        data('Data', [20, elementType, pixels], Buffer.alloc(pixels * (WIDTHS[elementType] ?? 1), 1)),
        data('DataType', [5], ints([dataType], 4)),
        group('Dimensions', ...sides.map((side) => data('', [5], ints([side], 4)))),
        data('PixelDepth', [5], ints([pixelDepth], 4)),
      ),
    );
  let deep = data('', [8], Buffer.from([1]));
  for (let i = 0; i < depth; i++) deep = group('', deep);
  const root = list([
    group('ApplicationBounds', data('', [15, 0, 2, 0, 2, 0, 4], Buffer.alloc(4)), deep),
    group('ImageList', ...(hasThumbnail ? [image([3, 2], 6)] : []), ...(hasImage ? [image(dimensions, elements)] : [])),
    data('Names', [20, 15, 0, 2, 0, 5, 0, 5, 3], Buffer.alloc(24)),
  ]);
  const flag = Buffer.from([0, 0, 0, order === 'little' ? 1 : 0]);
  // Real files end with eight bytes of zeros.
  const header = Buffer.concat([Buffer.from([0, 0, 0, version]), word(root.length), flag]);
  const bytes = Buffer.concat([header, root, Buffer.alloc(8 + append)]);
  return bytes.subarray(0, bytes.length - trim);
}
