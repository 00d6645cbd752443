import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { link, list, quote, say } from '../../src/notifications/letter.js';
import { slackMessageOf } from './slack-message.js';

const LETTER = {
  title: 'Changes requested: Ribosomes (ACC-000001)',
  blocks: [say('A curator asks.'), ...list(['Must: this.']), link('Open it', 'https://data.example.org/s/1?a=1&b=2')],
};

describe('a message to Slack', () => {
  it('has a heading, the words, and a link', () => {
    expect(slackMessageOf(LETTER)).toEqual({
      text: LETTER.title,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: LETTER.title, emoji: false } },
        { type: 'section', text: { type: 'plain_text', text: 'A curator asks.\n\n- Must: this.', emoji: false } },
        { type: 'section', text: { type: 'mrkdwn', text: '<https://data.example.org/s/1?a=1&amp;b=2|Open it>' } },
      ],
    });
  });

  it('calls nobody, whatever people write', () => {
    const { text, blocks } = slackMessageOf({
      title: '<!channel> & <https://evil.example|click>',
      blocks: [...quote('<!here> <@U123>'), link('<!everyone>', 'https://data.example.org/s/1|x>')],
    });

    expect(text).toBe('&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;');
    const marked = blocks.filter((block) => block.text.type === 'mrkdwn');
    expect(marked.map((block) => block.text.text)).toEqual(['<https://data.example.org/s/1%7Cx%3E|&lt;!everyone&gt;>']);
  });

  it('is never longer than Slack takes, and is whole characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (text, times) => {
        const { blocks } = slackMessageOf({ title: text.repeat(3), blocks: [say(text.repeat(times))] });
        for (const block of blocks) {
          expect(block.text.text.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000);
          expect(block.text.text).not.toMatch(/\p{Surrogate}/u);
        }
      }),
    );
  });
});
