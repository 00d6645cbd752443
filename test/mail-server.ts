/** Where do the mails of a test go? To a real SMTP server on loopback that keeps them, or refuses them as it is told. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface MailServer {
  readonly port: number;
  /** For `SMTP_URL`. */
  readonly url: string;
  /** All that it has taken, as a mailbox reads them. */
  readonly mails: readonly Email[];
  /** What it has taken for one address. */
  for(address: string): readonly Email[];
  end(): Promise<void>;
}

export interface Manner {
  /** Where it listens; any free port without it. */
  readonly port?: number;
  /** The status with which it refuses a recipient; null: it takes the mail. */
  readonly refuses?: (address: string) => number | null;
  /** What happens between the mail and the answer that it was taken. */
  readonly beforeAnswer?: () => Promise<void>;
}

export async function beginMailServer({
  port: wanted = 0,
  refuses = () => null,
  beforeAnswer = async () => {},
}: Manner = {}): Promise<MailServer> {
  const mails: Email[] = [];

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo({ address }, _session, answer) {
      const status = refuses(address);
      answer(status === null ? null : Object.assign(new Error('No such mailbox here'), { responseCode: status }));
    },
    onData(stream, _session, answer) {
      const take = async () => {
        mails.push(await PostalMime.parse(Buffer.concat(await stream.toArray())));
        await beforeAnswer();
      };
      take().then(
        () => answer(null),
        (error: Error) => answer(error),
      );
    },
  });
  server.on('error', () => {}); // a client that hangs up is a case of the tests
  server.listen(wanted, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;

  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    mails,
    for: (address) => mails.filter(({ to }) => to?.some((recipient) => recipient.address === address)),
    end: () => new Promise((settle) => server.close(() => settle())),
  };
}
