/** Why has a mail not left? In a sentence for people, and whether another try could be another. */
import type { Failure } from '../../src/notifications/failed-delivery.js';
import { cut, oneLine } from '../../src/notifications/letter.js';
import { redactText } from '../../src/platform/redaction.js';
import { NoMailServer } from './email.channel.js';

/** What nodemailer says of an error. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  /** The server's answer was of the class 5xx. */
  readonly permanent?: boolean;
}

/** By the step at which the server said no. Only the first two are about this mail: the others are settings of ours. */
const REFUSED: Readonly<Record<string, string>> = {
  'RCPT TO': 'The mail server does not accept the address',
  DATA: 'The mail server does not accept the mail',
  'MAIL FROM': 'The mail server does not accept our address as the sender',
};
const ABOUT_THIS_MAIL: ReadonlySet<string> = new Set(['RCPT TO', 'DATA']);

const UNREACHED: Readonly<Record<string, string>> = {
  ECONNECTION: 'The mail server cannot be reached.',
  ESOCKET: 'The mail server cannot be reached.',
  EDNS: 'The name of the mail server is not known.',
  ETIMEDOUT: 'The mail server does not answer in time.',
  EABORT: 'The mail server does not answer in time.',
  ETLS: 'There is no secure connection to the mail server.',
  EAUTH: 'The mail server does not accept our credentials.',
  ENOAUTH: 'The mail server does not accept our credentials.',
};

const LONGEST_ANSWER = 200;

export function failureOf(error: unknown): Failure {
  if (error instanceof NoMailServer)
    return { problem: 'There is no mail server: SMTP_URL is not set.', forGood: false };
  const { code = '', command = '', response, permanent = false } = error as SmtpError;
  const refused = REFUSED[command];
  if (refused && response) {
    const answer = cut(oneLine(redactText(response)), LONGEST_ANSWER);
    const forGood = permanent && ABOUT_THIS_MAIL.has(command);
    // Nobody is there: the next mail to this address would fare no better.
    return { problem: `${refused}: ${answer}`, forGood, ...(forGood && command === 'RCPT TO' && { closes: true }) };
  }
  return { problem: UNREACHED[code] ?? 'The mail could not be sent.', forGood: false };
}
