import { describe, expect, it } from 'vitest';
import { cut, htmlOf, link, list, oneLine, quote, say, textOf } from './letter.js';

const BLOCKS = [
  say('Some changes are asked for.'),
  ...quote('First line\r\n<b>second</b>'),
  ...list(['Correct this.', 'Add "that" & more.']),
  link('Open it', 'https://data.example.org/s/1?a=1&b=2'),
];

describe('a letter', () => {
  it('is plain text with the marks that people use', () => {
    expect(textOf(BLOCKS)).toBe(
      [
        'Some changes are asked for.',
        '> First line\n> <b>second</b>',
        '- Correct this.\n- Add "that" & more.',
        'Open it: https://data.example.org/s/1?a=1&b=2',
      ].join('\n\n'),
    );
  });

  it('is HTML in which nothing that somebody wrote is markup', () => {
    const html = htmlOf({ title: '</title><script>', blocks: BLOCKS });

    expect(html).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>');
    expect(html).toContain('<blockquote>First line<br>\n&lt;b&gt;second&lt;/b&gt;</blockquote>');
    expect(html).toContain('<li>Add &quot;that&quot; &amp; more.</li>');
    expect(html).toContain('<a href="https://data.example.org/s/1?a=1&amp;b=2">');
  });

  it('has no quote where nobody has said anything', () => {
    expect([...quote(null), ...quote('  \n'), ...list([])]).toEqual([]);
  });
});

describe('a line', () => {
  it('has no breaks, and runs in one direction', () => {
    expect(oneLine(' Ribosomes\r\nBcc: x\u2028in \u202esitu\u0000 ')).toBe('Ribosomes Bcc: x in situ');
  });

  it('is cut between letters', () => {
    expect(cut('🧬🧬🧬', 3)).toBe('🧬🧬🧬');
    expect(cut('🧬🧬🧬🧬', 3)).toBe('🧬🧬…');
  });
});
