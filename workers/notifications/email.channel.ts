/** How does a mail leave? By SMTP, as text and as HTML; what the server says of it is put into words. */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { CONFIG, type Config, publicUrl } from '../../src/config.js';
import { htmlOf, link, oneLine, say, textOf } from '../../src/notifications/letter.js';
import type { Outgoing } from '../../src/notifications/outgoing.js';

/** Null to unsubscribe from: whoever gets it has asked for it. */
type Mail = Pick<Outgoing, 'title' | 'blocks'> & {
  readonly to: Pick<Outgoing['to'], 'name' | 'email'>;
  readonly unsubscribe: string | null;
};

@Injectable()
export class EmailChannel implements OnApplicationShutdown {
  private readonly transport: Transporter | null;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { SMTP_URL: url, MAIL_TIMEOUT: ms } = config;
    const patience = { connectionTimeout: ms, greetingTimeout: ms, socketTimeout: ms, dnsTimeout: ms };
    this.transport = url ? createTransport({ url, ...patience }) : null;
  }

  /** Done when the server has taken it. @throws what nodemailer throws, for `failureOf` */
  async deliver(deliveryId: string, { to, title, blocks, unsubscribe }: Mail): Promise<void> {
    if (!this.transport) throw new NoMailServer();
    const { MAIL_FROM, MAIL_TIMEOUT } = this.config;
    const footer = unsubscribe === null ? [] : [say(this.whyThis()), link('Fewer of these mails', unsubscribe)];
    const letter = { title, blocks: [...blocks, ...footer] };
    await this.transport.sendMail({
      from: MAIL_FROM,
      to: { name: oneLine(to.name), address: to.email },
      subject: title,
      text: textOf(letter.blocks),
      html: htmlOf(letter),
      // The same for each try: a mail that arrives twice, for want of an answer to the first, is one to a mailbox.
      messageId: `<delivery.${deliveryId}@${domainOf(MAIL_FROM)}>`,
      headers: {
        'Auto-Submitted': 'auto-generated',
        // RFC 8058: mailboxes show a button, and post to the address when it is pressed.
        ...(unsubscribe !== null && {
          'List-Unsubscribe': { prepared: true, value: `<${unsubscribe}>` },
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }),
      },
      xMailer: false,
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: AbortSignal.timeout(MAIL_TIMEOUT),
    });
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }

  private whyThis(): string {
    return `This mail was sent by a machine. All that you were told: ${publicUrl(this.config)}/me/notifications`;
  }
}

export class NoMailServer extends Error {}

/** `Accession <mail@example.org>` is of example.org. */
const domainOf = (address: string): string => /@([^\s<>@]+)>?\s*$/.exec(address)?.[1] ?? 'accession.invalid';
