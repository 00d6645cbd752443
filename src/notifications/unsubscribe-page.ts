/** What does somebody see who opens the link that ends mails? One page without scripts, with a button for each choice. */
import { escaped } from './letter.js';
import type { UnsubscribeView } from './preferences.schema.js';

export function unsubscribePage({ email, these, isAllOff, links }: UnsubscribeView, isDone: boolean): string {
  const kind = these ? `“${these.label}”` : 'all kinds';
  const isOff = isAllOff || these?.isOff === true;
  const said = isDone
    ? `No more mails of ${isAllOff ? 'any kind' : kind} are sent to ${email}, but for those about the security of the account.`
    : isOff
      ? `Mails of ${isAllOff ? 'all kinds' : kind} to ${email} have been ended already.`
      : `This ends mails of ${kind} to ${email}. Everything stays in the list of notifications.`;
  const buttons = [
    ...(these && !isOff ? [button(links.these, `End mails of “${these.label}”`)] : []),
    ...(isAllOff ? [] : [button(links.all, 'End all mails')]),
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Unsubscribe</title>',
    '<meta name="viewport" content="width=device-width"></head><body><main>',
    `<h1>${isDone ? 'Done' : 'Unsubscribe'}</h1>`,
    `<p role="status">${escaped(said)}</p>`,
    ...buttons,
    '</main></body></html>',
  ].join('\n');
}

const button = (address: string, words: string): string =>
  `<form method="post" action="${escaped(pathOf(address))}"><button>${escaped(words)}</button></form>`;

/** On whichever host the page was opened. */
function pathOf(address: string): string {
  const { pathname, search } = new URL(address);
  return pathname + search;
}
