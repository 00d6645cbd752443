import { describe, expect, it } from 'vitest';
import { handlesIn } from './mentions.js';

describe('the handles in somebody’s words', () => {
  it.each<[text: string, handles: string[]]>([
    ['@ada-lovelace, please look.', ['ada-lovelace']],
    ['(@Ada) and @ADA', ['ada']],
    ['**@ada**: see @grace-2', ['ada', 'grace-2']],
    ['@ada- and @-x', ['ada']],
    ['write to ada@example.org', []],
    ['`@ada` and\n\n```\n@grace\n```', []],
    ['https://example.org/@ada', []],
    ['@@ada', []],
    ['nobody', []],
  ])('of %j', (text, handles) => {
    expect(handlesIn(text)).toEqual(handles);
  });

  it('are not those of everybody', () => {
    const everybody = Array.from({ length: 50 }, (_, i) => `@person-${i}`).join(' ');

    expect(handlesIn(everybody)).toHaveLength(20);
  });
});
