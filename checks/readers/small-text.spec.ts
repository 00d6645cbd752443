import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { readSmallText } from './small-text.js';

const LIMITS = { bytes: 1000, lines: 10 };
const read = (bytes: Uint8Array | string) => readSmallText(fileOf('some.txt', Buffer.from(bytes)), LIMITS);

describe('a small text', () => {
  it.each([
    ['of Unix', 'one\n\n two \nthree'],
    ['of Windows', 'one\r\n\r\n two \r\nthree\r\n'],
    ['of old Macs', 'one\r\r two \rthree\r'],
    ['with a byte order mark', '\ufeffone\n\ntwo\nthree\n'],
  ])('has the lines that are not blank, with their numbers, where its line ends are those %s', async (_, text) => {
    expect(await read(text)).toMatchObject({
      lines: [
        { number: 1, text: 'one' },
        { number: 3, text: 'two' },
        { number: 4, text: 'three' },
      ],
    });
  });

  it('is read as UTF-8, and as Latin-1 where it cannot be that', async () => {
    expect(await read('5 µm')).toMatchObject({ lines: [{ text: '5 µm' }], isMarked: false });
    expect(await read(Buffer.from('5 µm', 'latin1'))).toMatchObject({ lines: [{ text: '5 µm' }] });
  });

  it.each([
    ['UTF-16 with its mark', Buffer.from('\ufeffone', 'utf16le'), { why: 'encoding', found: 'UTF-16, little-endian' }],
    ['UTF-16 without it', Buffer.from('one two', 'utf16le').swap16(), { why: 'encoding', found: 'UTF-16, big-endian' }],
    ['bytes among text', Buffer.from('one\u0001'), { why: 'binary', at: 3, byte: 1 }],
    ['zeros at its end', Buffer.from('one\ntwo\n\0\0\0'), { why: 'binary', at: 8, byte: 0 }],
    ['nothing but zeros', Buffer.alloc(20), { why: 'content', what: 'nothing but zeros' }],
    ['another format', Buffer.from('\x1f\x8b\x08', 'latin1'), { why: 'content', what: 'a gzip archive' }],
    ['nothing', Buffer.from(''), { why: 'empty_file' }],
    ['too many bytes', Buffer.alloc(1001, 'a'), { why: 'too_large', found: 1001, expected: 1000 }],
    ['too many lines', Buffer.from('\n'.repeat(10)), { why: 'too_many_lines', found: 11, expected: 10 }],
  ])('is none where there is %s', async (_, bytes, why) => {
    expect(await read(bytes)).toMatchObject(why);
  });
});
