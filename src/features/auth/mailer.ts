import type { Config } from '../../config/index.ts';

/** A message to the owner of an address. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Where the message leads, and the secret in it: for tests and for `/dev/mail`. */
  readonly url?: string;
  readonly token?: string;
}

export interface SentMail extends Mail {
  readonly at: string;
}

export interface Mailer {
  /** Returns at once: how long the mail server takes must not show whether an account exists. */
  send(mail: Mail): void;
  /** The latest messages, newest first. Empty where they went out by SMTP. */
  sent(): readonly SentMail[];
  close(): void;
}

interface MailLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const KEPT = 200;

/** Sends through SMTP_URL; without it mail is kept for `/dev/mail` and, in development, written to the log. */
export async function makeMailer(config: Pick<Config, 'auth' | 'mode'>, log: MailLog): Promise<Mailer> {
  const { smtpUrl } = config.auth;
  return smtpUrl === undefined ? keepMail(config.mode, log) : sendBySmtp(smtpUrl, config.auth.mailFrom, log);
}

function keepMail(mode: Config['mode'], log: MailLog): Mailer {
  const kept: SentMail[] = [];
  return {
    send(mail) {
      if (mode === 'production') {
        log.error({ subject: mail.subject }, 'mail was not sent: SMTP_URL is not set');
        return;
      }
      kept.unshift({ ...mail, at: new Date().toISOString() });
      kept.length = Math.min(kept.length, KEPT);
      log.info({ to: mail.to, subject: mail.subject, text: mail.text }, 'mail');
    },
    sent: () => kept,
    close: () => undefined,
  };
}

async function sendBySmtp(url: string, from: string | undefined, log: MailLog): Promise<Mailer> {
  // Loaded by the servers that send mail themselves, and by them before they serve.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(url);
  const sender = from ?? `no-reply@${new URL(url).hostname}`;
  return {
    send({ to, subject, text }) {
      // An object is one address; text could be a list of them.
      const message = { from: sender, to: { name: '', address: to }, subject, text };
      transport
        .sendMail(message)
        .catch((err: unknown) => log.error({ err, subject }, 'mail could not be sent'));
    },
    sent: () => [],
    close: () => transport.close(),
  };
}
