import { describe, expect, it } from 'vitest';
import { digestOf, type Noticed } from './digest.js';
import { htmlOf, quote, say, textOf } from './letter.js';

const notice = (subject: string, { of = 'one', said = 'Something happened.' } = {}): Noticed => ({
  title: `${subject}: Ribosomes (${of})`,
  about: `Ribosomes (${of})`,
  submissionId: of,
  link: `https://data.example.org/s/${of}`,
  blocks: [say(said), ...quote('Somebody’s own words')],
});

describe('the mail of a day', () => {
  it('has each submission once, with all that became of it, in the order of its first news', () => {
    const notices = [notice('Received'), notice('Rejected', { of: 'two' }), notice('Checks passed')];

    const { title, blocks } = digestOf(notices);

    expect(title).toBe('Your mail of the day: 3 notices');
    expect(textOf(blocks)).toBe(
      [
        'What has happened since the last mail of this kind:',
        'Ribosomes (one)',
        '- Received: Something happened.\n- Checks passed: Something happened.',
        'Open it: https://data.example.org/s/one',
        'Ribosomes (two)',
        '- Rejected: Something happened.',
        'Open it: https://data.example.org/s/two',
      ].join('\n\n'),
    );
  });

  it('says what is about no submission by its title', () => {
    const { blocks } = digestOf([
      { ...notice('x'), title: 'A hook was switched off', about: null, submissionId: null },
    ]);

    expect(textOf(blocks)).toContain('- A hook was switched off: Something happened.');
  });

  it('is no longer than people read, and says how much it leaves out', () => {
    const { title, blocks } = digestOf(Array.from({ length: 75 }, () => notice('Received')));

    expect(title).toContain('75 notices');
    expect(textOf(blocks).match(/^- /gm)).toHaveLength(60);
    expect(textOf(blocks)).toContain('And 15 more');
  });

  it('cuts what is long, and shows markup as it was written', () => {
    const letter = digestOf([notice('Received', { said: `<b>${'x'.repeat(1000)}` })]);

    expect(htmlOf(letter)).toContain('&lt;b&gt;x');
    expect(textOf(letter.blocks).length).toBeLessThan(600);
  });
});
