/** How does a mail leave? By SMTP, as text and as HTML; what the server says of it is put into words. */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { CONFIG, type Config, publicUrl } from '../../src/config.js';
import type { Outgoing } from '../../src/notifications/deliveries.service.js';
import { htmlOf, link, oneLine, say, textOf } from '../../src/notifications/letter.js';

@Injectable()
export class EmailChannel implements OnApplicationShutdown {
  private readonly transport: Transporter | null;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { SMTP_URL: url, MAIL_TIMEOUT: ms } = config;
    const patience = { connectionTimeout: ms, greetingTimeout: ms, socketTimeout: ms, dnsTimeout: ms };
    this.transport = url ? createTransport({ url, ...patience }) : null;
  }

  /** Done when the server has taken it. @throws what nodemailer throws, for `failureOf` */
  async deliver(deliveryId: string, { name, email, title, blocks, link: address }: Outgoing): Promise<void> {
    if (!this.transport) throw new NoMailServer();
    const { MAIL_FROM, MAIL_TIMEOUT } = this.config;
    const letter = { title, blocks: [...blocks, link('Open it', address), say(this.whyThis())] };
    await this.transport.sendMail({
      from: MAIL_FROM,
      to: { name: oneLine(name), address: email },
      subject: title,
      text: textOf(letter.blocks),
      html: htmlOf(letter),
      // The same for each try: a mail that arrives twice, for want of an answer to the first, is one to a mailbox.
      messageId: `<delivery.${deliveryId}@${domainOf(MAIL_FROM)}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
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
