import { describe, expect, it } from 'vitest';
import { textOf } from '../notifications/letter.js';
import { type Reviewed, reviewedBlocks } from './batched-reviews-letter.js';

const nothing: Reviewed = { comments: [], suggestions: [], changeRequests: [] };
const words = (said: Partial<Reviewed>, withRequests = true) =>
  textOf(reviewedBlocks({ ...nothing, ...said }, { withRequests }));

describe('the letter of a review', () => {
  it('has nothing to say of what is not there', () => {
    expect(words({})).toBe('');
  });

  it('lists comments with their places, one line each', () => {
    const comments: Reviewed['comments'] = [
      { anchor: { field: '/metadata/tissue' }, text: 'Which\nlobe?', blocking: true },
      { anchor: { file: 'a.h5ad', place: '/obs/disease' }, text: 'Odd.', blocking: false },
      { anchor: { finding: 'abc' }, text: 'Known.', blocking: false },
      { anchor: { run: 'TS_001' }, text: 'Fine.', blocking: false },
      { anchor: null, text: 'Thank you.', blocking: false },
    ];

    expect(words({ comments })).toBe(
      [
        'Comments:\n',
        '- On /metadata/tissue, to be resolved before an approval: Which lobe?',
        '- On a.h5ad at /obs/disease: Odd.',
        '- On finding abc: Known.',
        '- On run TS_001: Fine.',
        '- Thank you.',
      ].join('\n'),
    );
  });

  it('says what applying a suggestion does, and not what it tests', () => {
    const suggestions: Reviewed['suggestions'] = [
      {
        patch: [
          { op: 'test', path: '/metadata/tissue', value: 'lung' },
          { op: 'replace', path: '/metadata/tissue', value: 'left lung' },
          { op: 'remove', path: '/metadata/x' },
          { op: 'add', path: '/metadata/list/-', value: { a: 1 } },
        ],
      },
    ];

    expect(words({ suggestions })).toContain(
      '- /metadata/tissue: left lung\n- /metadata/x: leave it out\n- /metadata/list/-: {"a":1}',
    );
    expect(words({ suggestions })).not.toContain(': lung');
  });

  it('leaves change requests to a letter that has them already', () => {
    const changeRequests = [{ text: 'Name it.', severity: 'must' }];

    expect(words({ changeRequests })).toBe('Change requests:\n\n- Must: Name it.');
    expect(words({ changeRequests }, false)).toBe('');
  });
});
