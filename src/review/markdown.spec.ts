import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlOf, proseOf } from './markdown.js';

describe('the HTML of somebody’s words', () => {
  it.each([
    ['**Bold**, *leaning*, ~~gone~~', '<p><strong>Bold</strong>, <em>leaning</em>, <s>gone</s></p>'],
    ['one\ntwo', '<p>one<br />\ntwo</p>'],
    ['- a\n- b', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>'],
    ['> said', '<blockquote>\n<p>said</p>\n</blockquote>'],
    ['`a < b`', '<p><code>a &lt; b</code></p>'],
    ['```\nx\n```', '<pre><code>x\n</code></pre>'],
    [
      'see https://example.org/a',
      '<p>see <a href="https://example.org/a" rel="nofollow noopener noreferrer">https://example.org/a</a></p>',
    ],
    ['[here](/s/1)', '<p><a href="/s/1" rel="nofollow noopener noreferrer">here</a></p>'],
    ['5 < 6 & "7"', '<p>5 &lt; 6 &amp; "7"</p>'],
  ])('of %j', (text, html) => {
    expect(htmlOf(text)).toBe(html);
  });

  it.each([
    ['a script', '<script>alert(1)</script>'],
    ['an event handler', '<b onclick="alert(1)">x</b>'],
    ['an address that is code', '[x](javascript:alert(1))'],
    ['one that is written oddly', '[x](JaVaScRiPt&colon;alert(1)) [y](java\tscript:alert(1)) <javascript:alert(1)>'],
    ['data as an address', '[x](data:text/html;base64,PHNjcmlwdD4=)'],
    ['an address without a scheme, elsewhere', '[x](//evil.example/)'],
    ['a picture from elsewhere', '![x](https://evil.example/p.png)'],
    ['a picture by reference', '![x][r]\n\n[r]: https://evil.example/p.png'],
    ['an iframe', '<iframe src="https://evil.example"></iframe>'],
    ['a style', '<p style="position:fixed">x</p>'],
    ['a quote within a title', '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")'],
    ['a half-open tag', '<img src=x onerror=alert(1)//'],
    ['a comment', '<!--><script>alert(1)</script>-->'],
    ['a drawing', '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>'],
  ])('has no %s', (_, text) => {
    harmless(htmlOf(text));
  });

  it('is harmless, whatever was written', () => {
    const odd = fc.constantFrom(
      ...[
        '<script>',
        '</script>',
        '<img src=x onerror=alert(1)>',
        'javascript:alert(1)',
        '[x](',
        ')',
        '![',
        '](',
        '<svg/onload=x>',
      ],
      ...[
        '"',
        "'",
        '`',
        '<',
        '>',
        '&#106;avascript:',
        '&lt;script&gt;',
        '\u0000',
        '\u2028',
        'data:text/html,<b>',
        '\\',
        '\n',
        '\t',
      ],
      ...[
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<a href="',
        'http://x.y/?"onclick=1',
        '|',
        '---',
        '#',
        '~~',
        '<style>',
        '</style>',
        'vbscript:x',
      ],
    );
    const text = fc
      .array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 25 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (words) => harmless(htmlOf(words))),
      { numRuns: 1_000 },
    );
  });

  it('takes no long time over words that are made to take one', () => {
    const begun = performance.now();
    for (const evil of [
      '*a_'.repeat(3_333),
      '['.repeat(10_000),
      '> '.repeat(5_000),
      '`'.repeat(10_000),
      '<'.repeat(10_000),
    ])
      htmlOf(evil);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

const TAGS = new Set(
  'p br hr strong em s code pre blockquote ul ol li a h1 h2 h3 h4 h5 h6 table thead tbody tr th td'.split(' '),
);

const HERE = 'https://here.example/';

/** Every `<` begins a tag of the list, a tag has only what is listed, and an address is one as a browser reads it. */
function harmless(html: string): void {
  for (const [tag, closing, name = '', attributes = ''] of html.matchAll(/<(\/?)([^\s/>]*)([^>]*)>?/g)) {
    expect(TAGS, tag).toContain(name);
    if (closing) expect(attributes, tag).toBe('');
    const [href, address = HERE] = / href="([^"<>]*)"/.exec(attributes) ?? [''];
    expect(leadsSafely(unescaped(address)), tag).toBe(true);
    const rest = attributes
      .replace(href, '')
      .replace(/ rel="nofollow noopener noreferrer"/, '')
      .replace(/ start="\d+"/, '');
    expect(rest.trim(), tag).toMatch(/^\/?$/);
  }
}

/** To a page or a mailbox, and elsewhere only where it says so. */
function leadsSafely(address: string): boolean {
  if (!URL.canParse(address, HERE)) return true; // a browser goes nowhere
  const { protocol, origin } = new URL(address, HERE);
  if (protocol === 'mailto:') return true;
  return ['http:', 'https:'].includes(protocol) && (origin === new URL(HERE).origin || /^https?:/i.test(address));
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe('the prose in somebody’s words', () => {
  it('is without code and addresses', () => {
    expect(
      proseOf('ask @ada, not `@grace`\n\n    @code\n\n[the @site](https://x.example/@path)').replace(/\s+/g, ' '),
    ).toBe('ask @ada, not the @site');
  });
});
